import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { createDatabase } from './database.ts';
import { productEntity } from './entities.ts';
import { toEnvelope } from './envelope.ts';
import { connectProducer, consume, publish, type Order } from './kafka.ts';
import { requireUser, startSubgraph, type Context } from './subgraph.ts';

type PlaceOrder = { input: { productId: string; qty: number } };

// Prices come from the replica of the catalogue, which the same connectors keep as for ordermesh.
const database = await createDatabase([productEntity]);
const products = database.getRepository(productEntity);
const producer = await connectProducer();

const sendRow = (order: Order, status: string, reason?: string) =>
  producer.send({
    topic: 'orders',
    acks: -1,
    messages: [{ key: order.orderId, value: toEnvelope(order, status, reason) }],
  });

/** One awaited send per topic: the event for the other services, the row for the sink connector. */
async function placeOrder({ productId, qty }: PlaceOrder['input'], userId: string) {
  if (qty < 1) throw new GraphQLError('qty must be at least 1', { extensions: { code: 'BAD_USER_INPUT' } });
  const product = await products.findOneBy({ id: productId });
  if (!product)
    throw new GraphQLError('there is no such product', { extensions: { code: 'PRODUCT_NOT_FOUND' } });
  const { unitPrice } = product;
  const ids = { orderId: randomUUID(), userId, productId };
  const order = { ...ids, qty, unitPrice, totalPrice: qty * unitPrice, placedAt: new Date().toISOString() };
  await publish(producer, 'orders.events', { type: 'OrderPlaced', order });
  await sendRow(order, 'PENDING');
  return { ...order, status: 'PENDING' };
}

const statusBy: Record<string, string> = {
  StockRejected: 'REJECTED',
  PaymentDeclined: 'REJECTED',
  PaymentCompleted: 'CONFIRMED',
};

/** The orders process. */
await consume('orders-process', ['catalogs.events', 'users.events'], async ({ type, order, reason }) => {
  const status = statusBy[type];
  if (status) await sendRow(order, status, reason);
});

await startSubgraph('orders', {
  Mutation: {
    placeOrder: (_: unknown, { input }: PlaceOrder, context: Context) =>
      placeOrder(input, requireUser(context)),
  },
  Order: {
    id: ({ orderId }: Order) => orderId,
    user: ({ userId }: Order) => ({ id: userId }),
    product: ({ productId }: Order) => ({ id: productId }),
    createdAt: ({ placedAt }: Order) => placedAt,
    updatedAt: ({ placedAt }: Order) => placedAt,
  },
});
