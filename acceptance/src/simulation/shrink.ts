import { realRules, type Rules } from './rules.ts';
import { replay, type Failure, type History, type Step } from './simulate.ts';
import type { Violation } from './violation.ts';

/** Of a small count fewer things happen at once. */
function simpler(step: Step): Step | null {
  if (step.do === 'fetch' && step.count > 1) return { ...step, count: 1 };
  if (step.do === 'place' && step.qty > 1) return { ...step, qty: 1 };
  return null;
}

/**
 * The shortest history that still fails, found by leaving out ever smaller pieces (delta debugging): none of its steps
 * can be left out. It may fail in another way than the first one did.
 */
export function shrink({ history, violation }: Failure, rules: Rules = realRules): Failure {
  let shortest: History = history;
  let last: Violation = violation;

  function failsToo(candidate: History): boolean {
    const found = replay(candidate, { rules });
    if (found) [shortest, last] = [candidate, found];
    return found !== null;
  }
  const { partitions } = history;
  for (let size = Math.ceil(history.steps.length / 2); size >= 1;) {
    let dropped = false;
    for (let from = 0; from < shortest.steps.length;) {
      const steps = shortest.steps.toSpliced(from, size);
      if (failsToo({ partitions, steps })) dropped = true;
      else from += size;
    }
    if (size > 1) size = Math.floor(size / 2);
    else if (!dropped) break;
  }
  for (const [index, step] of shortest.steps.entries()) {
    const other = simpler(step);
    if (other) failsToo({ partitions, steps: shortest.steps.with(index, other) });
  }
  for (let fewer = 1; fewer < partitions; fewer++) {
    if (failsToo({ partitions: fewer, steps: shortest.steps })) break;
  }
  return { history: shortest, violation: last };
}
