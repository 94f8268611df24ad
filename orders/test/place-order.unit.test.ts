import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Append } from '@ordermesh/chassis/appender';
import { clientError, UnavailableError } from '@ordermesh/chassis/errors';
import { createLogger } from '@ordermesh/chassis/log';
import type { Claims } from '../src/claim.ts';
import type { Claim } from '../src/entities.ts';
import type { Order } from '../src/order.ts';
import { createPlaceOrder, decideOrder } from '../src/place-order.ts';
import { validateInput } from '../src/place-order-input.ts';
import { decidePrice } from '../src/prices.ts';

const codeOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return (error as { extensions?: { code?: string } }).extensions?.code ?? error;
  }
};

describe('an input', () => {
  test.each([1, 10_000])('of %d pieces is accepted as it is', (qty) => {
    const input = { productId: 'P', qty };
    expect(validateInput(input)).toEqual({ ...input, idempotencyKey: null, expectedUnitPrice: null });
  });

  test.each([0, -1, 10_001, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('of %d pieces is refused', (qty) => {
    expect(codeOf(() => validateInput({ productId: 'P', qty }))).toBe('BAD_USER_INPUT');
  });

  test.each(['', 'x'.repeat(65), '\ud800'])('with the product id %j or that key is refused', (text) => {
    expect(codeOf(() => validateInput({ productId: text, qty: 1 }))).toBe('BAD_USER_INPUT');
    const input = { productId: 'P', qty: 1, idempotencyKey: text };
    expect(codeOf(() => validateInput(input))).toBe('BAD_USER_INPUT');
  });

  test('counts characters, not units of UTF-16', () => {
    const productId = '😀'.repeat(64);
    expect(validateInput({ productId, qty: 1 }).productId).toBe(productId);
  });
});

describe('the price', () => {
  test('is what the replica says', () => {
    expect(decidePrice('P', 1500, null)).toEqual({ unitPrice: 1500 });
    expect(decidePrice('P', 1500, 1500)).toEqual({ unitPrice: 1500 });
    expect(decidePrice('P', 0, 0)).toEqual({ unitPrice: 0 });
  });

  test('of an unknown product refuses with PRODUCT_NOT_FOUND', () => {
    expect(decidePrice('P', null, 1500)).toMatchObject({
      refusal: { extensions: { code: 'PRODUCT_NOT_FOUND' } },
    });
  });

  test('that is not as expected refuses with PRICE_CHANGED, naming the current one', () => {
    expect(decidePrice('P', 1500, 0)).toMatchObject({
      refusal: { message: expect.stringContaining('1500'), extensions: { code: 'PRICE_CHANGED' } },
    });
  });
});

describe('a total', () => {
  const decide = (qty: number, unitPrice: number) =>
    decideOrder({
      input: { productId: 'P', qty, idempotencyKey: null, expectedUnitPrice: null },
      unitPrice,
      userId: 'U',
      orderId: 'O',
      now: new Date(0),
    });
  const max = Number.MAX_SAFE_INTEGER;

  test('of exactly 2^53-1 is an order', () => {
    // 2^53-1 = 6361 × 69431 × 20394401.
    expect(decide(6_361, max / 6_361).totalPrice).toBe(max);
  });

  test.each([
    ['one more than that', 2, (max + 1) / 2],
    ['a product that a double would round to a safe integer', 3, 3_002_399_751_580_331],
    ['the largest there could be', 10_000, max],
  ])('of %s is refused', (_, qty, unitPrice) => {
    expect(codeOf(() => decide(qty, unitPrice))).toBe('BAD_USER_INPUT');
  });
});

describe('placing', () => {
  const viewer = { userId: 'U', role: 'customer' as const };
  const input = { productId: 'P', qty: 2, expectedUnitPrice: 1500 };
  const log = createLogger({ service: 'test', instance: 'test', level: 'silent' });
  let appended: Append[];
  let steps: string[];
  let append: (record: Append) => Promise<void>;
  let stored: Map<string, Claim>;
  let rows: Order[];
  let price: number;

  const claims: Claims = {
    find: (userId, key) => Promise.resolve(structuredClone(stored.get(`${userId} ${key}`) ?? null)),
    claim: (order, { expectedUnitPrice }, idempotencyKey) => {
      const name = `${order.userId} ${idempotencyKey}`;
      const claim = stored.get(name) ?? { ...order, idempotencyKey, expectedUnitPrice, appended: false };
      stored.set(name, claim);
      return Promise.resolve(structuredClone(claim));
    },
    markAppended: ({ userId, idempotencyKey }) => {
      steps.push('marked');
      const claim = stored.get(`${userId} ${idempotencyKey}`);
      if (claim) claim.appended = true;
      return Promise.resolve();
    },
  };

  function placing() {
    const placeOrder = createPlaceOrder({
      priceOf: (productId, expected) => {
        const decision = decidePrice(productId, price, expected);
        return 'refusal' in decision ? Promise.reject(decision.refusal) : Promise.resolve(decision.unitPrice);
      },
      claims,
      findOrders: (ids) =>
        Promise.resolve(ids.map((id) => rows.find(({ orderId }) => orderId === id) ?? null)),
      appender: { append: (record) => append(record) },
      log,
    });
    return (more: { idempotencyKey?: string; qty?: number; expectedUnitPrice?: number | null } = {}) =>
      placeOrder(viewer, { ...input, ...more });
  }

  beforeEach(() => {
    appended = [];
    steps = [];
    stored = new Map();
    rows = [];
    price = 1500;
    append = (record) => {
      appended.push(record);
      steps.push('appended');
      return Promise.resolve();
    };
  });

  test('appends OrderPlaced with the key and the headers of the contract, and answers the order PENDING', async () => {
    const order = await placing()();
    expect(order).toMatchObject({
      ...{ productId: 'P', qty: 2, userId: 'U' },
      status: 'PENDING',
      reason: null,
    });
    expect(appended).toEqual([
      {
        topic: 'orders.events',
        key: order.orderId,
        value: expect.any(String),
        headers: {
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          type: 'OrderPlaced',
          traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
        },
      },
    ]);
    expect(JSON.parse(String(appended[0]?.value))).toEqual({
      productId: 'P',
      qty: 2,
      unitPrice: 1500,
      totalPrice: 3000,
      orderId: order.orderId,
      userId: 'U',
      placedAt: order.createdAt.toISOString(),
    });
  });

  test('answers only after the broker has acknowledged', async () => {
    const acknowledgement = Promise.withResolvers<undefined>();
    append = () => acknowledgement.promise;
    const answered = jest.fn();
    const placed = placing()().then(answered);
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).not.toHaveBeenCalled();
    acknowledgement.resolve(undefined);
    await placed;
    expect(answered).toHaveBeenCalled();
  });

  test('without an acknowledgement is SERVICE_UNAVAILABLE and says how to try again safely', async () => {
    append = () => Promise.reject(new UnavailableError('the broker did not acknowledge in time'));
    await expect(placing()()).rejects.toMatchObject({
      message: expect.stringContaining('idempotencyKey'),
      extensions: { code: 'SERVICE_UNAVAILABLE' },
    });
  });

  test('with a key gives the same order again, though its price has changed since, and appends it once', async () => {
    const place = placing();
    const first = await place({ idempotencyKey: 'K' });
    price = 2000;
    expect(await place({ idempotencyKey: 'K' })).toEqual(first);
    expect(appended).toHaveLength(1);
    expect(steps).toEqual(['appended', 'marked']);
  });

  test('with a key whose order was not acknowledged appends that same order again: same event, same order', async () => {
    const place = placing();
    append = (record) => {
      appended.push(record);
      return Promise.reject(new UnavailableError('lost'));
    };
    await expect(place({ idempotencyKey: 'K' })).rejects.toThrow();
    price = 2000;
    append = (record) => Promise.resolve(void appended.push(record));
    const order = await place({ idempotencyKey: 'K' });
    const [first, second] = appended;
    expect(order).toMatchObject({ unitPrice: 1500, orderId: first?.key });
    expect(second).toMatchObject({
      key: first?.key,
      value: first?.value,
      headers: { id: first?.headers['id'] },
    });
  });

  test('with a key whose order has settled answers it as it is now', async () => {
    const place = placing();
    const first = await place({ idempotencyKey: 'K' });
    rows = [{ ...first, status: 'REJECTED', reason: 'OUT_OF_STOCK', updatedAt: new Date() }];
    expect(await place({ idempotencyKey: 'K' })).toEqual(rows[0]);
  });

  test.each([{ qty: 3 }, { productId: 'Q' }, { expectedUnitPrice: null }, { expectedUnitPrice: 1499 }])(
    'with a key that was used for another input (now %j) is IDEMPOTENCY_CONFLICT, and appends nothing',
    async (other) => {
      const place = placing();
      await place({ idempotencyKey: 'K' });
      await expect(place({ idempotencyKey: 'K', ...other })).rejects.toMatchObject({
        extensions: { code: 'IDEMPOTENCY_CONFLICT' },
      });
      expect(appended).toHaveLength(1);
    },
  );

  test('that is refused claims nothing: the key is free for an input that is right', async () => {
    const place = placing();
    await expect(place({ idempotencyKey: 'K', expectedUnitPrice: 1 })).rejects.toThrow(
      clientError('PRICE_CHANGED', 'the price is 1500 now, not 1 as expected'),
    );
    await place({ idempotencyKey: 'K' });
    expect(appended).toHaveLength(1);
  });
});
