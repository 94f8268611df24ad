import type { Append } from '@ordermesh/chassis/appender';

/** A record with one thing changed that its provider could change. */
export type Mutant = {
  /** What was changed: `topic`, `key`, `header type`, `field qty` … */
  element: string;
  how: string;
  record: Append;
};

type Json = { [name: string]: unknown } | unknown[];
type Path = readonly (string | number)[];

const isTree = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** The value as another type would have it; a flag says the opposite. */
function retyped(value: unknown): unknown {
  switch (typeof value) {
    case 'number':
      return String(value);
    case 'string':
      return value === '' || Number.isNaN(Number(value)) ? 42 : Number(value);
    case 'boolean':
      return !value;
    default:
      return JSON.stringify(value);
  }
}

/** Every place in a tree, of what is inside of others too. */
function pathsOf(tree: unknown, path: Path = []): Path[] {
  if (!isTree(tree)) return [];
  const keys: Path = Array.isArray(tree) ? tree.map((_, i) => i) : Object.keys(tree);
  return keys.flatMap((key) => {
    const inside: unknown = Reflect.get(tree, key);
    return [[...path, key], ...pathsOf(inside, [...path, key])];
  });
}

/** A copy of the tree in which the container of the place was changed. */
function changed(
  tree: unknown,
  path: Path,
  change: (container: Json, key: string | number) => void,
): unknown {
  const copy: unknown = structuredClone(tree);
  let container = copy;
  for (const key of path.slice(0, -1))
    container = isTree(container) ? Reflect.get(container, key) : undefined;
  const key = path.at(-1);
  if (!isTree(container) || key === undefined) throw new Error(`there is no ${path.join('.')}`);
  change(container, key);
  return copy;
}

function remove(container: Json, key: string | number): void {
  if (Array.isArray(container)) container.splice(Number(key), 1);
  else Reflect.deleteProperty(container, key);
}

const set = (make: (value: unknown) => unknown) => (container: Json, key: string | number) => {
  Reflect.set(container, key, make(Reflect.get(container, key)));
};

function rename(container: Json, key: string | number): void {
  const value: unknown = Reflect.get(container, key);
  remove(container, key);
  Reflect.set(container, `${key}_`, value);
}

const fieldChanges = { renamed: rename, removed: remove, retyped: set(retyped), nulled: set(() => null) };

/** Every field of the value, of those inside of others too, renamed, removed, retyped and nulled; and one added. */
function fieldMutants(record: Append): Mutant[] {
  if (record.value === null) {
    return [{ element: 'no value', how: 'retyped', record: { ...record, value: '{}' } }];
  }
  const value: unknown = JSON.parse(String(record.value));
  const withValue = (mutated: unknown): Append => ({ ...record, value: JSON.stringify(mutated) });
  const mutants = pathsOf(value).flatMap((path) =>
    Object.entries(fieldChanges)
      // An element of a list has no name.
      .filter(([how]) => how !== 'renamed' || typeof path.at(-1) === 'string')
      .map(([how, change]): Mutant => {
        const element = `field ${path.join('.')}`;
        return { element, how, record: withValue(changed(value, path, change)) };
      })
      // What is null already is no mutant when nulled.
      .filter((mutant) => mutant.record.value !== JSON.stringify(value)),
  );
  const more = changed(
    value,
    ['added'],
    set(() => 'more'),
  );
  return [...mutants, { element: 'an added field', how: 'added', record: withValue(more) }];
}

function headerMutants(record: Append): Mutant[] {
  const mutants = Object.entries(record.headers).flatMap(([name, text]) => {
    const others = Object.fromEntries(Object.entries(record.headers).filter(([other]) => other !== name));
    return Object.entries({
      renamed: { ...others, [`${name}_`]: text },
      removed: others,
      retyped: { ...others, [name]: '42' },
      // As a JSON converter writes text.
      quoted: { ...others, [name]: JSON.stringify(String(text)) },
    }).map(([how, headers]): Mutant => ({ element: `header ${name}`, how, record: { ...record, headers } }));
  });
  const headers = { ...record.headers, added: 'more' };
  return [...mutants, { element: 'an added header', how: 'added', record: { ...record, headers } }];
}

function keyMutants(record: Append): Mutant[] {
  const keys = { removed: null, retyped: JSON.stringify(String(record.key)), another: 'user-1' };
  return Object.entries(keys).map(([how, key]) => ({ element: 'key', how, record: { ...record, key } }));
}

/** The classic mistake: producer and consumer on different topics, be it by a slip or by taking another's. */
function topicMutants(record: Append, topics: readonly string[]): Mutant[] {
  const others = topics.filter((topic) => topic !== record.topic);
  return [`${record.topic}s`, `outbox.event.${record.headers['type']}`, ...others].map((topic) => ({
    element: 'topic',
    how: `is ${topic}`,
    record: { ...record, topic },
  }));
}

export const mutantsOf = (record: Append, topics: readonly string[]): Mutant[] => [
  ...topicMutants(record, topics),
  ...keyMutants(record),
  ...headerMutants(record),
  ...fieldMutants(record),
];
