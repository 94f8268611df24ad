import type { Append } from '@ordermesh/chassis/appender';
import { observe, type Consumer } from './consumers.ts';
import type { Mutant } from './mutants.ts';

/** A mutant, and whether the verification has to be red for it. */
export type Judged = Mutant & { mustFail: boolean };

/**
 * Which mutants of a record a verification has to find, whatever the pact says: those of all that the consumer uses. It
 * uses a field, a header, the topic when any change of it makes the consumer's own code throw or decide otherwise.
 * The key puts the events of an order into one partition, in their order; no consumer sees that in one record, so
 * whoever goes by the events of a topic whose order matters uses their key.
 */
export async function judge(
  consumer: Consumer,
  record: Append,
  mutants: readonly Mutant[],
  orderMatters: boolean,
): Promise<Judged[]> {
  const usual = await observe(consumer, [record]);
  const used = new Set<string>();
  for (const mutant of mutants) {
    if ((await observe(consumer, [mutant.record])) !== usual) used.add(mutant.element);
  }
  if (orderMatters && !usual.includes('"of no concern"')) used.add('key');
  return mutants.map((mutant) => ({ ...mutant, mustFail: used.has(mutant.element) }));
}
