// What the gateway asks of orders, and what it makes of the answers.
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { MatchersV3 } from '@pact-foundation/pact';
import { createProviderPact, refusal, type State } from './pact/provider-pact.ts';
import { health, readinessWith } from './pact/readiness.ts';
import { made, world } from './pact/world.ts';

const { equal, string } = MatchersV3;
const orders = createProviderPact('orders');
const { test } = orders;
beforeAll(orders.start);
afterAll(orders.stop);

const customer: State = { name: 'a customer' };
const product: State = { name: 'a product', parameters: { unitPrice: 1500 } };
const confirmed: State = { name: 'an order of the customer', parameters: { status: 'CONFIRMED', qty: 10 } };
const rejected: State = {
  name: 'an order of the customer',
  parameters: { status: 'REJECTED', reason: 'OUT_OF_STOCK', qty: 10 },
};
const rejectedOrder = { ...world.orders.order, status: equal('REJECTED'), reason: string('OUT_OF_STOCK') };

test('is ready when orders is', async () => {
  const report = await orders.holdsFor(health, (url) => readinessWith('orders', url));
  expect(report).toMatchObject({ status: 'ready', missing: [] });
});

describe('placing an order', () => {
  test('tells the client which it is, and its total', async () => {
    const input = { productId: made.productId, qty: 10, idempotencyKey: 'tour' };
    const client = await orders.holds({
      description: 'to place an order',
      request: { operation: 'place-order', variables: { input } },
      states: [customer, product],
    });
    const placeOrder = { id: made.orderId, status: 'PENDING', totalPrice: 15_000 };
    expect(client).toEqual({ data: { placeOrder } });
  });

  test('without a token is refused, and the client can tell why', async () => {
    const input = { productId: made.productId, qty: 10, idempotencyKey: 'tour' };
    const client = await orders.holds({
      description: 'to place an order, without a token',
      request: { operation: 'place-order', variables: { input }, anonymous: true },
      states: [product],
      answer: refusal('UNAUTHENTICATED'),
    });
    expect(client).toMatchObject({ data: null, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  test('of nothing is refused, and the client can tell why', async () => {
    const input = { productId: made.productId, qty: 0, idempotencyKey: 'none' };
    const client = await orders.holds({
      description: 'to place an order of nothing',
      request: { operation: 'place-order', variables: { input } },
      states: [customer, product],
      answer: refusal('BAD_USER_INPUT'),
    });
    expect(client).toMatchObject({ data: null, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });
});

describe('cancelling an order', () => {
  test('tells the client how it is now', async () => {
    const client = await orders.holds({
      description: 'to cancel an order',
      request: { operation: 'cancel-order', variables: { id: made.orderId } },
      states: [customer, confirmed],
    });
    expect(client).toEqual({ data: { cancelOrder: { id: made.orderId, status: 'CONFIRMED' } } });
  });

  test('that was rejected is refused, and the client can tell why', async () => {
    const client = await orders.holds({
      description: 'to cancel an order that was rejected',
      request: { operation: 'cancel-order', variables: { id: made.orderId } },
      states: [customer, rejected],
      answer: refusal('NOT_CANCELLABLE'),
    });
    expect(client).toMatchObject({ data: null, errors: [{ extensions: { code: 'NOT_CANCELLABLE' } }] });
  });
});

describe('of orders, the gateway tells a client', () => {
  test('how each of an account stands, and of which product it is', async () => {
    const client = await orders.holds({
      description: 'the orders of an account',
      request: { operation: 'my-account' },
      states: [customer, confirmed],
    });
    const node = { id: made.orderId, status: 'CONFIRMED', reason: null, qty: 10 };
    expect(client).toMatchObject({ data: { me: { orders: { nodes: [node] } } } });
  });

  test('which an account has', async () => {
    const client = await orders.holds({
      description: 'the ids of the orders of an account',
      request: { operation: 'my-order-ids' },
      states: [customer, confirmed],
    });
    expect(client).toEqual({ data: { me: { orders: { nodes: [{ id: made.orderId }] } } } });
  });

  test('of one by its id: how it stands, whose it is and of what', async () => {
    const client = await orders.holds({
      description: 'an order',
      request: { operation: 'order', variables: { id: made.orderId } },
      states: [customer, confirmed],
    });
    const joined = { user: { name: 'Me' }, product: { name: 'Berlin' } };
    const order = { id: made.orderId, status: 'CONFIRMED', reason: null, qty: 10, totalPrice: 15_000 };
    expect(client).toEqual({ data: { order: { ...order, ...joined } } });
  });

  test('why one was rejected', async () => {
    const client = await orders.holds({
      description: 'an order that was rejected',
      request: { operation: 'order', variables: { id: made.orderId } },
      states: [customer, rejected],
      knows: { orders: { order: rejectedOrder } },
    });
    expect(client).toMatchObject({ data: { order: { status: 'REJECTED', reason: 'OUT_OF_STOCK' } } });
  });

  test('nothing of one that is not theirs', async () => {
    const client = await orders.holds({
      description: "somebody else's order",
      request: { operation: 'order', variables: { id: made.orderId } },
      states: [customer, { name: 'an order of somebody else' }],
      knows: { orders: { order: null } },
    });
    expect(client).toEqual({ data: { order: null } });
  });
});
