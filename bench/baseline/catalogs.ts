import { createDatabase } from './database.ts';
import { productEntity, reservationEntity, stockEntity, type Product } from './entities.ts';
import { connectProducer, consume, publish, type Event } from './kafka.ts';
import { startSubgraph } from './subgraph.ts';

const database = await createDatabase([productEntity, stockEntity, reservationEntity]);
const producer = await connectProducer();
const products = database.getRepository(productEntity);
const stocks = database.getRepository(stockEntity);

/** One transaction for the event; then what came of it is sent (the dual write that tutorials have). */
async function reserve({ order }: Event): Promise<void> {
  const outcome = await database.transaction(async (manager) => {
    if (await manager.existsBy(reservationEntity, { orderId: order.orderId })) return undefined;
    const stock = await manager.findOne(stockEntity, {
      where: { productId: order.productId },
      lock: { mode: 'pessimistic_write' },
    });
    const reason = !stock ? 'UNKNOWN_PRODUCT' : stock.available < order.qty ? 'OUT_OF_STOCK' : null;
    if (stock && reason === null) {
      stock.available -= order.qty;
      stock.reserved += order.qty;
      await manager.save(stockEntity, stock);
    }
    const status = reason === null ? 'RESERVED' : 'REJECTED';
    const placedAt = new Date(order.placedAt);
    await manager.save(reservationEntity, { ...order, placedAt, status, reason });
    return reason === null ? { type: 'StockReserved' } : { type: 'StockRejected', reason };
  });
  if (outcome) await publish(producer, 'catalogs.events', { ...outcome, order });
}

async function settle({ order }: Event, status: 'SOLD' | 'RELEASED'): Promise<void> {
  await database.transaction(async (manager) => {
    const reservation = await manager.findOneByOrFail(reservationEntity, { orderId: order.orderId });
    if (reservation.status !== 'RESERVED') return;
    const stock = await manager.findOneOrFail(stockEntity, {
      where: { productId: order.productId },
      lock: { mode: 'pessimistic_write' },
    });
    stock.reserved -= order.qty;
    if (status === 'SOLD') stock.sold += order.qty;
    else stock.available += order.qty;
    reservation.status = status;
    await manager.save(stockEntity, stock);
    await manager.save(reservationEntity, reservation);
  });
}

await consume('catalogs', ['orders.events', 'users.events'], async (event) => {
  if (event.type === 'OrderPlaced') await reserve(event);
  if (event.type === 'PaymentCompleted') await settle(event, 'SOLD');
  if (event.type === 'PaymentDeclined') await settle(event, 'RELEASED');
});

await startSubgraph('catalogs', {
  Query: { product: (_: unknown, { id }: { id: string }) => products.findOneBy({ id }) },
  Product: {
    __resolveReference: ({ id }: { id: string }) => products.findOneBy({ id }),
    stock: async ({ id }: Product) => (await stocks.findOneBy({ productId: id }))?.available ?? 0,
  },
});
