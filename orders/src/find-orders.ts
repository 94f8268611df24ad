import { setTimeout as delay } from 'node:timers/promises';
import { In } from 'typeorm';
import type { Database } from '@ordermesh/chassis/database';
import { isOwnerOrAdmin } from '@ordermesh/chassis/authorization';
import { isIdentifier } from '@ordermesh/chassis/identifiers';
import type { Viewer } from '@ordermesh/chassis/token-verifier';
import { OrderEntity } from './entities.ts';
import type { Order } from './order.ts';

/** How long a client that reads its order straight after placing it waits for the sink, in milliseconds. */
const waitAtMostMs = 3_000;

/** Orders by id, in the order of the ids; null for one that is not in the table. */
export function createFindOrders(options: { database: Database }) {
  return async function findOrders(orderIds: readonly string[]): Promise<(Order | null)[]> {
    const repository = options.database.data.getRepository(OrderEntity);
    const rows = await repository.findBy({ orderId: In(orderIds.filter(isIdentifier)) });
    const found = new Map(rows.map((row) => [row.orderId, row]));
    return orderIds.map((id) => found.get(id) ?? null);
  };
}
export type FindOrders = ReturnType<typeof createFindOrders>;

/** One's own order, or any for an admin; somebody else's looks like one that does not exist. */
export function visibleTo(viewer: Viewer | null, order: Order | null): Order | null {
  return order && isOwnerOrAdmin(viewer, order.userId) ? order : null;
}

/** An order by id, null if there is none. A miss waits briefly for the sink, asking less and less often. */
export function createFindOrder(options: { findOrders: FindOrders }) {
  return async function findOrder(orderId: string): Promise<Order | null> {
    if (!isIdentifier(orderId)) return null;
    const deadline = Date.now() + waitAtMostMs;
    for (let pause = 20; ; pause = Math.min(pause * 1.6, 500)) {
      const [order] = await options.findOrders([orderId]);
      const left = deadline - Date.now();
      if (order || left <= 0) return order ?? null;
      await delay(Math.min(pause, left));
    }
  };
}
export type FindOrder = ReturnType<typeof createFindOrder>;
