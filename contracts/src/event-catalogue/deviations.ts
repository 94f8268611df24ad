import { z } from 'zod';
import { fieldsOf } from './fields.ts';
import { valueOf, type Example, type Message } from './message.ts';
import { leavesOf, pathsOf } from './paths.ts';

/**
 * How a message is written otherwise than it is described, one line each: fields and headers that are not described, and
 * described ones, optional or not, that no example has; values that are not of their type; values of an enumeration that are never written.
 */
export function deviations(message: Message): string[] {
  const { headers, value, examples } = message;
  if (examples.length === 0) return ['there is no example'];
  return [
    ...examples.flatMap((example) => mistakesOf(message, example)),
    ...unwritten(
      'header',
      headers,
      examples.map((example) => example.headers),
    ),
    ...unwritten('field', value, examples.map(valueOf)),
  ];
}

/** How one record is otherwise than its message is described. */
export function mistakesOf({ topics, key, headers, value }: Message, example: Example): string[] {
  const content = valueOf(example);
  return [
    ...(topics.includes(example.topic) ? [] : [`is on the topic ${example.topic}`]),
    ...issuesOf('key', key, example.key),
    ...issuesOf('headers', headers, example.headers),
    ...issuesOf('value', value, content),
    ...undescribed('header', headers, example.headers),
    ...undescribed('field', value, content),
  ];
}

function issuesOf(what: string, schema: z.ZodType, value: unknown): string[] {
  const { error } = schema.safeParse(value);
  return (error?.issues ?? []).map(({ path, message }) => `${[what, ...path].join('.')}: ${message}`);
}

/** Of what may be anything nothing has to be described. */
const isOpen = (schema: z.ZodType): boolean => schema instanceof z.ZodUnknown;

const described = (schema: z.ZodType): string[] => {
  const paths = fieldsOf(schema).map(({ path }) => path);
  const isInside = (path: string) =>
    paths.some((each) => each.startsWith(`${path}.`) || each.startsWith(`${path}[]`));
  return paths.filter((path) => !isInside(path));
};

function undescribed(what: string, schema: z.ZodType, value: unknown): string[] {
  if (isOpen(schema)) return [];
  const known = described(schema);
  return pathsOf(value)
    .filter((path) => !known.includes(path))
    .map((path) => `${what} ${path} is not described`);
}

function unwritten(what: string, schema: z.ZodType, values: unknown[]): string[] {
  const leaves = values.flatMap((value) => leavesOf(value));
  const written = new Set(leaves.map(([path]) => path));
  const absent = described(schema).filter((path) => !written.has(path));
  const unsaid = fieldsOf(schema).flatMap(({ path, choices }) => {
    const said = leaves.filter(([at]) => at === path).map(([, value]) => value);
    return choices
      .filter((choice) => !said.includes(choice))
      .map((choice) => `${path} is never ${String(choice)}`);
  });
  return [...absent.map((path) => `${path} is never written`), ...unsaid].map(
    (mistake) => `${what} ${mistake}`,
  );
}
