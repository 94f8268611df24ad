import type { Answer, Party, Row } from './decide-deployability.ts';

const marks = { verified: '✓', failed: '✗', unknown: '?', idle: '–' } as const;

const capacity = {
  candidate: '(this)',
  deployed: '(deployed)',
  outside: '(outside)',
  'not deployed': '(not deployed)',
  unasked: undefined,
} as const;

/** A table of who needs what of whom and what came of it, what to do below the rows that stand in the way. */
export function tableOf({ rows }: Answer): string[] {
  const header = ['consumer', 'provider', 'result'];
  const cells = rows.map((row) => [textOf(row.consumer), textOf(row.provider), row.reason]);
  const widths = header.map((title, column) =>
    Math.max(...[header, ...cells].map((each) => each[column]?.length ?? 0), title.length),
  );
  const line = (mark: string, columns: string[]) =>
    `${mark}  ${columns.map((text, column) => text.padEnd(column < 2 ? (widths[column] ?? 0) : 0)).join('  ')}`;
  return [
    line(' ', header),
    ...rows.flatMap((row, at) => [line(marks[row.verdict], cells[at] ?? []), ...todo(row)]),
  ];
}

const todo = ({ advice }: Row) => (advice === undefined ? [] : [`   → ${advice}`]);

function textOf({ name, version, as }: Party): string {
  return [name, version, capacity[as]].filter((part) => part !== undefined).join(' ');
}
