import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../operations/', import.meta.url);

/** An operation that clients are known to send, in a file of its own: `operations/<name>.graphql`. */
export type KnownOperation = { name: string; text: string };

export function readOperation(name: string): KnownOperation {
  return { name, text: readFileSync(new URL(`${name}.graphql`, folder), 'utf8') };
}

/** All of them, by name. */
export function readOperations(): KnownOperation[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.graphql'));
  return files.toSorted().map((file) => readOperation(file.slice(0, -'.graphql'.length)));
}
