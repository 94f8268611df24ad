import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { waitFor } from '@ordermesh/stack/testing';
import type { Shop } from './shop.ts';

export type Taken = {
  /** Orders that were answered. */
  answered: string[];
  /** Those of them whose cancellation was answered too. */
  cancelled: string[];
  /** Error codes of the orders that were refused. */
  refused: string[];
};

const answer = z.object({ placeOrder: z.object({ id: z.string() }) });

/**
 * Customers who place orders one after the other, some of which they cancel, until told to stop. Each has a token;
 * `everyMs` is the time between two orders, whoever places them.
 */
export function startOrderFlow(options: {
  shop: Shop;
  tokens: string[];
  productIds: string[];
  everyMs?: number;
}) {
  const { shop, tokens, productIds, everyMs = 60 } = options;
  const taken: Taken = { answered: [], cancelled: [], refused: [] };
  const open = new Set<Promise<void>>();
  let going = true;

  async function order(n: number): Promise<void> {
    const token = tokens[n % tokens.length];
    const productId = productIds[n % productIds.length];
    if (token === undefined || productId === undefined) throw new Error('a flow needs tokens and products');
    const { data, codes } = await shop.tryToPlace(token, { productId, qty: 1 + (n % 3) });
    taken.refused.push(...codes);
    const placed = answer.safeParse(data);
    if (!placed.success) return;
    const { id } = placed.data.placeOrder;
    taken.answered.push(id);
    if (n % 7 !== 3) return;
    // Waits for the row, which a dependency that is down may keep away: then it was not cancelled.
    const wanted = await shop.cancelOrder(token, id).catch(() => undefined);
    if (wanted) taken.cancelled.push(id);
  }

  const placing = (async () => {
    for (let n = 0; going; n++) {
      const one = order(n)
        .catch((error: unknown) => void taken.refused.push(String(error)))
        .finally(() => open.delete(one));
      open.add(one);
      await sleep(everyMs);
    }
  })();

  return {
    taken,
    /** Waits until so many more orders were answered. */
    more: (count: number, deadline = 60_000): Promise<boolean> => {
      const goal = taken.answered.length + count;
      const look = () => {
        if (taken.answered.length >= goal) return true;
        throw new Error(
          `${taken.answered.length} of ${goal}; refused: ${taken.refused.slice(-5).join(', ')}`,
        );
      };
      return waitFor(look, { what: 'orders to be taken', deadline });
    },
    async stop(): Promise<Taken> {
      going = false;
      await placing;
      while (open.size > 0) await Promise.all(open);
      return taken;
    },
  };
}
export type OrderFlow = ReturnType<typeof startOrderFlow>;
