import { setTimeout as delay } from 'node:timers/promises';
import DataLoader from 'dataloader';
import type { Database } from '@ordermesh/chassis/database';
import { clientError } from '@ordermesh/chassis/errors';

/**
 * How long to wait for a price that the client may have seen in catalogs before the replica has it, in milliseconds. On a
 * busy machine the connectors take longer than a second.
 */
const waitAtMostMs = 2_000;

/**
 * A price that was read is good for so long, in milliseconds: the replica is behind by tens of them anyway. Under load it
 * spares most orders the way to the database.
 */
const rememberedMs = 250;
/** An order that finds a price as old as this, in milliseconds, has it read anew, and does not wait for it. */
const renewedAfterMs = 125;
/** So long after its last order, in milliseconds, a product's price is read along with others. */
const inUseMs = 2_000;
/** No more products are remembered than this. */
const mostRemembered = 10_000;
/** Of so many products the price is read at a time. */
const mostRead = 500;

/** The price to place the order at, or the error to answer with if the replica does not change its mind. */
export function decidePrice(
  productId: string,
  unitPrice: number | null,
  expected: number | null,
): { unitPrice: number } | { refusal: Error } {
  if (unitPrice === null) {
    return { refusal: clientError('PRODUCT_NOT_FOUND', `there is no product ${JSON.stringify(productId)}`) };
  }
  if (expected !== null && expected !== unitPrice) {
    return {
      refusal: clientError('PRICE_CHANGED', `the price is ${unitPrice} now, not ${expected} as expected`),
    };
  }
  return { unitPrice };
}

/** A price, when it was read, and when it was asked for last. */
type Remembered = { unitPrice: number; readAt: number; usedAt: number };

/** Prices from the replica of the catalogue, which connectors keep: `orders.products`. */
export function createPrices(options: { database: Pick<Database, 'sql'> }) {
  const { sql } = options.database;
  const remembered = new Map<string, Remembered>();

  /** Who has to read a price reads those in use along with it: however many there are, few orders wait for the database. */
  function withThoseInUse(productIds: readonly string[]): string[] {
    const ids = new Set(productIds);
    const since = performance.now() - inUseMs;
    for (const [id, { usedAt, readAt }] of remembered) {
      if (ids.size >= mostRead) break;
      if (usedAt > since) ids.add(id);
      // Of no use any more: kept, all that were ever asked for would be gone through with every reading.
      else if (readAt < since) remembered.delete(id);
    }
    return [...ids];
  }

  /** Unless what was read later is known already. The one read longest ago stays first. */
  function remember(productId: string, unitPrice: number | undefined, readAt: number): void {
    const known = remembered.get(productId);
    if (known !== undefined && known.readAt > readAt) return;
    remembered.delete(productId);
    if (unitPrice === undefined) return;
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(productId, { unitPrice, readAt, usedAt: known?.usedAt ?? readAt });
  }

  // Requests that arrive together share one statement.
  const current = new DataLoader<string, number | null>(
    async (productIds) => {
      const ids = withThoseInUse(productIds);
      const readAt = performance.now();
      const rows = await sql.query<{ id: string; unit_price: number }[]>(
        'SELECT id, unit_price FROM products WHERE id IN (?)',
        [ids],
      );
      const prices = new Map(rows.map((row) => [row.id, row.unit_price]));
      for (const id of ids) remember(id, prices.get(id), readAt);
      return productIds.map((id) => prices.get(id) ?? null);
    },
    { cache: false, maxBatchSize: mostRead, batchScheduleFn: (load) => setImmediate(load) },
  );

  let renewing = false;
  function renew(productId: string): void {
    if (renewing) return;
    renewing = true;
    current
      .load(productId)
      // Whoever cannot do without it is told.
      .catch(() => undefined)
      .finally(() => (renewing = false));
  }

  function recall(productId: string, expected: number | null): number | undefined {
    const known = remembered.get(productId);
    if (known === undefined) return undefined;
    known.usedAt = performance.now();
    const age = known.usedAt - known.readAt;
    if (age > rememberedMs || (expected !== null && expected !== known.unitPrice)) return undefined;
    if (age > renewedAfterMs) renew(productId);
    return known.unitPrice;
  }

  /**
   * The product's price in minor units. A miss, or one that is not as expected, waits briefly for the replica.
   * Throws PRODUCT_NOT_FOUND or PRICE_CHANGED.
   */
  return async function priceOf(productId: string, expected: number | null): Promise<number> {
    const known = recall(productId, expected);
    if (known !== undefined) return known;
    const deadline = Date.now() + waitAtMostMs;
    for (let pause = 20; ; pause *= 2) {
      const decision = decidePrice(productId, await current.load(productId), expected);
      if ('unitPrice' in decision) return decision.unitPrice;
      const left = deadline - Date.now();
      if (left <= 0) throw decision.refusal;
      await delay(Math.min(pause, left));
    }
  };
}
export type PriceOf = ReturnType<typeof createPrices>;
