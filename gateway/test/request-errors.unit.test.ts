// What is the client's mistake is said to be that: a 4xx, in words, and neither an error in the log nor of the server.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { answerSchema, createGateway } from './running-gateway.ts';
import { createStandIn, type StandIn } from './stand-ins/stand-ins.ts';

type Gateway = Awaited<ReturnType<typeof createGateway>>;
let standIns: StandIn[];
let gateway: Gateway;
/** With introspection, which some of the audits ask for. */
let development: Gateway;

beforeAll(async () => {
  const [users, catalogs, orders] = (standIns = [
    await createStandIn('users'),
    await createStandIn('catalogs'),
    await createStandIn('orders'),
  ]);
  for (const standIn of standIns) await standIn.start();
  const urls = { users: [users?.url ?? ''], catalogs: [catalogs?.url ?? ''], orders: [orders?.url ?? ''] };
  gateway = await createGateway(urls);
  development = await createGateway(urls, true);
});
afterAll(async () => {
  for (const each of [gateway, development]) await each.stop();
  for (const standIn of standIns) await standIn.stop();
});

async function send(init: RequestInit, search = '') {
  const response = await fetch(`${gateway.url}/graphql${search}`, init);
  const { data, errors = [] } = answerSchema.parse(await response.json());
  const [error] = errors;
  return {
    status: response.status,
    headers: response.headers,
    code: error?.extensions.code,
    message: error?.message,
    data,
  };
}
const json = { authorization: 'Bearer ada', 'content-type': 'application/json' };
const post = (body: unknown, headers: Record<string, string> = json) =>
  send({ method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) });
const get = (parameters: Record<string, string>) =>
  send(
    { headers: { ...json, 'apollo-require-preflight': '1' } },
    `?${new URLSearchParams(parameters).toString()}`,
  );

const query = '{ product(id: "a") { name } }';
const right = { data: { product: { name: 'Product a' } } };
const two = 'query A { me { id } } query B { me { name } }';
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const place = 'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { id } }';
const input = { productId: 'p', qty: 1 };
const deposit = (amount: string) =>
  `mutation { deposit(amount: ${amount}, idempotencyKey: "k") { balance } }`;

type Mistake = [what: string, body: unknown, code: string, message: RegExp];
const mistakes: Mistake[] = [
  ['a subscription', { query: 'subscription { x }' }, 'GRAPHQL_VALIDATION_FAILED', /no subscriptions/],
  [
    'a name that no operation has',
    { query, operationName: 'Nope' },
    'OPERATION_RESOLUTION_FAILURE',
    /"Nope".*has no name/,
  ],
  [
    'such a name among several',
    { query: two, operationName: 'C' },
    'OPERATION_RESOLUTION_FAILURE',
    /"C".*A, B/,
  ],
  [
    'a name that every object has',
    { query, operationName: '__proto__' },
    'OPERATION_RESOLUTION_FAILURE',
    /"__proto__"/,
  ],
  ['another such name', { query: two, operationName: 'constructor' }, 'OPERATION_RESOLUTION_FAILURE', /A, B/],
  ['an empty name', { query, operationName: '' }, 'OPERATION_RESOLUTION_FAILURE', /named ""/],
  [
    'an empty name for one of several',
    { query: two, operationName: '' },
    'OPERATION_RESOLUTION_FAILURE',
    /A, B/,
  ],
  ['several operations and no name', { query: two }, 'OPERATION_RESOLUTION_FAILURE', /must say which.*A, B/],
  [
    'half a surrogate pair as a name',
    `{"query":"{ me { id } }","operationName":"\\ud83d"}`,
    'OPERATION_RESOLUTION_FAILURE',
    /\\ud83d/,
  ],
  ['a name that is no string', { query, operationName: 1 }, 'BAD_REQUEST', /operationName.*string/],
  ['no query', { variables: {} }, 'BAD_REQUEST', /non-empty `query`/],
  ['an empty query', { query: '' }, 'BAD_REQUEST', /non-empty `query`/],
  ['a query of blanks', { query: ' ' }, 'GRAPHQL_PARSE_FAILED', /Unexpected <EOF>/],
  ['a query that is no string', { query: ['{ me }'] }, 'BAD_REQUEST', /must be strings/],
  [
    'half a surrogate pair in a query',
    `{"query":"{ product(id: \\"\\ud83d\\") { name } }"}`,
    'GRAPHQL_PARSE_FAILED',
    /U\+D83D/,
  ],
  ['variables in a list', { query, variables: [] }, 'BAD_REQUEST', /must be an object/],
  ['variables as text', { query, variables: '{}' }, 'BAD_REQUEST', /not a recursively JSON-encoded string/],
  ['variables that are false', { query, variables: false }, 'BAD_REQUEST', /must be an object/],
  ['extensions as text', { query, extensions: '{}' }, 'BAD_REQUEST', /not a recursively JSON-encoded string/],
  ['extensions in a list', { query, extensions: [] }, 'BAD_REQUEST', /must be an object/],
  ['a batch', [{ query }], 'BAD_REQUEST', /batches are not supported/],
  ['an empty batch', [], 'BAD_REQUEST', /batches are not supported/],
  ['an object without anything in it', {}, 'BAD_REQUEST', /with a "query"/],
  ['a text', '"{ me }"', 'BAD_REQUEST', /must be a JSON object/],
  ['null', 'null', 'BAD_REQUEST', /must be a JSON object/],
  ['what is not JSON', '{ me }', 'BAD_REQUEST', /is not JSON: .*position 2/],
  ['no body', '', 'BAD_REQUEST', /is empty/],
  [
    'a directive that there is not',
    { query: '{ ... @defer { me { id } } }' },
    'GRAPHQL_VALIDATION_FAILED',
    /@defer/,
  ],
  [
    'an integer beyond 32 bits',
    { query: '{ orders(first: 99999999999999999999) { nodes { id } } }' },
    'BAD_USER_INPUT',
    /32-bit/,
  ],
  [
    'such an integer in a variable',
    `{"query":"query ($n: Int) { orders(first: $n) { nodes { id } } }","variables":{"n":99999999999999999999}}`,
    'BAD_USER_INPUT',
    /32-bit/,
  ],
  [
    'a number beyond all bounds',
    `{"query":${JSON.stringify(place)},"variables":{"input":{"productId":"p","qty":1,"expectedUnitPrice":1e400}}}`,
    'BAD_USER_INPUT',
    /too large/,
  ],
  [
    'a value of endless lists',
    { query: deposit(nested(60)) },
    'BAD_USER_INPUT',
    /nested too deeply \(at most 8 levels\)/,
  ],
  [
    'a document that cannot be parsed for them',
    { query: deposit(nested(2_400)) },
    'GRAPHQL_PARSE_FAILED',
    /nested too deeply/,
  ],
  [
    'endless lists in a variable',
    `{"query":${JSON.stringify(place)},"variables":{"input":{"productId":"p","qty":1,"expectedUnitPrice":${nested(100_000)}}}}`,
    'BAD_USER_INPUT',
    /nested too deeply/,
  ],
  [
    'a variable that its values are lost under',
    { query: 'query ($__proto__: ID = "x") { product(id: $__proto__) { name } }' },
    'GRAPHQL_VALIDATION_FAILED',
    /"\$__proto__"/,
  ],
  [
    'an unknown field of an input',
    { query: place, variables: { input: { ...input, ['__proto__']: 1 } } },
    'BAD_USER_INPUT',
    /"__proto__" is not defined/,
  ],
];

describe.each(mistakes)('%s', (_what, body, code, message) => {
  test.each(['first', 'second'])('is a 400 with what is wrong, at the %s time', async () => {
    expect(await post(body)).toMatchObject({ status: 400, code, message: expect.stringMatching(message) });
  });
});

describe('null for a variable that has a default is refused where a value is needed', () => {
  test.each([
    ['@include', 'query ($a: Boolean = true) { me { name @include(if: $a) } }'],
    [
      '@skip in a fragment',
      'query ($a: Boolean = true) { me { ...F } } fragment F on User { id ... @skip(if: $a) { name } }',
    ],
    ['an argument', 'query ($a: ID = "x") { product(id: $a) { name } }'],
    [
      'a field of an input',
      'mutation ($a: ID = "x") { placeOrder(input: { productId: $a, qty: 1 }) { id } }',
    ],
    [
      'one use of several',
      'query ($a: ID = "x") { orders(after: $a) { nodes { id } } product(id: $a) { name } }',
    ],
  ])('as the value of %s', async (_where, document) => {
    for (let times = 0; times < 2; times++) expect((await post({ query: document })).status).toBe(200);
    for (let times = 0; times < 2; times++)
      expect(await post({ query: document, variables: { a: null } })).toMatchObject({
        status: 400,
        code: 'BAD_USER_INPUT',
        message: expect.stringMatching(/"\$a" must not be null/),
      });
  });

  test('and taken where none is', async () => {
    const document = 'query ($after: ID = "x") { orders(after: $after, first: 1) { nodes { id } } }';
    for (let times = 0; times < 2; times++)
      expect(await post({ query: document, variables: { after: null } })).toMatchObject({ status: 200 });
  });
});

describe('over HTTP', () => {
  test.each(['application/xml', 'application/graphql', 'application/json-patch+json', 'junk'])(
    'the content type %s is refused by its name',
    async (type) => {
      const refused = await post({ query }, { ...json, 'content-type': type });
      expect(refused).toMatchObject({ status: 415, message: expect.stringContaining(`"${type}"`) });
      expect(refused.headers.get('accept')).toBe('application/json');
    },
  );

  test.each([
    'text/plain',
    'text/plain; charset=utf-8',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
  ])('what a form could send is refused as that: %s', async (type) => {
    const refused = await post({ query }, { ...json, 'content-type': type });
    expect(refused).toMatchObject({
      status: 400,
      message: expect.stringMatching(/Cross-Site Request Forgery/),
    });
  });

  test.each(['application/json; charset=utf-16', 'application/json; charset=iso-8859-1'])(
    'another charset is refused by its name: %s',
    async (type) => {
      const refused = await post({ query }, { ...json, 'content-type': type });
      expect(refused).toMatchObject({
        status: 415,
        code: 'BAD_REQUEST',
        message: expect.stringMatching(/UTF-8/),
      });
      expect(refused.headers.get('x-trace-id')).toMatch(/^[0-9a-f]{32}$/);
    },
  );

  test.each(['PUT', 'DELETE', 'OPTIONS'])('the method %s is refused by its name', async (method) => {
    const refused = await send({ method, headers: json });
    expect(refused).toMatchObject({ status: 405, message: expect.stringContaining(method) });
    expect(refused.headers.get('allow')).toBe('GET, POST');
  });

  test.each<[string, Record<string, string>, number, RegExp]>([
    ['a name that no operation has', { query, operationName: 'Nope' }, 400, /"Nope"/],
    ['an empty name', { query, operationName: '' }, 400, /named ""/],
    ['variables that are not JSON', { query, variables: '{' }, 400, /invalid JSON/],
    ['variables in a list', { query, variables: '[]' }, 400, /JSON-encoded object/],
    ['extensions that are not JSON', { query, extensions: 'x' }, 400, /invalid JSON/],
    ['no query', {}, 400, /non-empty `query`/],
    ['a mutation', { query: deposit('1') }, 405, /only support query operations/],
    ['a subscription', { query: 'subscription { x }' }, 400, /no subscriptions/],
  ])('a GET with %s is refused', async (_what, parameters, status, message) => {
    expect(await get(parameters)).toMatchObject({ status, message: expect.stringMatching(message) });
  });

  test('every refusal leaves its line in the log, with code and status', async () => {
    gateway.logged();
    await post('{');
    expect(gateway.logged()).toEqual([
      expect.objectContaining({ msg: 'graphql', status: 400, codes: ['BAD_REQUEST'], userId: 'u1' }),
    ]);
  });
});

describe('what is merely unusual is answered', () => {
  test.each<[string, unknown]>([
    ['null for what is left out', { query, operationName: null, variables: null, extensions: null }],
    ['a byte order mark', `\ufeff${JSON.stringify({ query })}`],
    ['an operation called __proto__', { query: `query __proto__ ${query}`, operationName: '__proto__' }],
    [
      'a fragment called constructor',
      { query: '{ product(id: "a") { ...constructor } } fragment constructor on Product { name }' },
    ],
    ['variables that the operation does not have', { query, variables: { a: 1, ['__proto__']: 2 } }],
    [
      'a key that comes twice: the last one counts',
      `{"query":"{ nothing }","query":${JSON.stringify(query)}}`,
    ],
    ['a key that nobody knows', { query, id: 7 }],
  ])('%s', async (_what, body) => {
    for (let times = 0; times < 3; times++) expect(await post(body)).toMatchObject({ status: 200, ...right });
  });
});

test('a compressed body is read, and a slash at the end of the path makes no difference', async () => {
  const init = { method: 'POST', body: new Uint8Array(gzipSync(JSON.stringify({ query }))) };
  for (let times = 0; times < 3; times++)
    expect(await send({ ...init, headers: { ...json, 'content-encoding': 'gzip' } }, '/')).toMatchObject({
      status: 200,
      ...right,
    });
});

test('no audit of GraphQL over HTTP fails, and three recommendations are not followed', async () => {
  const audits = serverAudits({
    url: `${development.url}/graphql`,
    // Apollo Server wants proof that no browser's form sent the request.
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, { ...init, headers: { 'apollo-require-preflight': '1', ...init.headers } }),
  });
  const results = await Promise.all(audits.map((audit) => audit.fn()));
  const ofStatus = (status: string) =>
    results.filter((result) => result.status === status).map(({ name }) => name);
  expect(ofStatus('error')).toEqual([]);
  expect(ofStatus('warn')).toHaveLength(3);
  expect(ofStatus('ok').length).toBeGreaterThanOrEqual(50);
});

test('none of all this counted as the server’s fault, or is an error in the log', async () => {
  for (const { url, errors } of [gateway, development]) {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const counts = metrics
      .split('\n')
      .filter((line) => line.startsWith('graphql_operation_duration_seconds_count'));
    expect(counts.filter((line) => line.includes('outcome="client_error"')).length).toBeGreaterThan(0);
    expect(counts.filter((line) => line.includes('outcome="server_error"'))).toEqual([]);
    expect(errors).toEqual([]);
  }
});
