import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createDatabase } from '@ordermesh/chassis/database';
import { createHealth } from '@ordermesh/chassis/health';
import { createLogger } from '@ordermesh/chassis/log';
import { toConnection } from '@ordermesh/chassis/pagination';
import { createSubgraph } from '@ordermesh/chassis/subgraph';
import { createTokenVerifier } from '@ordermesh/chassis/token-verifier';
import { entities } from '../src/entities.ts';
import { createFindOrder, createFindOrders } from '../src/find-orders.ts';
import { createListOrders } from '../src/list-orders.ts';
import { createLoaders } from '../src/loaders.ts';
import { createResolvers } from '../src/resolvers.ts';
import { executeAt, freePort, startIssuer, type Issuer } from './running-orders.ts';
import { databaseOf, poolOf, readStack, upsert } from './stack.ts';

const stack = readStack();
const sink = poolOf(stack, 'orders_sink');
const owner = poolOf(stack, 'orders_owner');
const identity = { service: 'test', instance: 'test' };
const log = createLogger({ ...identity, level: 'silent' });
const health = createHealth(identity);
const database = createDatabase({ config: databaseOf(stack, 'orders'), entities, health, log });

const run = randomUUID().slice(0, 8);
const orderIds = Array.from({ length: 50 }, (_, index) => `statements-${run}-${index}`);
const users = orderIds.map((_, index) => `user-${run}-${index}`);

/** Older than any other, so that they are the last page of everyone's and in nobody's way. */
const longAgo = new Date('1990-01-01T00:00:00Z');
const afterAllOthers = toConnection([{}], 1, () => ({ createdAt: longAgo, id: '~' })).pageInfo.endCursor;

let statements: string[] = [];
let issuer: Issuer;
let base: string;
const parts: { start(): Promise<void>; stop(): Promise<void> }[] = [];

/** The service's read side, every statement of which is counted. */
beforeAll(async () => {
  issuer = await startIssuer();
  const sql: typeof database.sql = {
    query: (text, values) => {
      statements.push(String(text));
      return database.sql.query(text, values);
    },
    batch: (text, values) => {
      statements.push(String(text));
      return database.sql.batch(text, values);
    },
  };
  const ignore = () => undefined;
  database.data.setOptions({
    logging: ['query'],
    logger: {
      logQuery: (text) => statements.push(text),
      logQueryError: ignore,
      logQuerySlow: ignore,
      logSchemaBuild: ignore,
      logMigration: ignore,
      log: ignore,
    },
  });
  const findOrders = createFindOrders({ database });
  const listOrders = createListOrders({ database: { ...database, sql } });
  const verifier = createTokenVerifier({ jwksUrl: issuer.url, log });
  const port = await freePort();
  base = `http://127.0.0.1:${port}`;
  const subgraph = createSubgraph({
    schemaFile: new URL('../schema.graphql', import.meta.url),
    resolvers: createResolvers({
      placeOrder: () => Promise.reject(new Error('not here')),
      cancelOrder: () => Promise.reject(new Error('not here')),
      findOrder: createFindOrder({ findOrders }),
      listOrders,
    }),
    context: (viewer) => ({ viewer, loaders: createLoaders({ findOrders, listOrders }) }),
    verifier,
    signingSecret: stack.gatewaySigningSecret,
    host: '127.0.0.1',
    port,
    health,
    log,
  });
  parts.push(database, verifier, subgraph);
  for (const part of parts) await part.start();
  await upsert(
    sink,
    orderIds.map((orderId, index) => ({
      order_id: orderId,
      user_id: users[index] ?? '',
      product_id: 'P',
      qty: 1,
      unit_price: 5,
      total_price: 5,
      status: 'CONFIRMED',
      reason: null,
      created_at: longAgo,
      updated_at: longAgo,
    })),
  );
}, 30_000);
afterAll(async () => {
  await owner.query('DELETE FROM orders WHERE user_id IN (?)', [users]);
  for (const part of parts.toReversed()) await part.stop();
  await Promise.all([sink.end(), owner.end(), issuer.stop()]);
}, 30_000);

const admin = () => issuer.tokenOf('A', 'admin');
const execute = (query: string, variables: Record<string, unknown>, token?: string) =>
  executeAt(base, stack)(query, { variables, ...(token && { token }) });

async function statementsOf(query: string, variables: Record<string, unknown>) {
  statements = [];
  const { data, errors } = await execute(query, variables, admin());
  expect(errors).toEqual([]);
  return { data, count: statements.length };
}

describe('the number of SQL statements does not grow with the page', () => {
  const page = `query ($first: Int, $after: ID) { orders(first: $first, after: $after) {
    nodes { id user { id orders(first: 3) { nodes { id user { id } product { id } } } } product { id } }
  } }`;

  test('for a page of orders with users, their orders, and products: two', async () => {
    for (const first of [5, 50]) {
      const { data, count } = await statementsOf(page, { first, after: afterAllOthers });
      expect((data as { orders: { nodes: unknown[] } }).orders.nodes).toHaveLength(first);
      expect(count).toBe(2);
    }
  });

  test.each([
    ['Order', orderIds, '... on Order { id status }'],
    ['User', users, '... on User { id orders(first: 3) { nodes { id } } }'],
  ])('for entities of the type %s that the gateway asks for: one', async (__typename, ids, fields) => {
    const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ${fields} } }`;
    for (const count of [5, 50]) {
      const representations = ids.slice(0, count).map((id) => ({ __typename, id }));
      const answer = await statementsOf(query, { representations });
      const { _entities: entitiesFound } = answer.data as { _entities: { id: string }[] };
      expect(entitiesFound.map(({ id }) => id)).toEqual(ids.slice(0, count));
      expect(answer.count).toBe(1);
    }
  });
});

describe('who sees what', () => {
  const [orderId] = orderIds;
  const [ownerId = ''] = users;
  const order = 'query ($id: ID!) { order(id: $id) { id status createdAt } }';
  const ordersOf = `query ($representations: [_Any!]!) {
    _entities(representations: $representations) { ... on User { id orders { nodes { id } } } }
  }`;
  const reference = { representations: [{ __typename: 'User', id: ownerId }] };

  test('an order is seen by its owner and an admin; to another customer it does not exist', async () => {
    const seen = { data: { order: { id: orderId, status: 'CONFIRMED', createdAt: longAgo.toISOString() } } };
    expect(await execute(order, { id: orderId }, issuer.tokenOf(ownerId))).toMatchObject({
      codes: [],
      ...seen,
    });
    expect(await execute(order, { id: orderId }, admin())).toMatchObject({ codes: [], ...seen });
    const foreign = await execute(order, { id: orderId }, issuer.tokenOf('someone-else'));
    expect(foreign).toMatchObject({ codes: [], data: { order: null } });
    const entity = `query ($representations: [_Any!]!) {
      _entities(representations: $representations) { ... on Order { id } }
    }`;
    const representations = [{ __typename: 'Order', id: orderId }];
    const found = await execute(entity, { representations }, issuer.tokenOf('someone-else'));
    expect(found).toMatchObject({ codes: [], data: { _entities: [null] } });
  });

  test('a list has one’s own orders only, an admin’s has everyone’s', async () => {
    const list =
      'query ($after: ID) { orders(first: 100, after: $after) { nodes { id } pageInfo { hasNextPage } } }';
    const own = await execute(list, {}, issuer.tokenOf(ownerId));
    expect(own.data).toEqual({ orders: { nodes: [{ id: orderId }], pageInfo: { hasNextPage: false } } });
    const all = await execute(list, { after: afterAllOthers }, admin());
    expect((all.data as { orders: { nodes: unknown[] } }).orders.nodes).toHaveLength(orderIds.length);
  });

  test('the orders of a user are theirs and an admin’s to see', async () => {
    const seen = { data: { _entities: [{ id: ownerId, orders: { nodes: [{ id: orderId }] } }] } };
    expect(await execute(ordersOf, reference, issuer.tokenOf(ownerId))).toMatchObject({ codes: [], ...seen });
    expect(await execute(ordersOf, reference, admin())).toMatchObject({ codes: [], ...seen });
    expect((await execute(ordersOf, reference, issuer.tokenOf('someone-else'))).codes).toEqual(['FORBIDDEN']);
  });

  test('without a token nothing is seen', async () => {
    for (const [query, variables] of [
      [order, { id: orderId }],
      ['{ orders { nodes { id } } }', {}],
      [ordersOf, reference],
    ] as const) {
      expect((await execute(query, variables)).codes).toEqual(['UNAUTHENTICATED']);
    }
  });

  test('a page that cannot be is refused', async () => {
    for (const page of [{ first: 0 }, { first: 101 }, { first: -1 }, { after: 'nonsense' }]) {
      const list =
        'query ($first: Int, $after: ID) { orders(first: $first, after: $after) { nodes { id } } }';
      expect((await execute(list, page, admin())).codes).toEqual(['BAD_USER_INPUT']);
    }
  });
});
