import { messageOf } from '@ordermesh/stack/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { openConnection, type Connection } from './connections.ts';
import type { PlaceOrder } from './requests.ts';

export type Placed = {
  /** Ids of the orders that were answered rightly. */
  ids: string[];
  wrong: string[];
  seconds: number;
  /** Milliseconds, ascending. */
  latencies: Float64Array;
};
type OnPlaced = (id: string, answeredAt: number) => void;

/** Whoever has placed nothing for so long is not waited for any more, in milliseconds. */
const answerWithinMs = 30_000;

function createCounts(onPlaced?: OnPlaced) {
  const [ids, wrong, latencies]: [string[], string[], number[]] = [[], [], []];
  return {
    ids,
    /** `since` is when the client wanted it to be sent. */
    async place(connection: Connection, { request, readId }: PlaceOrder, since: number): Promise<void> {
      const answer = await connection.send(request);
      const now = performance.now();
      const id = answer.ok ? readId(answer.body) : undefined;
      if (id === undefined) return void wrong.push(answer.body.toString().slice(0, 300));
      latencies.push(now - since);
      ids.push(id);
      onPlaced?.(id, now);
    },
    /** The connection broke, or there was none to be had. */
    failed: (error: unknown) => void wrong.push(messageOf(error)),
    /** Who waited for them has given up: what becomes of them is not known. */
    unanswered(count: number): void {
      for (let each = 0; each < count; each++)
        wrong.push(`an order that was not answered within ${answerWithinMs / 1_000} s`);
    },
    result: (begun: number): Placed => ({
      ids,
      wrong,
      seconds: (performance.now() - begun) / 1_000,
      latencies: Float64Array.from(latencies).sort(),
    }),
  };
}

/** Each client places its next order when the last one is answered (a closed loop). */
export async function placeByClients(options: {
  port: number;
  orders: PlaceOrder[];
  clients: number;
  seconds: number;
  signal: AbortSignal;
}): Promise<Placed> {
  const { port, orders, clients, seconds, signal } = options;
  const counts = createCounts();
  const connections = await Promise.all(Array.from({ length: clients }, () => openConnection(port)));
  const begun = performance.now();
  let turn = 0;
  const work = connections.map(async (connection) => {
    for (let now = performance.now(); now < begun + seconds * 1_000; now = performance.now()) {
      signal.throwIfAborted();
      const order = orders[turn++ % orders.length];
      if (order) await counts.place(connection, order, now);
    }
  });
  try {
    await Promise.all(work);
    return counts.result(begun);
  } finally {
    for (const connection of connections) connection.close();
  }
}

/**
 * Orders at fixed times, however long the earlier ones take: a slow system gets no fewer orders for it, and the time
 * that an order waits to be sent counts (an open loop). `enough` may end it before its time.
 */
export async function placeAtRate(options: {
  port: number;
  orders: PlaceOrder[];
  perSecond: number;
  seconds: number;
  signal: AbortSignal;
  onPlaced?: OnPlaced;
  enough?: () => boolean;
}): Promise<Placed> {
  const { port, orders, perSecond, seconds, signal, onPlaced, enough } = options;
  const counts = createCounts(onPlaced);
  const connections = new Set<Connection>();
  const idle: Connection[] = [];
  const running = new Set<Promise<void>>();
  const begun = performance.now();

  /** The one that was used last; those not needed grow old, and the server closes them. */
  function takeIdle(): Connection | undefined {
    for (;;) {
      const connection = idle.pop();
      if (!connection || connection.isOpen()) return connection;
      connections.delete(connection);
    }
  }

  async function place(order: PlaceOrder, due: number): Promise<void> {
    const connection = takeIdle() ?? (await openConnection(port));
    connections.add(connection);
    await counts.place(connection, order, due);
    idle.push(connection);
  }

  const total = Math.round(perSecond * seconds);
  try {
    for (let sent = 0; sent < total && !enough?.();) {
      signal.throwIfAborted();
      const due = Math.min(total, Math.floor(((performance.now() - begun) * perSecond) / 1_000) + 1);
      for (; sent < due; sent++) {
        const order = orders[sent % orders.length];
        if (!order) continue;
        const work = place(order, begun + (sent * 1_000) / perSecond)
          .catch(counts.failed)
          .finally(() => running.delete(work));
        running.add(work);
      }
      await delay(1);
    }
    const late = delay(answerWithinMs, 'late' as const, { ref: false });
    if ((await Promise.race([Promise.all(running), late])) === 'late') counts.unanswered(running.size);
    return counts.result(begun);
  } finally {
    for (const connection of connections) connection.close();
  }
}
