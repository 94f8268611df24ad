import type { Append, Appender } from '@ordermesh/chassis/appender';

/**
 * Resolves when all are acknowledged. Handed over in one go, they leave together and in this order, so that those of one
 * key stay in order.
 */
export async function appendAll(appender: Pick<Appender, 'append'>, records: Append[]): Promise<void> {
  await Promise.all(records.map((record) => appender.append(record)));
}
