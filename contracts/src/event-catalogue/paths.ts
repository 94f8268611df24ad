/** The places of all values inside a JSON value: `payload.order_id`, `schema.fields[].type`. None for a plain value. */
export function leavesOf(value: unknown, at = ''): [path: string, value: unknown][] {
  if (Array.isArray(value)) return value.flatMap((each) => leavesOf(each, `${at}[]`));
  if (typeof value !== 'object' || value === null) return at === '' ? [] : [[at, value]];
  return Object.entries(value).flatMap(([name, each]) => leavesOf(each, at === '' ? name : `${at}.${name}`));
}

export const pathsOf = (value: unknown): string[] => [...new Set(leavesOf(value).map(([path]) => path))];
