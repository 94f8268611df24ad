import { createDatabase } from './database.ts';
import { accountEntity, paymentEntity, walletEntity, type Account } from './entities.ts';
import { connectProducer, consume, publish, type Event } from './kafka.ts';
import { requireUser, startSubgraph, type Context } from './subgraph.ts';

const database = await createDatabase([accountEntity, walletEntity, paymentEntity]);
const producer = await connectProducer();
const accounts = database.getRepository(accountEntity);
const wallets = database.getRepository(walletEntity);

/** One transaction for the event; then what came of it is sent (the dual write that tutorials have). */
async function pay({ order }: Event): Promise<void> {
  const outcome = await database.transaction(async (manager) => {
    if (await manager.existsBy(paymentEntity, { orderId: order.orderId })) return undefined;
    const wallet = await manager.findOne(walletEntity, {
      where: { userId: order.userId },
      lock: { mode: 'pessimistic_write' },
    });
    const reason = !wallet ? 'UNKNOWN_USER' : wallet.balance < order.totalPrice ? 'INSUFFICIENT_FUNDS' : null;
    if (wallet && reason === null) {
      wallet.balance -= order.totalPrice;
      await manager.save(walletEntity, wallet);
    }
    const [status, amount] = reason === null ? ['PAID', order.totalPrice] : ['DECLINED', 0];
    const placedAt = new Date(order.placedAt);
    await manager.save(paymentEntity, { ...order, placedAt, status, reason, amount });
    return reason === null ? { type: 'PaymentCompleted' } : { type: 'PaymentDeclined', reason };
  });
  if (outcome) await publish(producer, 'users.events', { ...outcome, order });
}

await consume('users', ['catalogs.events'], async (event) => {
  if (event.type === 'StockReserved') await pay(event);
});

await startSubgraph('users', {
  Query: {
    me: (_: unknown, __: object, context: Context) => accounts.findOneBy({ id: requireUser(context) }),
  },
  User: {
    __resolveReference: ({ id }: { id: string }) => accounts.findOneBy({ id }),
    wallet: async ({ id }: Account) => wallets.findOneBy({ userId: id }),
  },
});
