import type { Append } from '@ordermesh/chassis/appender';
import { observe, type Consumer } from './consumers.ts';
import type { Mutant } from './mutants.ts';

/** A mutant, and whether the verification has to be red for it. */
export type Judged = Mutant & { mustFail: boolean };

const ofNoConcern = JSON.stringify({ unread: [null], decided: null });

/**
 * Which mutants of a record a verification has to find, whatever the pact says: those of all that the consumer uses. It
 * uses a field, a header, the topic when any change of it makes the consumer's own code throw or decide otherwise.
 * The key puts the events of an order into one partition, in their order; no consumer sees that in one record, so
 * whoever goes by the events of a topic whose order matters uses their key.
 */
export function judge(
  consume: Consumer,
  record: Append,
  mutants: readonly Mutant[],
  orderMatters: boolean,
): Judged[] {
  const usual = observe(consume, [record]);
  const used = new Set(
    mutants.filter((mutant) => observe(consume, [mutant.record]) !== usual).map(({ element }) => element),
  );
  if (orderMatters && usual !== ofNoConcern) used.add('key');
  return mutants.map((mutant) => ({ ...mutant, mustFail: used.has(mutant.element) }));
}
