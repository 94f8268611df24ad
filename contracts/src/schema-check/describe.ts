import type { Change, SchemaCheck } from './check-schema.ts';

/** The result, a line or two for each change, for people. */
export function describe({ breaking, dangerous, invalid }: SchemaCheck): string[] {
  return [
    ...breaking.flatMap((change) => [
      `BREAKING  ${change.description}`,
      `          ${affected('breaks', change)}`,
    ]),
    ...dangerous.flatMap((change) => [
      `warning   ${change.description}`,
      `          ${affected('concerns', change)}`,
    ]),
    ...invalid.flatMap(({ operation, reasons }) =>
      reasons.map((reason) => `INVALID   ${fileOf(operation)}: ${reason}`),
    ),
    summary({ breaking, dangerous, invalid }),
  ];
}

const fileOf = (operation: string): string => `contracts/operations/${operation}.graphql`;

function affected(verb: string, { operations }: Change): string {
  if (operations.length === 0) return 'no known operation uses it';
  return `${verb} ${operations.map(fileOf).join(', ')}`;
}

function summary({ breaking, dangerous, invalid }: SchemaCheck): string {
  if (breaking.length + dangerous.length + invalid.length === 0) return 'nothing breaks the last release';
  const broken = new Set(breaking.flatMap(({ operations }) => operations));
  return [
    `${count(breaking.length, 'breaking change')} since the last release`,
    ...(breaking.length > 0 ? [`${count(broken.size, 'known operation')} broken`] : []),
    ...(invalid.length > 0 ? [`${count(invalid.length, 'known operation')} invalid`] : []),
    ...(dangerous.length > 0 ? [count(dangerous.length, 'warning')] : []),
  ].join(', ');
}

const count = (number: number, what: string): string => `${number || 'no'} ${what}${number === 1 ? '' : 's'}`;
