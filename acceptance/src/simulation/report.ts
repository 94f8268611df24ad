import type { Rules } from './rules.ts';
import { replay, type Failure, type Step } from './simulate.ts';

/** A step in words: what it is, and with what. */
function describe({ do: what, ...details }: Step): string {
  const words = Object.entries(details).map(([name, value]) => `${name} ${value === null ? '-' : value}`);
  return [what, ...words].join(', ').replace(', ', ': ');
}

/** A failure for people: the seed, what was violated, and the history with every record that it led to. */
export function report(seed: number, { history, violation }: Failure, rules: Rules): string {
  const lines: string[] = [];
  replay(history, {
    rules,
    onStep: (step) => lines.push(step.do === 'settle' ? 'then all comes to rest' : describe(step)),
    onEvent: (what) => lines.push(`        → ${what}`),
  });
  const count = history.steps.length;
  return [
    `seed ${seed}: ${violation.message}`,
    `the shortest history has ${count} step${count === 1 ? '' : 's'}, on topics of ${history.partitions} partition${history.partitions === 1 ? '' : 's'}:`,
    ...lines.map((line) => `  ${line}`),
    `  ✗ ${violation.message}`,
  ].join('\n');
}
