import { setTimeout as delay } from 'node:timers/promises';
import type { System } from '../shop/system.ts';

/** Milliseconds between two looks at the orders that are on their way: what the settle times are accurate to. */
const lookEveryMs = 25;
/** Looking at each order would be a load of its own: so many a second are followed. */
const followedPerSecond = 50;

/** Follows a sample of the orders until their rows are CONFIRMED. */
export function followOrders({ sql }: System, perSecond: number) {
  const every = Math.max(1, Math.ceil(perSecond / followedPerSecond));
  const underway = new Map<string, number>();
  const times: number[] = [];
  let [placed, stopped] = [0, false];

  async function look(): Promise<void> {
    const rows = await sql.query<{ order_id: string }[]>(
      "SELECT order_id FROM orders.orders WHERE order_id IN (?) AND status = 'CONFIRMED'",
      [[...underway.keys()]],
    );
    const now = performance.now();
    for (const { order_id: id } of rows) {
      times.push(now - (underway.get(id) ?? now));
      underway.delete(id);
    }
  }

  async function follow(): Promise<void> {
    while (!stopped || underway.size > 0) {
      const begun = performance.now();
      if (underway.size > 0) await look();
      await delay(Math.max(1, lookEveryMs - (performance.now() - begun)));
    }
  }
  const following = follow();
  // Whoever waits for it gets the error.
  following.catch(() => undefined);

  return {
    placed(id: string, answeredAt: number): void {
      if (placed++ % every === 0) underway.set(id, answeredAt);
    },
    /** How many orders are on their way, by the sample. */
    backlog: () => underway.size * every,
    /** Milliseconds from the answer to the row, ascending: call it when all orders are settled. */
    async times(): Promise<Float64Array> {
      stopped = true;
      await following;
      return Float64Array.from(times).sort();
    },
    giveUp(): void {
      stopped = true;
      underway.clear();
    },
  };
}
