import { randomUUID } from 'node:crypto';
import { createDatabase, type DatabaseConfig } from '@ordermesh/chassis/database';
import { createHealth } from '@ordermesh/chassis/health';
import { createLogger } from '@ordermesh/chassis/log';
import type { ProviderStates, StateValues } from '@ordermesh/chassis/provider-states';
import { z } from 'zod';

const price = z.object({ name: z.string().default('A Product'), unitPrice: z.number().default(1500) });
const order = z.strictObject({
  status: z.enum(['PENDING', 'CONFIRMED', 'REJECTED']).default('PENDING'),
  reason: z.string().nullable().default(null),
  qty: z.number().default(1),
});

/**
 * What orders' consumers may ask to be so. Its tables are written by Kafka Connect alone, so the rows are written as the
 * sinks write them, which takes the owner's account, and removed at the end: no log holds what they tell of.
 */
export function createProviderStates(config: DatabaseConfig): ProviderStates {
  const identity = { service: 'orders', instance: 'provider-states' };
  const log = createLogger({ ...identity, level: 'silent' });
  const database = createDatabase({ config, entities: [], health: createHealth(identity), log });
  const made = { orders: [''], products: [''] };

  async function insertOrder(parameters: StateValues, known: StateValues): Promise<StateValues> {
    const { status, reason, qty } = order.parse(parameters);
    const orderId = `order-${randomUUID()}`;
    made.orders.push(orderId);
    const { userId = `user-${randomUUID()}`, productId = `product-${randomUUID()}` } = known;
    await database.sql.query(
      `INSERT INTO orders (order_id, user_id, product_id, qty, unit_price, total_price, status, reason)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      [orderId, userId, productId, qty, 1500, qty * 1500, status, reason],
    );
    return { orderId, productId };
  }

  return {
    start: database.start,
    stop: async () => {
      // One that was cancelled by now is told of in the log, and others have acted on it.
      await database.sql.query("DELETE FROM orders WHERE order_id IN (?) AND status <> 'CANCELLED'", [
        made.orders,
      ]);
      await database.sql.query('DELETE FROM products WHERE id IN (?)', [made.products]);
      await database.stop();
    },
    states: {
      // Orders knows a customer by the token alone.
      'a customer': () => Promise.resolve({ userId: `user-${randomUUID()}` }),
      'a product': async (parameters, known) => {
        const { name, unitPrice } = price.parse(parameters);
        const productId = String(known['productId'] ?? `product-${randomUUID()}`);
        // One that catalogs has made stays in the replica, where it comes by itself in a moment.
        if (known['productId'] === undefined) made.products.push(productId);
        await database.sql.query(
          `INSERT INTO products (id, name, unit_price, created_at, updated_at) VALUES (?, ?, ?, NOW(3), NOW(3))
           ON DUPLICATE KEY UPDATE unit_price = VALUES(unit_price)`,
          [productId, name, unitPrice],
        );
        return { productId };
      },
      'an order of the customer': insertOrder,
      'an order of somebody else': (parameters) => insertOrder(parameters, {}),
    },
  };
}
