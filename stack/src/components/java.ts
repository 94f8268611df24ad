import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Tools } from '../installer/tools.ts';

export type JavaConfig = { tools: Tools; jars: string; heap: string; options?: string[] };

/** Short-lived or lightly used JVMs: start fast and small rather than run fastest. */
export const jvmOptions = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Djava.awt.headless=true'];

export const javaArgs = ({ jars, heap, options = [] }: Omit<JavaConfig, 'tools'>): string[] => [
  `-Xmx${heap}`,
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
