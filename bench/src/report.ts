import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeMachine } from '@ordermesh/acceptance/src/machine.ts';
import type { Spread } from './statistics.ts';

const folder = join(import.meta.dirname, '../results');

/** A whole number, its thousands set apart: `1 000 000`. */
export const whole = (value: number): string => Math.round(value).toLocaleString('en').replaceAll(',', ' ');

const numeral = (value: number) => (value >= 100 ? whole(value) : value.toPrecision(3));

/** `median (min–max)`. */
export const show = ({ median, min, max }: Spread) => `${numeral(median)} (${numeral(min)}–${numeral(max)})`;

/** Rows as a Markdown table, the first one its head. */
export function table([head = [], ...rows]: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Keeps a part's figures with the machine that they were measured on, for programs and for people. */
export function writeResults(part: string, figures: object, page: string): string {
  mkdirSync(folder, { recursive: true });
  const machine = describeMachine();
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(join(folder, `${part}.json`), `${JSON.stringify({ date, machine, ...figures }, null, 2)}\n`);
  const { cores, cpu, memoryGb, kernel, node } = machine;
  const file = join(folder, `${part}.md`);
  writeFileSync(
    file,
    `${page}\n\n${date}, ${cores} cores (${cpu}), ${memoryGb} GB, Linux ${kernel}, Node ${node}.\n`,
  );
  return file;
}
