// The whole gateway, on the real supergraph, in front of stand-in subgraphs in this process.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { answerSchema, createGateway } from './running-gateway.ts';
import { freePort } from './servers.ts';
import { createStandIn, type StandIn } from './stand-ins/stand-ins.ts';

let users: StandIn;
let catalogs: StandIn;
let orders: StandIn;
let gateway: Awaited<ReturnType<typeof createGateway>>;
const extra: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  users = await createStandIn('users');
  catalogs = await createStandIn('catalogs');
  orders = await createStandIn('orders');
  for (const standIn of [users, catalogs, orders]) await standIn.start();
  gateway = await createGateway({ users: [users.url], catalogs: [catalogs.url], orders: [orders.url] });
});
afterEach(async () => {
  for (const part of extra.splice(0)) await part.stop();
});
afterAll(async () => {
  await gateway.stop();
  for (const standIn of [users, catalogs, orders]) await standIn.stop();
});

/** A gateway of which the named subgraphs are not there. */
async function createGatewayWithout(...down: string[]) {
  const urls = { users: [users.url], catalogs: [catalogs.url], orders: [orders.url] };
  const gone = `http://127.0.0.1:${await freePort()}`;
  const incomplete = await createGateway({
    ...urls,
    ...Object.fromEntries(down.map((name) => [name, [gone]])),
  });
  extra.push(incomplete);
  return incomplete;
}

describe('one schema over three subgraphs', () => {
  test('a page of 50 orders with products and users takes four fetches, whatever its length', async () => {
    const before = [users, orders, catalogs].map(({ counts }) => counts.requests);
    const { data, errors } = await gateway.ask(
      '{ me { orders(first: 50) { nodes { id product { name } user { name } } } } }',
    );
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      me: {
        orders: {
          nodes: expect.arrayContaining([
            { id: '7', product: { name: 'Product p2' }, user: { name: 'Ada' } },
          ]),
        },
      },
    });
    const fetches = [users, orders, catalogs].map(
      ({ counts }, index) => counts.requests - (before[index] ?? 0),
    );
    expect(fetches).toEqual([2, 1, 1]);
  });

  test('a mutation is sent once, and what it returns is joined', async () => {
    const before = orders.counts.requests;
    const { data } = await gateway.ask(
      'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { id product { name stock } } }',
      { input: { productId: 'p1', qty: 1 } },
    );
    expect(data).toEqual({ placeOrder: { id: '1', product: { name: 'Product p1', stock: 7 } } });
    expect(orders.counts.requests - before).toBe(1);
  });

  test('an operation can be one of several in a document', async () => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: 'query A { product(id: "a") { name } } query B { product(id: "b") { name } }',
        operationName: 'B',
      }),
    });
    expect(await response.json()).toEqual({ data: { product: { name: 'Product b' } } });
  });
});

describe('names that clients give to fields', () => {
  test.each<[string, unknown]>([
    [
      '{ me { id: name orders(first: 1) { nodes { qty } } } }',
      { me: { id: 'Ada', orders: { nodes: [{ qty: 1 }] } } },
    ],
    [
      '{ orders(first: 1) { nodes { __typename: id product { id: stock name } } } }',
      { orders: { nodes: [{ __typename: '0', product: { id: 7, name: 'Product p0' } }] } },
    ],
    [
      'mutation { id: deposit(amount: 7, idempotencyKey: "k") { __typename: balance } placeOrder(input: { productId: "p1", qty: 1 }) { product: qty id: product { id: name } } }',
      { id: { __typename: 7 }, placeOrder: { product: 1, id: { id: 'Product p1' } } },
    ],
  ])('may be those of keys, at every time: %s', async (query, data) => {
    for (let times = 0; times < 3; times++)
      expect(await gateway.ask(query)).toMatchObject({ status: 200, codes: undefined, data });
  });
});

describe('with a subgraph down', () => {
  test('what is joined from it is null, the rest is there, and the error says neither where nor who', async () => {
    const incomplete = await createGatewayWithout('catalogs');
    const { status, data, errors } = await incomplete.ask(
      '{ order(id: "3") { id qty product { name } user { name } } }',
    );
    expect(status).toBe(200);
    expect(data).toEqual({ order: { id: '3', qty: 1, product: null, user: { name: 'Ada' } } });
    expect(errors).toEqual([
      {
        message: 'the service is temporarily unavailable, please try again',
        path: ['order', 'product'],
        extensions: { code: 'SERVICE_UNAVAILABLE' },
      },
    ]);
  });

  test('a list keeps all that the others know', async () => {
    const incomplete = await createGatewayWithout('users');
    const { data, codes } = await incomplete.ask(
      '{ orders(first: 2) { nodes { id product { name } user { id name } } } }',
    );
    expect(data).toEqual({
      orders: {
        nodes: [
          { id: '0', product: { name: 'Product p0' }, user: null },
          { id: '1', product: { name: 'Product p1' }, user: null },
        ],
      },
    });
    expect(codes).toEqual(['SERVICE_UNAVAILABLE']);
  });

  test('the others’ root fields are answered beside it', async () => {
    const incomplete = await createGatewayWithout('orders');
    const { data, codes } = await incomplete.ask('{ product(id: "a") { name } order(id: "1") { id } }');
    expect(data).toEqual({ product: { name: 'Product a' }, order: null });
    expect(codes).toEqual(['SERVICE_UNAVAILABLE']);
  });

  test('health names it, and is well again when it is back', async () => {
    const port = await freePort();
    const late = await createGateway({
      users: [users.url],
      catalogs: [`http://127.0.0.1:${port}`],
      orders: [orders.url],
    });
    extra.push(late);
    const missing = await fetch(`${late.url}/health`);
    expect([missing.status, await missing.json()]).toEqual([
      503,
      { status: 'degraded', missing: ['catalogs'], service: 'gateway', instance: 'gateway-1' },
    ]);
    expect((await late.ask('{ product(id: "a") { name } }')).codes).toEqual(['SERVICE_UNAVAILABLE']);
    const back = await createStandIn('catalogs', port);
    await back.start();
    extra.unshift(back);
    expect((await fetch(`${late.url}/health`)).status).toBe(200);
    expect((await late.ask('{ product(id: "a") { name } }')).data).toEqual({
      product: { name: 'Product a' },
    });
  });
});

describe('who is asking', () => {
  test('is anonymous without a token, and may do what needs none', async () => {
    expect((await gateway.ask('{ product(id: "a") { name } }', {}, {})).data).toEqual({
      product: { name: 'Product a' },
    });
    const { status, codes, errors } = await gateway.ask('{ me { name } }', {}, {});
    expect([status, codes, errors?.[0]?.path]).toEqual([200, ['UNAUTHENTICATED'], ['me']]);
  });

  test('with a token that is not valid is refused with 401 before anything is fetched', async () => {
    const before = catalogs.counts.requests;
    const refused = await gateway.ask(
      '{ product(id: "a") { name } }',
      {},
      { authorization: 'Bearer forged' },
    );
    expect([refused.status, refused.codes, refused.data]).toEqual([401, ['UNAUTHENTICATED'], undefined]);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    expect(catalogs.counts.requests).toBe(before);
  });
});

describe('errors', () => {
  test('of a subgraph keep code and path, of entities in a list too', async () => {
    const { data, errors } = await gateway.ask('{ orders(first: 2) { nodes { id user { name email } } } }');
    expect(data).toMatchObject({
      orders: {
        nodes: [
          { id: '0', user: null },
          { id: '1', user: null },
        ],
      },
    });
    expect(errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [['orders', 'nodes', 0, 'user', 'email'], 'FORBIDDEN'],
      [['orders', 'nodes', 1, 'user', 'email'], 'FORBIDDEN'],
    ]);
  });

  test('of a subgraph’s own dependencies are SERVICE_UNAVAILABLE', async () => {
    expect((await gateway.ask('{ me { wallet { balance } } }')).codes).toEqual(['SERVICE_UNAVAILABLE']);
  });

  test('that nobody foresaw show nothing, and carry the trace id that the log has', async () => {
    gateway.logged();
    const { errors, headers } = await gateway.ask('mutation { logIn(email: "a", password: "b") { token } }');
    expect(errors).toMatchObject([
      { message: 'internal server error', path: ['logIn'], extensions: { code: 'INTERNAL_SERVER_ERROR' } },
    ]);
    expect(errors?.[0]?.extensions.traceId).toBe(headers.get('x-trace-id'));
    expect(gateway.logged()).toContainEqual(
      expect.objectContaining({ level: 50, path: ['logIn'], msg: 'request failed' }),
    );
  });

  const place = (input: string) => `mutation { placeOrder(input: ${input}) { id } }`;
  test.each([
    ['a fraction', place('{ productId: "p", qty: 1.5 }')],
    ['a string for a number', place('{ productId: "p", qty: "a" }')],
    ['a number out of range', place('{ productId: "p", qty: 3000000000 }')],
    ['a missing field', place('{ productId: "p" }')],
    ['an unknown field', place('{ productId: "p", qty: 1, price: 1 }')],
    ['money with a fraction', 'mutation { deposit(amount: 1.5, idempotencyKey: "k") { balance } }'],
    ['negative money', 'mutation { deposit(amount: -1, idempotencyKey: "k") { balance } }'],
  ])('a wrong value in the document is BAD_USER_INPUT: %s', async (_what, query) => {
    expect((await gateway.ask(query)).codes).toEqual(['BAD_USER_INPUT']);
  });

  test.each<[string, string, object]>([
    ['a fraction', 'PlaceOrderInput!', { productId: 'p', qty: 1.5 }],
    ['a string for a number', 'PlaceOrderInput!', { productId: 'p', qty: '1' }],
    ['a missing field', 'PlaceOrderInput!', { productId: 'p' }],
    ['money with a fraction', 'PlaceOrderInput!', { productId: 'p', qty: 1, expectedUnitPrice: 1.5 }],
    ['money beyond 2^53-1', 'PlaceOrderInput!', { productId: 'p', qty: 1, expectedUnitPrice: 2 ** 53 }],
  ])('a wrong value in a variable is BAD_USER_INPUT: %s', async (_what, type, input) => {
    const query = `mutation ($input: ${type}) { placeOrder(input: $input) { id } }`;
    expect((await gateway.ask(query, { input })).codes).toEqual(['BAD_USER_INPUT']);
  });

  test.each([
    ['an unknown field', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a syntax error', '{ me', 'GRAPHQL_PARSE_FAILED'],
    ['too many tokens', `{ ${'me '.repeat(6000)} }`, 'GRAPHQL_PARSE_FAILED'],
    [
      'too much at once',
      `{ ${Array.from({ length: 21 }, (_, n) => `a${n}: me { id }`).join(' ')} }`,
      'GRAPHQL_VALIDATION_FAILED',
    ],
  ])('a wrong document is told so: %s', async (_what, query, code) => {
    const { status, codes } = await gateway.ask(query);
    expect([status, codes]).toEqual([400, [code]]);
  });
});

describe('over HTTP', () => {
  const post = (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body });

  test.each([
    ['not JSON', '{'],
    ['a batch', '[{"query":"{ me { id } }"}]'],
    ['without a query', '{"variables":{}}'],
  ])('a body that is %s is a 400', async (_what, body) => {
    const response = await post(body);
    expect([response.status, answerSchema.parse(await response.json()).errors?.[0]?.extensions.code]).toEqual(
      [400, 'BAD_REQUEST'],
    );
  });

  test('a body of 2 MiB is refused', async () => {
    expect((await post(JSON.stringify({ query: 'x'.repeat(2_000_000) }))).status).toBe(413);
  });

  test('what a form on another site could send is refused', async () => {
    const response = await post('{"query":"{ me { id } }"}', { 'content-type': 'text/plain' });
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(/Cross-Site Request Forgery/);
    expect((await fetch(`${gateway.url}/graphql?query={me{id}}`)).status).toBe(400);
  });

  test('a query by GET is answered, a mutation is not', async () => {
    const get = (query: string) =>
      fetch(`${gateway.url}/graphql?query=${encodeURIComponent(query)}`, {
        headers: { 'apollo-require-preflight': '1' },
      });
    expect(await (await get('{ product(id: "a") { stock } }')).json()).toEqual({
      data: { product: { stock: 7 } },
    });
    expect((await get('mutation { logIn(email: "a", password: "b") { token } }')).status).toBe(405);
  });

  test('each operation leaves one line with name, time, codes, user and the trace id of the answer', async () => {
    gateway.logged();
    const { headers } = await gateway.ask('query Mine { me { name email } }');
    expect(headers.get('x-trace-id')).toMatch(/^[0-9a-f]{32}$/);
    expect(gateway.logged()).toEqual([
      expect.objectContaining({
        msg: 'graphql',
        operation: 'Mine',
        status: 200,
        durationMs: expect.any(Number),
        codes: ['FORBIDDEN'],
        userId: 'u1',
      }),
    ]);
  });

  test('the trace that a client began goes on', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const { headers } = await gateway.ask(
      '{ me { id } }',
      {},
      { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
    );
    expect(headers.get('x-trace-id')).toBe(traceId);
  });
});

describe('for developers', () => {
  const introspection = '{ __schema { queryType { name } } }';
  const page = (url: string) => fetch(`${url}/graphql`, { headers: { accept: 'text/html' } });

  test('a development gateway explains itself and has a page to try it out', async () => {
    const urls = { users: [users.url], catalogs: [catalogs.url], orders: [orders.url] };
    const development = await createGateway(urls, true);
    extra.push(development);
    expect((await development.ask(introspection)).data).toEqual({
      __schema: { queryType: { name: 'Query' } },
    });
    const response = await page(development.url);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    expect(await response.text()).toContain('EmbeddedSandbox');
  });

  test('a production gateway does neither', async () => {
    expect((await gateway.ask(introspection)).codes).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    const response = await page(gateway.url);
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain('<html');
  });
});
