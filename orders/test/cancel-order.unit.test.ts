import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Append } from '@ordermesh/chassis/appender';
import { UnavailableError } from '@ordermesh/chassis/errors';
import { createLogger } from '@ordermesh/chassis/log';
import type { Viewer } from '@ordermesh/chassis/token-verifier';
import { createCancelOrder, decideCancellation } from '../src/cancel-order.ts';
import type { Order, OrderStatus } from '../src/order.ts';

const owner: Viewer = { userId: 'U', role: 'customer' };
const stranger: Viewer = { userId: 'V', role: 'customer' };
const admin: Viewer = { userId: 'A', role: 'admin' };
const placedAt = new Date('2026-07-01T01:30:05.123Z');

const orderThatIs = (status: OrderStatus): Order => ({
  ...{ orderId: 'O', userId: 'U', productId: 'P', qty: 10, unitPrice: 1500, totalPrice: 15_000 },
  status,
  reason: status === 'REJECTED' ? 'OUT_OF_STOCK' : null,
  createdAt: placedAt,
  updatedAt: new Date(placedAt.getTime() + 1_000),
});

describe('given an order that is', () => {
  for (const [who, viewer] of [
    ['its owner', owner],
    ['an admin', admin],
  ] as const) {
    test.each(['PENDING', 'CONFIRMED'] as const)(`%s, when ${who} cancels it, it is asked for`, (status) => {
      const order = orderThatIs(status);
      expect(decideCancellation(viewer, 'O', order)).toEqual({ order, request: true });
    });

    test(`CANCELLED, when ${who} cancels it, it is answered unchanged`, () => {
      const order = orderThatIs('CANCELLED');
      expect(decideCancellation(viewer, 'O', order)).toEqual({ order, request: false });
    });

    test(`REJECTED, when ${who} cancels it, it is NOT_CANCELLABLE and the reason is said`, () => {
      expect(decideCancellation(viewer, 'O', orderThatIs('REJECTED'))).toMatchObject({
        refusal: {
          message: expect.stringContaining('OUT_OF_STOCK'),
          extensions: { code: 'NOT_CANCELLABLE' },
        },
      });
    });
  }

  test.each(['PENDING', 'CONFIRMED', 'REJECTED', 'CANCELLED'] as const)(
    '%s, when somebody else cancels it, it looks as if there were none',
    (status) => {
      const foreign = decideCancellation(stranger, 'O', orderThatIs(status));
      expect(foreign).toMatchObject({ refusal: { extensions: { code: 'ORDER_NOT_FOUND' } } });
      expect(foreign).toEqual(decideCancellation(stranger, 'O', null));
    },
  );
});

describe('cancelling', () => {
  const log = createLogger({ service: 'test', instance: 'test', level: 'silent' });
  let appended: Append[];
  let append: (record: Append) => Promise<void>;
  beforeEach(() => {
    appended = [];
    append = (record) => Promise.resolve(void appended.push(record));
  });
  const cancelling = (found: Order | null) =>
    createCancelOrder({
      findOrder: () => Promise.resolve(found),
      appender: { append: (record) => append(record) },
      log,
    });

  test('appends OrderCancelRequested with the whole order, and answers the order as it is now', async () => {
    const order = orderThatIs('CONFIRMED');
    expect(await cancelling(order)(owner, 'O')).toEqual(order);
    expect(appended).toEqual([
      {
        topic: 'orders.events',
        key: 'O',
        value: expect.any(String),
        headers: {
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          type: 'OrderCancelRequested',
          traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
        },
      },
    ]);
    expect(JSON.parse(String(appended[0]?.value))).toEqual({
      ...{ orderId: 'O', userId: 'U', productId: 'P', qty: 10, unitPrice: 1500, totalPrice: 15_000 },
      placedAt: placedAt.toISOString(),
    });
  });

  test('twice is the same event', async () => {
    const cancelOrder = cancelling(orderThatIs('PENDING'));
    await Promise.all([cancelOrder(owner, 'O'), cancelOrder(admin, 'O')]);
    const [first, second] = appended.map(({ value, headers }) => ({ value, id: headers['id'] }));
    expect(first).toEqual(second);
  });

  test('answers only after the broker has acknowledged', async () => {
    const acknowledgement = Promise.withResolvers<undefined>();
    append = () => acknowledgement.promise;
    let answered = false;
    const cancelled = cancelling(orderThatIs('PENDING'))(owner, 'O').then(() => (answered = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    acknowledgement.resolve(undefined);
    expect(await cancelled).toBe(true);
  });

  test('without an acknowledgement is SERVICE_UNAVAILABLE and says that it is safe to try again', async () => {
    append = () => Promise.reject(new UnavailableError('the broker did not acknowledge in time'));
    await expect(cancelling(orderThatIs('PENDING'))(owner, 'O')).rejects.toMatchObject({
      message: expect.stringContaining('safe to try again'),
      extensions: { code: 'SERVICE_UNAVAILABLE' },
    });
  });

  test.each([
    ['that is cancelled already', orderThatIs('CANCELLED'), owner],
    ['that was rejected', orderThatIs('REJECTED'), owner],
    ['of somebody else', orderThatIs('CONFIRMED'), stranger],
    ['that does not exist', null, owner],
  ])('one %s appends nothing', async (_, found, viewer) => {
    await cancelling(found)(viewer, 'O').catch(() => undefined);
    expect(appended).toEqual([]);
  });
});
