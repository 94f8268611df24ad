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
/** No more products are remembered than this. */
const mostRemembered = 10_000;

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

/** Prices from the replica of the catalogue, which connectors keep: `orders.products`. */
export function createPrices(options: { database: Pick<Database, 'sql'> }) {
  const { sql } = options.database;

  // Requests that arrive together share one statement.
  const current = new DataLoader<string, number | null>(
    async (productIds) => {
      const rows = await sql.query<{ id: string; unit_price: number }[]>(
        'SELECT id, unit_price FROM products WHERE id IN (?)',
        [productIds],
      );
      const prices = new Map(rows.map((row) => [row.id, row.unit_price]));
      return productIds.map((id) => prices.get(id) ?? null);
    },
    { cache: false, maxBatchSize: 500, batchScheduleFn: (load) => setImmediate(load) },
  );

  const remembered = new Map<string, { unitPrice: number; until: number }>();

  async function read(productId: string): Promise<number | null> {
    const unitPrice = await current.load(productId);
    if (unitPrice === null) return null;
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(productId, { unitPrice, until: performance.now() + rememberedMs });
    return unitPrice;
  }

  function recall(productId: string, expected: number | null): number | undefined {
    const known = remembered.get(productId);
    if (known === undefined || known.until < performance.now()) return undefined;
    return expected === null || expected === known.unitPrice ? known.unitPrice : undefined;
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
      const decision = decidePrice(productId, await read(productId), expected);
      if ('unitPrice' in decision) return decision.unitPrice;
      const left = deadline - Date.now();
      if (left <= 0) throw decision.refusal;
      await delay(Math.min(pause, left));
    }
  };
}
export type PriceOf = ReturnType<typeof createPrices>;
