import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { signatureHeader, signRequest } from '@ordermesh/chassis/gateway-signature';
import { createSubgraph } from '@ordermesh/chassis/subgraph';
import type { Viewer } from '@ordermesh/chassis/token-verifier';
import { z } from 'zod';
import { createLoaders } from '../src/loaders.ts';
import { createResolvers, type Context } from '../src/resolvers.ts';
import { cleanUp, health, log, openDatabase, unique } from './stack.ts';

// One connection: the server's counters of statements are per connection.
const database = openDatabase(1);
const secret = 'a secret of the gateway, long enough for it';
const admin: Viewer = { userId: unique('admin'), role: 'admin' };
const viewers: Record<string, Viewer> = {
  admin,
  other: { userId: unique('other-admin'), role: 'admin' },
  customer: { userId: 'customer', role: 'customer' },
};
let url: string;
let stop: () => Promise<void>;

beforeAll(async () => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  url = `http://127.0.0.1:${port}/graphql`;
  const subgraph = createSubgraph<Context>({
    schemaFile: new URL('../schema.graphql', import.meta.url),
    resolvers: createResolvers(database),
    context: (viewer) => ({ viewer, loaders: createLoaders(database) }),
    // The token is the name of a viewer.
    verifier: {
      name: 'verifier',
      start: () => Promise.resolve(),
      stop: () => Promise.resolve(),
      isReady: () => Promise.resolve(true),
      viewerOf: (authorization) => Promise.resolve(viewers[authorization ?? ''] ?? null),
    },
    signingSecret: secret,
    host: '127.0.0.1',
    port,
    health,
    log,
  });
  await database.start();
  await subgraph.start();
  stop = async () => {
    await subgraph.stop();
    await cleanUp(database);
    await database.stop();
  };
});
afterAll(() => stop());

const answer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }) })).default([]),
});

async function ask(as: string, query: string, variables: Record<string, unknown> = {}) {
  const body = JSON.stringify({ query, variables });
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: as,
      [signatureHeader]: signRequest(secret, as, body),
    },
    body,
  });
  const { data, errors } = answer.parse(await response.json());
  return { data, codes: errors.map(({ extensions }) => extensions.code), errors };
}

const everything = `id name unitPrice stock createdAt
  ledger { initial restocked available reserved sold moved }`;
const addProduct = (input: Record<string, unknown>, as = 'admin') =>
  ask(as, `mutation ($input: AddProductInput!) { addProduct(input: $input) { ${everything} } }`, { input });
const restock = (productId: string, qty: number, idempotencyKey: string, as = 'admin') =>
  ask(
    as,
    `mutation ($productId: ID!, $qty: Int!, $idempotencyKey: ID!) {
       restock(productId: $productId, qty: $qty, idempotencyKey: $idempotencyKey) { stock ledger { restocked } }
     }`,
    { productId, qty, idempotencyKey },
  );
const changePrice = (productId: string, unitPrice: unknown, as = 'admin') =>
  ask(
    as,
    `mutation ($productId: ID!, $unitPrice: Money!) {
       changePrice(productId: $productId, unitPrice: $unitPrice) { id unitPrice }
     }`,
    { productId, unitPrice },
  );
const product = (id: string, as = 'customer') =>
  ask(as, `query ($id: ID!) { product(id: $id) { ${everything} } }`, { id });

const input = (over: Record<string, unknown> = {}) => ({
  id: unique('P'),
  name: 'Berlin',
  unitPrice: 1500,
  stock: 100,
  ...over,
});

describe('addProduct', () => {
  test('answers the product with its ledger, and anyone finds it after that', async () => {
    const added = input();
    const { data } = await addProduct(added);
    const ledger = { initial: 100, restocked: 0, available: 100, reserved: 0, sold: 0, moved: 0 };
    expect(data?.['addProduct']).toMatchObject({ ...added, ledger });
    const found = await product(added.id, '');
    expect(found.data?.['product']).toMatchObject({ ...added, ledger: null });
    const createdAt = z.object({ createdAt: z.iso.datetime() }).parse(found.data?.['product']).createdAt;
    expect(Math.abs(Date.parse(createdAt) - Date.now())).toBeLessThan(60_000);
  });

  test('of an id that is taken is PRODUCT_EXISTS and changes nothing, of twins one succeeds', async () => {
    const twin = input();
    const answers = await Promise.all(Array.from({ length: 10 }, () => addProduct(twin)));
    expect(answers.flatMap(({ codes }) => codes)).toEqual(Array(9).fill('PRODUCT_EXISTS'));
    await addProduct({ ...twin, name: 'Other', stock: 5 });
    expect((await product(twin.id)).data?.['product']).toMatchObject({ name: 'Berlin', stock: 100 });
  });

  test('takes ids that differ only in case or by a space at the end for different products', async () => {
    const { id } = input({ id: unique('p') });
    for (const variant of [id, id.toUpperCase(), `${id} `]) {
      expect((await addProduct(input({ id: variant }))).codes).toEqual([]);
    }
  });

  test.each([
    ['an empty id', { id: '' }, '`id`'],
    ['an id of 65 characters', { id: 'x'.repeat(65) }, '`id`'],
    ['a blank name', { name: '  ' }, '`name`'],
    ['a name of 201 characters', { name: 'x'.repeat(201) }, '`name`'],
    ['a lone surrogate in the name', { name: 'x\ud800' }, '`name`'],
    ['a negative stock', { stock: -1 }, '`stock`'],
    ['a stock beyond Int', { stock: 2 ** 31 }, 'Int'],
    ['a negative price', { unitPrice: -1 }, 'Money'],
    ['a fractional price', { unitPrice: 1.5 }, 'Money'],
    ['a price beyond 2^53-1', { unitPrice: 2 ** 53 }, 'Money'],
    ['a price in quotes', { unitPrice: '1500' }, 'Money'],
  ])('refuses %s with BAD_USER_INPUT, naming it', async (_, over, named) => {
    const { codes, errors } = await addProduct(input(over));
    expect(codes).toEqual(['BAD_USER_INPUT']);
    expect(errors[0]?.message).toContain(named);
  });

  test('takes the greatest price and stock, and the longest id and name', async () => {
    const greatest = {
      id: unique('P').padEnd(32, '-') + '𝄞'.repeat(32),
      name: 'n'.repeat(200),
      unitPrice: Number.MAX_SAFE_INTEGER,
      stock: 2 ** 31 - 1,
    };
    expect((await addProduct(greatest)).data?.['addProduct']).toMatchObject(greatest);
    const { codes, errors } = await restock(greatest.id, 1, unique('key'));
    expect(codes).toEqual(['BAD_USER_INPUT']);
    expect(errors[0]?.message).toContain('at most 0');
  });
});

describe('restock', () => {
  test('adds units once per key, however often it is sent at once', async () => {
    const { id } = input();
    await addProduct(input({ id }));
    const key = unique('key');
    const answers = await Promise.all(Array.from({ length: 20 }, () => restock(id, 5, key)));
    expect(answers.flatMap(({ codes }) => codes)).toEqual([]);
    expect((await restock(id, 5, key)).data?.['restock']).toEqual({ stock: 105, ledger: { restocked: 5 } });
    expect((await restock(id, 5, unique('key'))).data?.['restock']).toMatchObject({ stock: 110 });
    expect((await restock(id, 5, key, 'other')).data?.['restock']).toMatchObject({ stock: 115 });
  });

  test('with a used key and another quantity or product is IDEMPOTENCY_CONFLICT and changes nothing', async () => {
    const [one, two] = [input().id, input().id];
    await addProduct(input({ id: one }));
    await addProduct(input({ id: two }));
    const key = unique('key');
    await restock(one, 5, key);
    expect((await restock(one, 6, key)).codes).toEqual(['IDEMPOTENCY_CONFLICT']);
    expect((await restock(two, 5, key)).codes).toEqual(['IDEMPOTENCY_CONFLICT']);
    expect((await restock(unique('NONE'), 5, key)).codes).toEqual(['IDEMPOTENCY_CONFLICT']);
    expect((await product(one)).data?.['product']).toMatchObject({ stock: 105 });
    expect((await product(two)).data?.['product']).toMatchObject({ stock: 100 });
  });

  test('of an unknown product is PRODUCT_NOT_FOUND, and its key is free after that', async () => {
    const { id } = input();
    const key = unique('key');
    expect((await restock(id, 5, key)).codes).toEqual(['PRODUCT_NOT_FOUND']);
    await addProduct(input({ id }));
    expect((await restock(id, 7, key)).data?.['restock']).toMatchObject({ stock: 107 });
  });

  test.each([
    [0, 'key', '`qty`'],
    [-5, 'key', '`qty`'],
    [5, '', '`idempotencyKey`'],
    [5, 'x'.repeat(65), '`idempotencyKey`'],
  ])('of %s units with the key "%s" is BAD_USER_INPUT', async (qty, key, named) => {
    const { codes, errors } = await restock(input().id, qty, key);
    expect(codes).toEqual(['BAD_USER_INPUT']);
    expect(errors[0]?.message).toContain(named);
  });
});

describe('changePrice', () => {
  test('sets the price, even to what it is', async () => {
    const { id } = input();
    await addProduct(input({ id }));
    for (const unitPrice of [0, 1_700, 1_700, Number.MAX_SAFE_INTEGER]) {
      expect((await changePrice(id, unitPrice)).data?.['changePrice']).toEqual({ id, unitPrice });
    }
  });

  test('of an unknown product is PRODUCT_NOT_FOUND, and a wrong price BAD_USER_INPUT', async () => {
    expect((await changePrice(unique('NONE'), 5)).codes).toEqual(['PRODUCT_NOT_FOUND']);
    expect((await changePrice(unique('NONE'), -5)).codes).toEqual(['BAD_USER_INPUT']);
  });
});

describe('who is no admin', () => {
  test.each([
    ['customer', 'FORBIDDEN'],
    ['', 'UNAUTHENTICATED'],
  ])('(%p) gets %s for every mutation, and nothing happens', async (as, code) => {
    const added = input();
    expect((await addProduct(added, as)).codes).toEqual([code]);
    expect((await restock(added.id, 5, 'key', as)).codes).toEqual([code]);
    expect((await changePrice(added.id, 5, as)).codes).toEqual([code]);
    expect((await product(added.id)).data).toEqual({ product: null });
  });

  test('gets the product but not its ledger, and is told why', async () => {
    const added = input();
    await addProduct(added);
    const { data, codes } = await product(added.id, 'customer');
    expect(data?.['product']).toMatchObject({ id: added.id, ledger: null });
    expect(codes).toEqual(['FORBIDDEN']);
  });
});

const page = z.object({
  products: z.object({
    nodes: z.array(z.object({ id: z.string() })),
    edges: z.array(z.object({ cursor: z.string(), node: z.object({ id: z.string() }) })),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
});
async function products(args: { first?: number; after?: string | null }, as = '') {
  const { data, codes } = await ask(
    as,
    `query ($first: Int, $after: ID) { products(first: $first, after: $after) {
       nodes { id } edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }`,
    args,
  );
  return { codes, page: page.safeParse(data).data?.products };
}

describe('products', () => {
  const added: string[] = [];
  beforeAll(async () => {
    for (let number = 0; number < 60; number++) added.unshift(input().id);
    // In threes of one millisecond, in the future of all others: the newest, with ties.
    const start = Date.now() + 3_600_000;
    const rows = added
      .toReversed()
      .map((id, index) => [id, 'Test', 1, new Date(start + Math.floor(index / 3))]);
    await database.sql.batch(
      'INSERT INTO products (id, name, unit_price, created_at) VALUES (?, ?, ?, ?)',
      rows,
    );
    await database.sql.batch(
      'INSERT INTO stock (product_id, initial, available) VALUES (?, 7, 7)',
      added.map((id) => [id]),
    );
  });
  afterAll(async () => {
    await database.sql.query('DELETE FROM products WHERE id IN (?)', [added]);
  });

  test('come newest first, page by page, none twice and none missing', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    for (let number = 0; number < 9; number++) {
      const { page: found }: Awaited<ReturnType<typeof products>> = await products({ first: 7, after });
      expect(found?.edges.map(({ node }) => node.id)).toEqual(found?.nodes.map(({ id }) => id));
      expect(found?.pageInfo.hasNextPage).toBe(true);
      seen.push(...(found?.nodes ?? []).map(({ id }) => id));
      after = found?.pageInfo.endCursor ?? null;
    }
    const ours = seen.slice(0, 60);
    expect(ours.toSorted()).toEqual(added.toSorted());
    const place = (id: string) => Math.floor(added.indexOf(id) / 3);
    expect(ours.map(place)).toEqual(ours.map(place).toSorted((a, b) => a - b));
  });

  test.each([{ first: 0 }, { first: -1 }, { first: 101 }, { after: 'nonsense' }])(
    'refuse the page %j with BAD_USER_INPUT',
    async (args) => {
      expect((await products(args)).codes).toEqual(['BAD_USER_INPUT']);
    },
  );

  test('of a page of 50 with stock and ledger cost as many statements as a page of 2', async () => {
    const statements = async (first: number) => {
      const count = async () => {
        const [row] = await database.sql.query<{ Value: string }[]>("SHOW SESSION STATUS LIKE 'Com_select'");
        return Number(row?.Value);
      };
      const before = await count();
      const { codes, data } = await ask(
        'admin',
        `query ($first: Int) { products(first: $first) { nodes { ${everything} } } }`,
        { first },
      );
      expect(codes).toEqual([]);
      expect(
        z.object({ products: z.object({ nodes: z.array(z.unknown()).length(first) }) }).safeParse(data)
          .success,
      ).toBe(true);
      return (await count()) - before;
    };
    expect([await statements(2), await statements(50)]).toEqual([2, 2]);
  });

  test('referred to by another subgraph are read together, those that do not exist are null', async () => {
    const before = await database.sql.query<{ Value: string }[]>("SHOW SESSION STATUS LIKE 'Com_select'");
    const representations = [...added.slice(0, 50), unique('NONE')].map((id) => ({
      __typename: 'Product',
      id,
    }));
    const { data } = await ask(
      'customer',
      `query ($representations: [_Any!]!) {
         _entities(representations: $representations) { ... on Product { id name stock } }
       }`,
      { representations },
    );
    const after = await database.sql.query<{ Value: string }[]>("SHOW SESSION STATUS LIKE 'Com_select'");
    expect(data?.['_entities']).toEqual([
      ...added.slice(0, 50).map((id) => ({ id, name: 'Test', stock: 7 })),
      null,
    ]);
    expect(Number(after[0]?.Value) - Number(before[0]?.Value)).toBe(2);
  });
});
