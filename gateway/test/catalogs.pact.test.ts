// What the gateway asks of catalogs, and what it makes of the answers.
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { createProviderPact, type State } from './pact/provider-pact.ts';
import { health, readinessWith } from './pact/readiness.ts';
import { made, world } from './pact/world.ts';

const catalogs = createProviderPact('catalogs');
const { test } = catalogs;
beforeAll(catalogs.start);
afterAll(catalogs.stop);

const gone = { __typename: 'Product', id: 'no-such-product' };
const product: State = { name: 'a product', parameters: { name: 'Berlin', unitPrice: 1500, stock: 100 } };

test('is ready when catalogs is', async () => {
  const report = await catalogs.holdsFor(health, (url) => readinessWith('catalogs', url));
  expect(report).toMatchObject({ status: 'ready', missing: [] });
});

describe('of products, the gateway tells a client', () => {
  test('which there are', async () => {
    const client = await catalogs.holds({
      description: 'the products',
      request: { operation: 'products', anonymous: true },
      states: [product],
    });
    const nodes = [{ id: made.productId, name: 'Berlin', unitPrice: 1500, stock: 100 }];
    expect(client).toEqual({ data: { products: { nodes } } });
  });

  test('how many are left of one', async () => {
    const client = await catalogs.holds({
      description: 'the stock of a product',
      request: { operation: 'product-stock', variables: { id: made.productId }, anonymous: true },
      states: [product],
    });
    expect(client).toEqual({ data: { product: { stock: 100 } } });
  });

  test('that there is none of that id', async () => {
    const client = await catalogs.holds({
      description: 'the stock of a product that does not exist',
      request: { operation: 'product-stock', variables: { id: 'no-such-product' }, anonymous: true },
      knows: { catalogs: { product: null } },
    });
    expect(client).toEqual({ data: { product: null } });
  });
});

describe('of the products in orders, the gateway tells a client', () => {
  test('name and stock, for all orders of an account in one fetch', async () => {
    const client = await catalogs.holds({
      description: 'name and stock of the products in a list of orders',
      request: { operation: 'my-account' },
      states: [{ name: 'a customer' }, product],
    });
    expect(client).toMatchObject({
      data: { me: { orders: { nodes: [{ id: made.orderId, product: { name: 'Berlin', stock: 100 } }] } } },
    });
  });

  test('the name, for one order', async () => {
    const client = await catalogs.holds({
      description: 'the name of the product in an order',
      request: { operation: 'order', variables: { id: made.orderId } },
      states: [{ name: 'a customer' }, product],
    });
    expect(client).toMatchObject({ data: { order: { id: made.orderId, product: { name: 'Berlin' } } } });
  });

  test('nothing of one that is no longer offered, and all the rest of the order', async () => {
    const client = await catalogs.holds({
      description: 'the name of a product that does not exist, in an order',
      request: { operation: 'order', variables: { id: made.orderId } },
      states: [{ name: 'a customer' }],
      knows: { orders: { order: { ...world.orders.order, product: gone } } },
    });
    expect(client).toMatchObject({ data: { order: { id: made.orderId, product: null } } });
  });
});
