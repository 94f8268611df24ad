import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Tools } from '../installer/tools.ts';

export type JavaConfig = { tools: Tools; jars: string; memory: string[]; options?: string[] };

/**
 * Memory of a JVM's heap. By itself it begins with a 64th of the machine's memory, and fills most of it with garbage before
 * it looks: an eden of this size is collected in a few milliseconds, often enough to stay small when little happens. What
 * grows old has twice the room that it needs at first: a full collection takes a tenth of a second, for which clients wait.
 */
export const heapOptions = ({ first, most, eden }: { first: string; most: string; eden: string }) => [
  `-Xmx${most}`,
  `-Xms${first}`,
  `-Xmn${eden}`,
];

/** Short-lived or lightly used JVMs: start fast and small rather than run fastest. */
export const jvmOptions = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Djava.awt.headless=true'];

export const javaArgs = ({ jars, memory, options = [] }: Omit<JavaConfig, 'tools'>): string[] => [
  ...memory,
  ...jvmOptions,
  ...options,
  '-cp',
  classPath(jars),
];

/** In a fixed order, which a class data archive insists on. */
const classPath = (jars: string): string =>
  readdirSync(jars)
    .filter((name) => name.endsWith('.jar'))
    .toSorted()
    .map((name) => join(jars, name))
    .join(':');

/** A properties file's text. */
export const properties = (entries: Record<string, string | number>): string =>
  Object.entries(entries)
    .map(([key, value]) => `${key}=${String(value).replaceAll('\\', '\\\\')}\n`)
    .join('');
