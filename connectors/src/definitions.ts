import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { Failure, messageOf } from './failure.ts';

/** Where the connectors that `apply` and `watch` manage are defined, one file each. */
export const definitionsFolder = fileURLToPath(new URL('../definitions', import.meta.url));

/** In a connector's configuration: `apply` made it and may change and delete it. What people create goes without. */
export const marker = { key: 'managed.by', value: 'ordermesh' } as const;

const definition = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'has to be of letters, digits, dots, dashes'),
  config: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String))
    .refine((config) => 'connector.class' in config, { path: ['connector.class'], message: 'is missing' })
    .refine((config) => !(marker.key in config), {
      path: [marker.key],
      message: 'is set by apply itself: leave it out',
    }),
});

/** A connector as its file defines it; secrets and addresses in it are references such as `${env:KAFKA_BROKERS}`. */
export type Definition = z.infer<typeof definition>;

const show = (path: string) => {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
};

/** @throws Failure naming the file and the field */
export function readDefinition(path: string): Definition {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new Failure(`${show(path)}: ${messageOf(cause)}`, { cause });
  }
  const { data, error } = definition.safeParse(json);
  if (error) {
    const mistakes = error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`);
    throw new Failure(`${show(path)}: ${mistakes.join('; ')} (expected {"name": "…", "config": {…}})`);
  }
  const inConfig = data.config['name'];
  if (inConfig !== undefined && inConfig !== data.name)
    throw new Failure(`${show(path)}: config.name: ${inConfig} is not the name ${data.name}: leave it out`);
  return data;
}

/** All definitions of a folder; a file's name is its connector's. @throws Failure, also when there are none */
export function readDefinitions(folder: string = definitionsFolder): Definition[] {
  let files: string[];
  try {
    files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  } catch (cause) {
    throw new Failure(`the definitions in ${show(folder)} cannot be read: ${messageOf(cause)}`, { cause });
  }
  if (files.length === 0) throw new Failure(`${show(folder)} has no definitions: nothing to apply`);
  return files.sort().map((file) => {
    const read = readDefinition(join(folder, file));
    const expected = basename(file, '.json');
    if (read.name !== expected)
      throw new Failure(`${show(join(folder, file))}: name: ${read.name} has to be ${expected}, as the file`);
    return read;
  });
}
