import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from './stack.ts';

export type State = { status: string; reason: string | null; updated_at: Date };

/** Looks at an order's row without a pause, and keeps every state that it was seen in. */
export function watchRow(pool: Pool, orderId: string) {
  const states: State[] = [];
  let watching = true;
  let last: string | undefined;

  async function look(): Promise<void> {
    const [state] = await pool.query<State[]>(
      'SELECT status, reason, updated_at FROM orders WHERE order_id = ?',
      [orderId],
    );
    const text = JSON.stringify(state);
    if (state && text !== last) states.push(state);
    last = text;
  }
  const watched = (async () => {
    for (; watching; await delay(2)) await look();
    await look();
  })();

  return {
    /** The states since the start, each as often as it was come to. */
    states,
    async stop(): Promise<State[]> {
      watching = false;
      await watched;
      return states;
    },
  };
}
