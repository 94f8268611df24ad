/** Something else than a provider promised: the answer with one thing in it changed. */
export type Mutant = {
  what: string;
  status: number;
  body: unknown;
};

type Path = readonly (string | number)[];

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The path of every field, at any depth; of a list, those of its first element. */
function fieldsOf(value: unknown, path: Path = []): Path[] {
  if (Array.isArray(value)) return value.length > 0 ? fieldsOf(value[0], [...path, 0]) : [];
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, field]) => [
    [...path, name],
    ...fieldsOf(field, [...path, name]),
  ]);
}

/** A copy in which `change` was done to the object that holds the field. */
function changed(
  value: unknown,
  [name, ...rest]: Path,
  change: (holder: Record<string, unknown>, field: string) => Record<string, unknown>,
): unknown {
  if (name === undefined) return value;
  if (Array.isArray(value))
    return value.map((item, at) => (at === name ? changed(item, rest, change) : item));
  if (!isRecord(value)) return value;
  const field = String(name);
  if (rest.length === 0) return change(value, field);
  return { ...value, [field]: changed(value[field], rest, change) };
}

function without(holder: Record<string, unknown>, field: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(holder).filter(([name]) => name !== field));
}

const ofAnotherType = (value: unknown): unknown =>
  typeof value === 'string' ? { text: value } : 'another type';

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((holder, name) => {
    return Array.isArray(holder) ? holder[Number(name)] : isRecord(holder) ? holder[name] : undefined;
  }, value);
}

/**
 * Every field of an answer renamed, removed, retyped and joined by a new one, one at a time; and the status of an outage.
 * A field that is null is neither renamed nor removed: whoever reads it finds nothing there, either way.
 */
export function mutantsOf({ status, body }: { status: number; body?: unknown }): Mutant[] {
  const ofFields = fieldsOf(body).flatMap((path): Mutant[] => {
    const mutant = (how: string, change: Parameters<typeof changed>[2]) => ({
      what: `${path.join('.')} ${how}`,
      status,
      body: changed(body, path, change),
    });
    const gone = [
      mutant('renamed', (holder, field) => ({ ...without(holder, field), [`${field}2`]: holder[field] })),
      mutant('removed', without),
    ];
    return [
      ...(valueAt(body, path) === null ? [] : gone),
      mutant('retyped', (holder, field) => ({ ...holder, [field]: ofAnotherType(holder[field]) })),
      mutant('joined', (holder, field) => ({ ...holder, [`${field}2`]: holder[field] })),
    ];
  });
  return [{ what: 'status', status: 503, body }, ...ofFields];
}
