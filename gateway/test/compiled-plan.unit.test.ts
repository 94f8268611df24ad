import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isRecord } from '../src/compiled-plan/merge.ts';
import { createOperationCache } from '../src/compiled-plan/operation-cache.ts';
import { environment } from '../src/config.ts';
import type { Operation } from './compiled-plan/generate-operation.ts';
import { createSights, type Sights } from './compiled-plan/sights.ts';
import { createStandIn, type Scenario } from './compiled-plan/stand-in.ts';
import { subgraphSchemas } from './compiled-plan/subgraph-schemas.ts';

const sound: Scenario = {
  seed: 1,
  nulls: 0,
  oddTexts: 0.8,
  errors: 0,
  lostEntities: 0,
  failures: 0,
  malformed: 0,
};
let sights: Sights<Scenario>;

beforeAll(async () => {
  const supergraphSdl = readFileSync(environment.shape.SUPERGRAPH.parse(undefined), 'utf8');
  const world = { writes: 0 };
  const standIns = [...subgraphSchemas(supergraphSdl)].map(([name, its]) => createStandIn(name, its, world));
  sights = await createSights(supergraphSdl, standIns);
});
afterAll(() => sights.stop());

/** The operation's second time. */
async function again(query: string, more: Partial<Operation> = {}, scenario = sound) {
  const operation: Operation = { query, variables: {}, ...more };
  const first = await sights.first(operation, scenario);
  return { first, ...(await sights.later(operation, scenario)) };
}

const page = '{ me { name orders(first: 50) { nodes { id qty product { name } } } } }';

const entities = (sent: string[]): string[] =>
  sent
    .flatMap((body) => JSON.parse(body).variables.representations ?? [])
    .map((each) => JSON.stringify(each));

describe('an operation that Apollo has planned', () => {
  test('is answered without Apollo from the second time on', async () => {
    const { way, body, first } = await again(page);
    expect(way).toBe('compiled');
    expect(body).toBe(first.body);
  });

  test('is known by its name too when a document has several', async () => {
    const query = 'query A { me { id } } query B { me { name } }';
    const { body } = await again(query, { operationName: 'A' });
    expect(JSON.parse(body).data.me).toEqual({ id: expect.any(String) });
    const other = await sights.later({ query, variables: {}, operationName: 'B' }, sound);
    expect(other.way).toBe('left to Apollo');
    expect((await again(query, { operationName: 'B' })).way).toBe('compiled');
    const neither = await sights.later({ query, variables: {} }, sound);
    expect(neither.way).toBe('left to Apollo');
  });

  test('asks for an entity once, however often it occurs', async () => {
    const { sent, first } = await again(page, {}, { ...sound, seed: 6 });
    expect(entities(first.sent).length).toBeGreaterThan(entities(sent).length);
    expect(new Set(entities(sent)).size).toBe(entities(sent).length);
  });

  test('is answered with the variables of each request', async () => {
    const query = 'query ($id: ID!, $brief: Boolean!) { product(id: $id) { name stock @skip(if: $brief) } }';
    const first = await again(query, { variables: { id: 'a', brief: true } });
    const second = await again(query, { variables: { id: 'b', brief: false } });
    expect([first.way, second.way]).toEqual(['compiled', 'compiled']);
    expect(Object.keys(JSON.parse(first.body).data.product)).toEqual(['name']);
    expect(second.body).not.toBe(first.body);
  });

  test('is answered in the order in which it asks, fragments and repetitions included', async () => {
    const { body } = await again(
      '{ b: __typename me { ...Late name } me { id email } } fragment Late on User { createdAt id }',
    );
    expect(Object.keys(JSON.parse(body).data)).toEqual(['b', 'me']);
    expect(Object.keys(JSON.parse(body).data.me)).toEqual(['createdAt', 'id', 'name', 'email']);
  });
});

describe('names that clients give to fields', () => {
  const orders = 'orders(first: 1) { nodes { qty } }';
  const named = (body: string) => JSON.parse(body).data.me;

  test.each<[string, string, (me: Record<string, unknown>) => unknown]>([
    ['a key field', `{ me { id: name ${orders} } }`, (me) => me['id']],
    ['the type name', `{ me { __typename: name ${orders} } }`, (me) => me['__typename']],
    ['what every JavaScript object has', `{ me { constructor: name ${orders} } }`, (me) => me['constructor']],
    ['a prototype', `{ me { __proto__: name ${orders} } }`, (me) => me['__proto__']],
    [
      'what the gateway itself uses',
      `{ me { _client_id: name _client: id ${orders} } }`,
      (me) => me['_client_id'],
    ],
  ])('may be that of %s, at every time', async (_whose, query, valueOf) => {
    const { way, body, first } = await again(query);
    expect(way).toBe('compiled');
    expect(body).toBe(first.body);
    const plain = named((await again(`{ me { name ${orders} } }`)).body);
    expect(valueOf(named(body))).toBe(plain.name);
    expect(Object.keys(named(body))).toHaveLength(query.includes('_client:') ? 3 : 2);
    expect(named(body).orders).toEqual(plain.orders);
  });

  test('may be those of key fields in lists, fragments and at the root', async () => {
    const query = `{ id: me { ...F id: orders(first: 2) { id: nodes { id: qty product { id: name stock } } } } }
      fragment F on User { __typename: email }`;
    const { way, body, first } = await again(query);
    expect(way).toBe('compiled');
    expect(body).toBe(first.body);
    const plain = JSON.parse(
      (await again('{ me { email orders(first: 2) { nodes { qty product { name stock } } } } }')).body,
    ).data.me;
    expect(JSON.parse(body).data).toEqual({
      id: {
        __typename: plain.email,
        id: {
          id: plain.orders.nodes.map(
            ({ qty, product }: { qty: number; product: Record<string, unknown> }) => ({
              id: qty,
              product: product && { id: product['name'], stock: product['stock'] },
            }),
          ),
        },
      },
    });
  });

  test('are those in the paths of errors', async () => {
    const error = { message: 'no', path: ['me', '_client_id', 'balance'], extensions: { code: 'FORBIDDEN' } };
    const { way, body, first } = await again(
      `{ me { id: wallet { balance } ${orders} } }`,
      {},
      {
        ...sound,
        rewrite: (answer) =>
          answer.includes('balance') ? answer.replace(/}$/, `,"errors":[${JSON.stringify(error)}]}`) : answer,
      },
    );
    expect(way).toBe('handed over');
    expect(body).toBe(first.body);
    expect(JSON.parse(body).errors).toEqual([{ ...error, path: ['me', 'id', 'balance'] }]);
  });

  test('are those in what is told of nulls where none may be', async () => {
    const rewrite = (answer: string) => answer.replace(/"_client_id":"[^"]*"/, '"_client_id":null');
    const { way, body, first } = await again(
      `{ me { id: name ${orders} } }`,
      {},
      { ...sound, oddTexts: 0, rewrite },
    );
    expect(way).toBe('handed over');
    expect(body).toBe(first.body);
    expect(JSON.parse(body).extensions.valueCompletion).toEqual([
      expect.objectContaining({
        message: 'Cannot return null for non-nullable field User.id.',
        path: ['me', 'id'],
      }),
    ]);
  });
});

describe('an object whose fields are all left out', () => {
  test.each([
    '($none: Boolean!) { me { id @skip(if: $none) } }',
    '($none: Boolean!) { me { ... @skip(if: $none) { id } } }',
    '($none: Boolean!) { me { ...F @skip(if: $none) } } fragment F on User { id }',
    '($none: Boolean!, $no: Boolean = false) { me @skip(if: $no) { id @skip(if: $none) } }',
  ])('is there all the same: query %s', async (query) => {
    for (const none of [true, false]) {
      const { way, body, first } = await again(`query ${query}`, { variables: { none } });
      expect(way).toBe('compiled');
      expect(body).toBe(first.body);
      expect(Object.keys(JSON.parse(body).data.me)).toEqual(none ? [] : ['id']);
    }
  });

  test('is there all the same where the document leaves them out', async () => {
    const { way, body, first } = await again(
      '{ me { id @skip(if: true) } products { nodes { id @include(if: false) } } }',
    );
    expect(way).toBe('compiled');
    expect(body).toBe(first.body);
    const { me, products } = JSON.parse(body).data;
    expect([me, products.nodes[0]]).toEqual([{}, {}]);
  });
});

describe('answers', () => {
  const tour = `{
    me { id email wallet { balance } orders(first: 50) {
      nodes { id qty status reason product { name unitPrice id } user { name } } pageInfo { hasNextPage endCursor }
    } }
    products { nodes { id name stock } }
  }`;
  const plain = { ...sound, oddTexts: 0 };
  const escapeA = (answer: string): string => answer.replaceAll('plain', 'pl\\u0061in');

  test.each([1, 2, 3, 4, 5, 6])('are not parsed, if they are as foreseen (%d)', async (seed) => {
    const { isCut, body, first, sent } = await again(tour, {}, { ...plain, nulls: 0.2, seed });
    expect(isCut).toBe(true);
    expect(body).toBe(first.body);
    expect(sent.length).toBe(first.sent.length);
  });

  test('with a line break at their end are as foreseen', async () => {
    const { isCut, body, first } = await again(tour, {}, { ...plain, rewrite: (answer) => `${answer}\n` });
    expect(isCut).toBe(true);
    expect(body).toBe(first.body);
  });

  const reversed = (_: string, value: unknown): unknown =>
    isRecord(value) ? Object.fromEntries(Object.entries(value).reverse()) : value;
  test.each<[string, (answer: string) => string]>([
    ['blanks', (answer) => JSON.stringify(JSON.parse(answer), null, 1)],
    ['fields in another order', (answer) => JSON.stringify(JSON.parse(answer, reversed))],
    ['a sign that is escaped without need', escapeA],
    ['a slash that is escaped', (answer) => answer.replaceAll('plain', 'pl\\/ain')],
    ['whole numbers with a fraction', (answer) => answer.replaceAll(/:([1-9]\d*)([,}])/g, ':$1.0$2')],
    ['whole numbers with an exponent', (answer) => answer.replaceAll(/:([1-9]\d*)([,}])/g, ':$1e0$2')],
    ['minus nought', (answer) => answer.replaceAll(/:([1-9]\d*)([,}])/g, ':-0$2')],
    ['a field that nobody asked for', (answer) => answer.replaceAll('"id":', '"more":1,"id":')],
    ['a field twice', (answer) => answer.replaceAll('"name":', '"name":"before","name":')],
    ['extensions', (answer) => answer.replace(/}$/, ',"extensions":{"cost":1}}')],
    ['no errors in a list', (answer) => answer.replace(/}$/, ',"errors":[]}')],
  ])('with %s are parsed, without asking again', async (_, rewrite) => {
    const { isCut, way, body, first, sent } = await again(tour, {}, { ...plain, rewrite });
    expect({ isCut, way }).toEqual({ isCut: false, way: 'compiled' });
    expect(JSON.parse(body)).toEqual(JSON.parse(first.body));
    expect(sent.length).toBe(first.sent.length);
  });

  test.each<[string, (answer: string) => string]>([
    ['something after its end', (answer) => `${answer}{}`],
    ['no end', (answer) => answer.slice(0, -1)],
    ['a control character in a text', (answer) => answer.replace('plain', 'pl\u0001in')],
    ['an error beside the data', (answer) => answer.replace(/}$/, ',"errors":[{"message":"no"}]}')],
    ['a number with a nought before it', (answer) => answer.replaceAll(/:([1-9]\d*)([,}])/g, ':0$1$2')],
  ])('with %s are left to Apollo', async (_, rewrite) => {
    const { way, body, first } = await again(tour, {}, { ...plain, rewrite });
    expect(way).toBe('handed over');
    expect(body).toBe(first.body);
  });

  test('to a mutation that have to be parsed do not make it be sent again', async () => {
    const mutation =
      'mutation { deposit(amount: 5, idempotencyKey: "k") { balance } logIn(email: "a", password: "b") { token user { name } } }';
    const { isCut, way, body, first, sent } = await again(mutation, {}, { ...plain, rewrite: escapeA });
    expect({ isCut, way }).toEqual({ isCut: false, way: 'compiled' });
    expect(body).toBe(first.body);
    expect(sent).toHaveLength(1);
  });
});

describe('what is unusual is left to Apollo from the start', () => {
  const query = '{ me { id } }';
  test.each([
    ['an operation that it never saw', { query: '{ me { email } }', variables: {} }],
    ['extensions', { query, variables: {}, extensions: { persistedQuery: {} } }],
    ['an empty operation name', { query, variables: {}, operationName: '' }],
    ['a name that the document does not have', { query, variables: {}, operationName: 'Other' }],
  ])('%s', async (_, operation) => {
    await sights.first({ query, variables: {} }, sound);
    expect((await sights.later(operation, sound)).way).toBe('left to Apollo');
  });

  test.each([
    ['introspection', '{ __type(name: "User") { name } me { id } }'],
    ['a variable with such a name', 'query ($toString: Int) { orders(first: $toString) { nodes { id } } }'],
  ])('%s', async (_, unusual) => {
    const { way, body, first } = await again(unusual);
    expect(way).toBe('left to Apollo');
    expect(body).toBe(first.body);
  });

  test('a variable of the wrong type', async () => {
    const counted = 'query ($first: Int) { orders(first: $first) { nodes { id } } }';
    expect((await again(counted, { variables: { first: 3 } })).way).toBe('compiled');
    const { way, body } = await again(counted, { variables: { first: 'three' } });
    expect(way).toBe('left to Apollo');
    expect(body).toContain('BAD_USER_INPUT');
  });
});

describe('what is irregular Apollo goes on with', () => {
  test('asking nobody a second time', async () => {
    const { way, body, first, sent } = await again(page, {}, { ...sound, errors: 0.2, seed: 3 });
    expect(way).toBe('handed over');
    expect(body).toBe(first.body);
    expect(JSON.parse(body).errors.length).toBeGreaterThan(0);
    expect(sent.length).toBe(first.sent.length);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('a mutation that went wrong is sent once (%d)', async (seed) => {
    const mutation =
      'mutation { deposit(amount: 5, idempotencyKey: "k") { balance } logIn(email: "a", password: "b") { token user { orders { nodes { id } } } } }';
    const { way, body, first, sent } = await again(mutation, {}, { ...sound, failures: 1, seed });
    expect(way).toBe('handed over');
    expect(body).toBe(first.body);
    expect(sent.filter((each) => each.includes('"query":"mutation'))).toHaveLength(1);
  });
});

describe('a mutation reads anew what an earlier one of its fields may have changed', () => {
  const read = '{ user { wallet { balance } } }';
  const place = (qty: number) => `placeOrder(input: { productId: "a", qty: ${qty} }) ${read}`;
  const mutation = `mutation {
    a: ${place(1)} d: deposit(amount: 5, idempotencyKey: "k") { balance } b: ${place(2)}
  }`;
  // Of this seed both orders are of the same user, who is asked for in the same words.
  const changing = { ...sound, oddTexts: 0, changing: true, seed: 4 };
  const asksTwice = (sent: string[]) => new Set(sent).size < sent.length;
  const balances = (body: string) => {
    const { a, b } = JSON.parse(body).data;
    return [a.user.wallet.balance, b.user.wallet.balance];
  };

  test('at its second time, too', async () => {
    const { way, body, first, sent } = await again(mutation, {}, changing);
    expect(way).toBe('compiled');
    expect(body).toBe(first.body);
    expect(new Set(balances(body)).size).toBe(2);
    expect(asksTwice(sent)).toBe(true);
    expect(sent).toEqual(first.sent);
  });

  test('when the answers have to be parsed', async () => {
    const rewrite = (answer: string) => answer.replace('"data":', '"data" :');
    const { isCut, way, body, first, sent } = await again(mutation, {}, { ...changing, rewrite });
    expect({ isCut, way }).toEqual({ isCut: false, way: 'compiled' });
    expect(body).toBe(first.body);
    expect(sent).toEqual(first.sent);
  });

  test('when Apollo goes on', async () => {
    let answers = 0;
    const rewrite = (answer: string) =>
      ++answers % 5 === 0 ? answer.replace(/}$/, ',"errors":[{"message":"no"}]}') : answer;
    const { way, body, first, sent } = await again(mutation, {}, { ...changing, rewrite });
    expect(way).toBe('handed over');
    expect(body).toBe(first.body);
    expect(new Set(balances(body)).size).toBe(2);
    expect(sent).toEqual(first.sent);
  });
});

describe('operations that are kept', () => {
  test('are as many as there is room for: those not used since the last time go first', () => {
    const cache = createOperationCache<number>({ maxOperations: 3, maxCharacters: 1_000 });
    for (const [index, query] of ['a', 'b', 'c'].entries()) cache.set(query, undefined, index);
    cache.get('a', undefined);
    cache.set('d', undefined, 3);
    expect(['a', 'b', 'c', 'd'].map((query) => cache.get(query, undefined))).toEqual([
      0,
      undefined,
      undefined,
      3,
    ]);
  });

  test('are never more than fit, though all are in use or one is too large', () => {
    const cache = createOperationCache<number>({ maxOperations: 4, maxCharacters: 20 });
    for (let index = 0; index < 100; index++) {
      cache.set(`query ${index}`, undefined, index);
      cache.get(`query ${index}`, undefined);
      expect(cache.size()).toBeLessThanOrEqual(4);
    }
    cache.set('x'.repeat(21), undefined, 0);
    expect(cache.size()).toBe(0);
  });

  test('are told apart by name', () => {
    const cache = createOperationCache<number>();
    cache.set('text', 'A', 1);
    expect([cache.get('text', 'A'), cache.get('text', 'B'), cache.get('text', undefined)]).toEqual([
      1,
      undefined,
      undefined,
    ]);
  });
});
