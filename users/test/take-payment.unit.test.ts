import { describe, expect, test } from '@jest/globals';
import { eventId } from '@ordermesh/chassis/outbox';
import type { StockEvent } from '../src/events.ts';
import type { Order, Payment } from '../src/payment.ts';
import { decidePayments, type Decision } from '../src/take-payment.ts';
import { anOrder, released, reserved } from './orders.ts';

const max = Number.MAX_SAFE_INTEGER;

const decide = (
  events: StockEvent[],
  wallets: Record<string, number> = {},
  recorded: Payment[] = [],
): Decision =>
  decidePayments(
    events,
    new Map(Object.entries(wallets)),
    new Map(recorded.map((payment) => [payment.orderId, payment])),
  );

const paid = (order: Order): Payment => ({
  ...order,
  status: 'PAID',
  reason: null,
  amount: order.totalPrice,
});
const declined = (order: Order, reason: Payment['reason'] = 'INSUFFICIENT_FUNDS'): Payment => ({
  ...order,
  status: 'DECLINED',
  reason,
  amount: 0,
});
const refunded = (order: Order): Payment => ({ ...paid(order), status: 'REFUNDED' });
const voided = (order: Order): Payment => ({ ...order, status: 'VOIDED', reason: null, amount: 0 });

/** What is published, without the order that every event carries. */
const published = ({ outbox }: Decision) =>
  outbox.map(({ type, aggregateId, payload }) => ({
    type,
    orderId: aggregateId,
    ...('reason' in payload && { reason: payload['reason'] }),
    ...('amount' in payload && { amount: payload['amount'] }),
  }));

const nothing: Decision = { opened: [], refunded: [], entries: [], outbox: [] };

describe('given no payment of the order', () => {
  const order = anOrder();
  const { orderId, userId } = order;

  test.each([300, 301, max])('when stock is reserved and the wallet holds %p, 300 are paid', (balance) => {
    const decision = decide([reserved(order)], { ada: balance });
    expect(decision).toMatchObject({ opened: [paid(order)], refunded: [] });
    expect(decision.entries).toEqual([{ userId, orderId, kind: 'PAYMENT', amount: -300 }]);
    expect(published(decision)).toEqual([{ type: 'PaymentCompleted', orderId }]);
  });

  test.each([0, 299])('when stock is reserved and the wallet holds %p, it is declined', (balance) => {
    const decision = decide([reserved(order)], { ada: balance });
    expect(decision).toMatchObject({ opened: [declined(order)], refunded: [], entries: [] });
    expect(published(decision)).toEqual([{ type: 'PaymentDeclined', orderId, reason: 'INSUFFICIENT_FUNDS' }]);
  });

  test('when stock is reserved for a user who does not exist, it is declined', () => {
    const decision = decide([reserved(order)], { bob: 1_000 });
    expect(decision).toMatchObject({ opened: [declined(order, 'UNKNOWN_USER')], entries: [] });
    expect(published(decision)).toEqual([{ type: 'PaymentDeclined', orderId, reason: 'UNKNOWN_USER' }]);
  });

  test.each<Record<string, number>>([{}, { ada: 1_000 }])(
    'when stock is released, with wallets %j, it is voided',
    (wallets) => {
      const decision = decide([released(order)], wallets);
      expect(decision).toMatchObject({ opened: [voided(order)], refunded: [], entries: [] });
      expect(published(decision)).toEqual([{ type: 'PaymentRefunded', orderId, amount: 0 }]);
    },
  );
});

describe('given a payment that was made', () => {
  const order = anOrder();
  const { orderId, userId } = order;

  test('when stock is reserved again, nothing happens', () => {
    expect(decide([reserved(order)], { ada: 1_000 }, [paid(order)])).toEqual(nothing);
  });

  test('when stock is released, the money comes back', () => {
    const decision = decide([released(order)], { ada: 0 }, [paid(order)]);
    expect(decision).toMatchObject({ opened: [], refunded: [refunded(order)] });
    expect(decision.entries).toEqual([{ userId, orderId, kind: 'REFUND', amount: 300 }]);
    expect(published(decision)).toEqual([{ type: 'PaymentRefunded', orderId, amount: 300 }]);
  });

  test('when stock is released, what comes back is what was paid, to whoever paid it', () => {
    const other = { ...order, userId: 'bob', unitPrice: 1, totalPrice: 3 };
    const decision = decide([released(other)], { bob: 0 }, [paid(order)]);
    expect(decision.entries).toEqual([{ userId: 'ada', orderId, kind: 'REFUND', amount: 300 }]);
    expect(decision.outbox).toMatchObject([{ payload: { userId: 'ada', totalPrice: 300, amount: 300 } }]);
  });
});

describe.each([
  ['was declined', declined(anOrder())],
  ['was declined to a user who did not exist', declined(anOrder(), 'UNKNOWN_USER')],
  ['was refunded', refunded(anOrder())],
  ['was voided', voided(anOrder())],
])('given a payment that %s', (_, payment) => {
  test('when stock is reserved again, nothing happens, though there is money now', () => {
    expect(decide([reserved(payment)], { ada: 1_000 }, [payment])).toEqual(nothing);
  });

  test('when stock is released, nothing happens', () => {
    expect(decide([released(payment)], { ada: 1_000 }, [payment])).toEqual(nothing);
  });
});

describe('in one batch', () => {
  test('a wallet pays orders as they come, for as long as it lasts', () => {
    const [first, tooMuch, last] = [anOrder(), anOrder({ qty: 5 }), anOrder({ qty: 1 })];
    const decision = decide(
      [first, tooMuch, last].map((order) => reserved(order)),
      { ada: 400 },
    );
    expect(decision.opened).toEqual([paid(first), declined(tooMuch), paid(last)]);
    expect(decision.entries.map(({ amount }) => amount)).toEqual([-300, -100]);
  });

  test('what is refunded can pay the next order, and not the one before', () => {
    const [old, before, after] = [anOrder(), anOrder(), anOrder()];
    const decision = decide([reserved(before), released(old), reserved(after)], { ada: 0 }, [paid(old)]);
    expect(decision.opened).toEqual([declined(before), paid(after)]);
    expect(decision.refunded).toEqual([refunded(old)]);
  });

  test('an order that is paid and refunded has one row, both movements and both events, in their order', () => {
    const order = anOrder();
    const decision = decide([reserved(order), released(order)], { ada: 300 });
    expect(decision).toMatchObject({ opened: [refunded(order)], refunded: [] });
    expect(decision.entries.map(({ kind, amount }) => [kind, amount])).toEqual([
      ['PAYMENT', -300],
      ['REFUND', 300],
    ]);
    expect(published(decision).map(({ type }) => type)).toEqual(['PaymentCompleted', 'PaymentRefunded']);
  });

  test('stock released before it was reserved: voided, and never paid', () => {
    const order = anOrder();
    const decision = decide([released(order), reserved(order)], { ada: 300 });
    expect(decision).toMatchObject({ opened: [voided(order)], entries: [] });
    expect(published(decision).map(({ type }) => type)).toEqual(['PaymentRefunded']);
  });

  test('an event that comes twice counts once', () => {
    const order = anOrder();
    const events = [reserved(order), reserved(order), released(order), reserved(order), released(order)];
    expect(decide(events, { ada: 1_000 })).toEqual(
      decide([reserved(order), released(order)], { ada: 1_000 }),
    );
  });

  test('each user pays from their own wallet', () => {
    const [hers, his] = [anOrder(), anOrder({ userId: 'bob' })];
    const decision = decide([reserved(hers), reserved(his)], { ada: 0, bob: 300 });
    expect(decision.opened).toEqual([declined(hers), paid(his)]);
    expect(decision.entries).toMatchObject([{ userId: 'bob', amount: -300 }]);
  });

  test('what is given is left as it is', () => {
    const [wallets, recorded] = [new Map([['ada', 300]]), new Map<string, Payment>()];
    decidePayments([reserved(anOrder())], wallets, recorded);
    expect([wallets.get('ada'), recorded.size]).toEqual([300, 0]);
  });
});

describe('money', () => {
  test('of 2^53-1 is paid and refunded to the unit', () => {
    const order = anOrder({ qty: 1, unitPrice: max, totalPrice: max });
    const decision = decide([reserved(order), released(order), reserved(anOrder())], { ada: max });
    expect(decision.entries.map(({ amount }) => amount)).toEqual([-max, max, -300]);
    expect(decide([reserved(order)], { ada: max - 1 }).opened).toEqual([declined(order)]);
  });

  test('of an order that costs nothing is paid by an empty wallet, as 0 and not as -0', () => {
    const order = anOrder({ unitPrice: 0 });
    const decision = decide([reserved(order), released(order)], { ada: 0 });
    expect(decision.entries.map(({ amount }) => amount)).toEqual([0, 0]);
    expect(published(decision)).toMatchObject([{ type: 'PaymentCompleted' }, { amount: 0 }]);
  });

  test('of nobody does not pay even what costs nothing', () => {
    const order = anOrder({ unitPrice: 0 });
    expect(decide([reserved(order)]).opened).toEqual([declined(order, 'UNKNOWN_USER')]);
  });
});

test('an event carries the whole order, an id that its order and type make, and the trace of its cause', () => {
  const order = anOrder({ orderId: 'test-order-id-dummy-id' });
  const [first, second] = decide([reserved(order, 'one'), released(order, 'two')], { ada: 300 }).outbox;
  const carried = {
    ...{ orderId: 'test-order-id-dummy-id', userId: 'ada', productId: 'CATALOG-001' },
    ...{ qty: 3, unitPrice: 100, totalPrice: 300, placedAt: '2026-11-20T10:00:00.123Z' },
  };
  expect(first).toEqual({
    id: eventId('PaymentCompleted', order.orderId),
    type: 'PaymentCompleted',
    aggregateId: order.orderId,
    payload: carried,
    traceparent: 'one',
  });
  expect(second).toMatchObject({ payload: { ...carried, amount: 300 }, traceparent: 'two' });
});
