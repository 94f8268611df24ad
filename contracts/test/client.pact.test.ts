// What a client that is no part of the system needs of the gateway: the operations of the README's tour.
import { describe, expect } from '@jest/globals';
import { createPactFile } from '@ordermesh/chassis/testing/pact-file';
import { MatchersV3 } from '@pact-foundation/pact';
import { readOperation } from '../src/operations.ts';

const { eachLike, equal, fromProviderState, integer, nullValue, regex, reify, string } = MatchersV3;
type State = { name: string; parameters?: Record<string, string | number> };

const pact = createPactFile('client', 'gateway');
const { test } = pact;

// What the provider states make takes the place of these examples.
const token = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJjdXN0b21lci0xIn0.c2lnbmF0dXJl';
const caller = fromProviderState('Bearer ${token}', `Bearer ${token}`);
const email = fromProviderState('${email}', 'me@example.org');
const productId = fromProviderState('${productId}', 'CATALOG-001');
const orderId = fromProviderState('${orderId}', 'order-1');

const customer: State = { name: 'a customer', parameters: { name: 'Me', deposited: 100_000 } };
const product: State = { name: 'a product', parameters: { name: 'Berlin', unitPrice: 1500, stock: 100 } };
const confirmed: State = { name: 'an order of the customer', parameters: { status: 'CONFIRMED', qty: 10 } };
const rejected: State = {
  name: 'an order of the customer',
  parameters: { status: 'REJECTED', reason: 'OUT_OF_STOCK', qty: 10 },
};
const status = (example: string) => regex('PENDING|CONFIRMED|REJECTED|CANCELLED', example);
const jwt = '[\\w-]+\\.[\\w-]+\\.[\\w-]+';

/** A client as small as can be: an operation of contracts/operations over fetch. */
async function send(url: string, operation: string, variables: unknown, authorization?: string) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    body: JSON.stringify({ query: readOperation(operation).text, variables }),
  });
  return { status: response.status, answer: (await response.json()) as unknown };
}

/** Sends the operation to what stands in for the gateway, and gives what the client got. */
async function holds(options: {
  description: string;
  operation: string;
  variables?: Record<string, unknown>;
  authorization?: typeof caller | string;
  states?: State[];
  status?: number;
  answer: Record<string, unknown>;
}) {
  const { description, operation, variables = {}, authorization, states = [], answer } = options;
  const interaction = pact.interaction(description);
  for (const { name, parameters } of states) interaction.given(name, parameters);
  return interaction
    .withRequest('POST', '/graphql', (request) => {
      if (authorization !== undefined) request.headers({ authorization });
      request.jsonBody({ query: readOperation(operation).text, variables });
    })
    .willRespondWith(options.status ?? 200, (response) => response.jsonBody(answer))
    .executeTest(({ url }) =>
      send(url, operation, reify(variables), authorization && reify<string>(authorization)),
    );
}

const refused = (code: string) => [{ message: string('why'), extensions: { code: equal(code) } }];

describe('a visitor', () => {
  test('sees the products', async () => {
    const node = {
      id: string('CATALOG-001'),
      name: string('Berlin'),
      unitPrice: integer(1500),
      stock: integer(100),
    };
    const client = await holds({
      description: 'a visitor looks at the products',
      operation: 'products',
      states: [product],
      answer: { data: { products: { nodes: eachLike(node) } } },
    });
    const nodes = [{ id: 'CATALOG-001', name: 'Berlin', unitPrice: 1500, stock: 100 }];
    expect(client).toEqual({ status: 200, answer: { data: { products: { nodes } } } });
  });

  test('sees how many are left of one', async () => {
    const client = await holds({
      description: 'a visitor looks at the stock of a product',
      operation: 'product-stock',
      variables: { id: productId },
      states: [product],
      answer: { data: { product: { stock: integer(100) } } },
    });
    expect(client).toEqual({ status: 200, answer: { data: { product: { stock: 100 } } } });
  });

  test('signs up and gets a token', async () => {
    const client = await holds({
      description: 'a visitor signs up',
      operation: 'sign-up',
      variables: { input: { email, name: string('Me'), password: string('correct horse') } },
      states: [{ name: 'an email without an account' }],
      answer: { data: { signUp: { token: regex(jwt, token) } } },
    });
    expect(client).toEqual({ status: 200, answer: { data: { signUp: { token } } } });
  });

  test('is told that an email has an account already', async () => {
    const client = await holds({
      description: 'a visitor signs up with an email that has an account',
      operation: 'sign-up',
      variables: { input: { email, name: string('Me'), password: string('correct horse') } },
      states: [customer],
      answer: { data: nullValue(), errors: refused('EMAIL_TAKEN') },
    });
    expect(client).toMatchObject({
      answer: { data: null, errors: [{ extensions: { code: 'EMAIL_TAKEN' } }] },
    });
  });

  test('is told to log in where an account is needed', async () => {
    const client = await holds({
      description: 'a visitor asks for an account',
      operation: 'my-account',
      answer: { data: nullValue(), errors: refused('UNAUTHENTICATED') },
    });
    expect(client).toMatchObject({ answer: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } });
  });

  test('is told to log in again when the token is not valid', async () => {
    const client = await holds({
      description: 'somebody asks with a token that is not valid',
      operation: 'products',
      authorization: 'Bearer not.a.token',
      status: 401,
      answer: { errors: refused('UNAUTHENTICATED') },
    });
    expect(client).toMatchObject({
      status: 401,
      answer: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    });
  });
});

describe('a customer', () => {
  test('deposits money', async () => {
    const client = await holds({
      description: 'a customer deposits money',
      operation: 'deposit',
      variables: { amount: integer(100_000), idempotencyKey: string('first') },
      authorization: caller,
      states: [customer],
      answer: { data: { deposit: { balance: integer(100_000) } } },
    });
    expect(client).toEqual({ status: 200, answer: { data: { deposit: { balance: 100_000 } } } });
  });

  test('places an order', async () => {
    const client = await holds({
      description: 'a customer places an order',
      operation: 'place-order',
      variables: { input: { productId, qty: integer(10), idempotencyKey: string('tour') } },
      authorization: caller,
      states: [customer, product],
      answer: {
        data: {
          placeOrder: { id: string('order-1'), status: status('PENDING'), totalPrice: integer(15_000) },
        },
      },
    });
    const placeOrder = { id: 'order-1', status: 'PENDING', totalPrice: 15_000 };
    expect(client).toEqual({ status: 200, answer: { data: { placeOrder } } });
  });

  test('sees the account with its orders', async () => {
    const node = {
      id: string('order-1'),
      status: status('CONFIRMED'),
      reason: nullValue(),
      qty: integer(10),
      product: { name: string('Berlin'), stock: integer(100) },
    };
    const client = await holds({
      description: 'a customer looks at the account',
      operation: 'my-account',
      authorization: caller,
      states: [customer, product, confirmed],
      answer: {
        data: {
          me: { name: string('Me'), wallet: { balance: integer(85_000) }, orders: { nodes: eachLike(node) } },
        },
      },
    });
    const order = { id: 'order-1', status: 'CONFIRMED', reason: null, qty: 10 };
    const nodes = [{ ...order, product: { name: 'Berlin', stock: 100 } }];
    const me = { name: 'Me', wallet: { balance: 85_000 }, orders: { nodes } };
    expect(client).toEqual({ status: 200, answer: { data: { me } } });
  });

  test('finds the ids of the orders', async () => {
    const client = await holds({
      description: 'a customer looks for orders',
      operation: 'my-order-ids',
      authorization: caller,
      states: [customer, product, confirmed],
      answer: { data: { me: { orders: { nodes: eachLike({ id: string('order-1') }) } } } },
    });
    const me = { orders: { nodes: [{ id: 'order-1' }] } };
    expect(client).toEqual({ status: 200, answer: { data: { me } } });
  });

  test('follows an order', async () => {
    const client = await holds({
      description: 'a customer follows an order',
      operation: 'order',
      variables: { id: orderId },
      authorization: caller,
      states: [customer, product, rejected],
      answer: {
        data: {
          order: {
            id: string('order-1'),
            status: status('REJECTED'),
            reason: string('OUT_OF_STOCK'),
            qty: integer(10),
            totalPrice: integer(15_000),
            user: { name: string('Me') },
            product: { name: string('Berlin') },
          },
        },
      },
    });
    expect(client).toMatchObject({
      answer: { data: { order: { status: 'REJECTED', user: { name: 'Me' } } } },
    });
  });

  test('cancels an order', async () => {
    const client = await holds({
      description: 'a customer cancels an order',
      operation: 'cancel-order',
      variables: { id: orderId },
      authorization: caller,
      states: [customer, product, confirmed],
      answer: { data: { cancelOrder: { id: string('order-1'), status: status('CONFIRMED') } } },
    });
    const cancelOrder = { id: 'order-1', status: 'CONFIRMED' };
    expect(client).toEqual({ status: 200, answer: { data: { cancelOrder } } });
  });

  test('is told that an order which was rejected cannot be cancelled', async () => {
    const client = await holds({
      description: 'a customer cancels an order that was rejected',
      operation: 'cancel-order',
      variables: { id: orderId },
      authorization: caller,
      states: [customer, product, rejected],
      answer: { data: nullValue(), errors: refused('NOT_CANCELLABLE') },
    });
    expect(client).toMatchObject({ answer: { errors: [{ extensions: { code: 'NOT_CANCELLABLE' } }] } });
  });
});
