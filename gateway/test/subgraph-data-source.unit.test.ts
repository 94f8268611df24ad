import type { GraphQLDataSourceProcessOptions } from '@apollo/gateway';
import { describe, expect, test } from '@jest/globals';
import { UnavailableError } from '@ordermesh/chassis/errors';
import { verifyRequest } from '@ordermesh/chassis/gateway-signature';
import { currentTraceId, withTrace } from '@ordermesh/chassis/trace';
import type { GatewayContext } from '../src/context.ts';
import { createSubgraphDataSource } from '../src/subgraph-data-source.ts';
import { createSubgraphRequest } from '../src/subgraph-request.ts';
import type { UpstreamAnswer, UpstreamRequest } from '../src/upstream.ts';

const secret = 'a secret of the gateway and its subgraphs';
type Fetch = GraphQLDataSourceProcessOptions<GatewayContext>;

/** What the planner hands over, as far as a data source reads it. */
function fetchOf(query: string, more: { authorization?: string; path?: string[] } = {}): Fetch {
  const context: GatewayContext = {
    viewer: null,
    authorization: more.authorization,
    outcome: { operation: null, codes: [] },
  };
  const fetch: Pick<Fetch, 'request' | 'context'> & { pathInIncomingRequest: string[] } = {
    request: { query, variables: { n: 1 }, operationName: 'Op__users__0' },
    context,
    pathInIncomingRequest: more.path ?? [],
  };
  return fetch as Fetch;
}

function createRecorded(answer: () => Promise<UpstreamAnswer>) {
  const sent: UpstreamRequest[] = [];
  const upstream = {
    send: (request: UpstreamRequest) => {
      sent.push(request);
      return answer();
    },
  };
  const request = createSubgraphRequest({ upstream, signingSecret: secret });
  return { sent, source: createSubgraphDataSource({ subgraph: 'users', request }) };
}
const ok = () => Promise.resolve({ status: 200, body: '{"data":{"me":{"id":"1"}}}' });

describe('what a subgraph is sent', () => {
  test('is the operation, the token as it came, the trace and the signature: nothing else', async () => {
    const { sent, source } = createRecorded(ok);
    const traceId = await withTrace(undefined, async () => {
      await source.process(fetchOf('query{me{id}}', { authorization: 'Bearer a.b.c' }));
      return currentTraceId();
    });
    const [request] = sent;
    expect(JSON.parse(request?.body ?? '')).toEqual({
      query: 'query{me{id}}',
      variables: { n: 1 },
      operationName: 'Op__users__0',
    });
    expect(Object.keys(request?.headers ?? {}).sort()).toEqual([
      'authorization',
      'content-type',
      'traceparent',
      'x-gateway-signature',
    ]);
    expect(request?.headers['authorization']).toBe('Bearer a.b.c');
    expect(request?.headers['traceparent']?.split('-')[1]).toBe(traceId);
    const signature = request?.headers['x-gateway-signature'];
    expect(verifyRequest(secret, signature, 'Bearer a.b.c', request?.body ?? '')).toBe(true);
  });

  test('is signed for an anonymous caller too', async () => {
    const { sent, source } = createRecorded(ok);
    await source.process(fetchOf('{me{id}}'));
    expect(sent[0]?.headers).not.toHaveProperty('authorization');
    expect(verifyRequest(secret, sent[0]?.headers['x-gateway-signature'], '', sent[0]?.body ?? '')).toBe(
      true,
    );
  });

  test.each([
    ['query{me{id}}', true],
    ['query Name__users__0($n:Int){me{id}}', true],
    ['{me{id}}', true],
    ['mutation{logIn{token}}', false],
    ['mutation queryLike{logIn{token}}', false],
    ['subscription{x}', false],
  ])('%s may be repeated: %s', async (query, repeatable) => {
    const { sent, source } = createRecorded(ok);
    await source.process(fetchOf(query));
    expect(sent[0]?.repeatable).toBe(repeatable);
  });
});

describe('a subgraph that cannot be reached', () => {
  const unreachable = () => Promise.reject(new UnavailableError('no instance of users answered'));

  test.each([
    ['at the place of the operation that it belongs to', ['order', 'product'], ['order', 'product']],
    ['at no place where it belongs to a list', ['orders', 'nodes', '@', 'product'], undefined],
    ['at no place where it is the whole operation', [], undefined],
  ])('is an error %s', async (_what, path, expected) => {
    const { source } = createRecorded(unreachable);
    await expect(source.process(fetchOf('{me{id}}', { path }))).rejects.toMatchObject({
      path: expected,
      originalError: { name: 'UnavailableError' },
    });
  });
});
