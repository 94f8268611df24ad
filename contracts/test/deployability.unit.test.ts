import { describe, expect, test } from '@jest/globals';
import type { Arrow } from '../src/arrows.ts';
import {
  decideDeployability,
  type Need,
  type Question,
  type Release,
} from '../src/matrix/decide-deployability.ts';
import { planDeployments } from '../src/matrix/plan-deployments.ts';
import type { Result } from '../src/matrix/results.ts';

const catalogsOfOrders: Arrow = { consumer: 'catalogs', provider: 'orders', kind: 'message' };
const gatewayOfOrders: Arrow = { consumer: 'gateway', provider: 'orders', kind: 'graphql' };
const projector: Arrow = { consumer: 'orders-projector', provider: 'orders', kind: 'message' };
const sink: Arrow = { consumer: 'orders-sink', provider: 'orders', kind: 'message' };
const client: Arrow = { consumer: 'client', provider: 'gateway', kind: 'graphql' };

const need = (arrow: Arrow, sha = 'a'): Need => ({ ...arrow, sha, interactions: 2 });
const release = (service: Release['service'], version: string, ...needs: Need[]): Release => ({
  service,
  version,
  needs,
});
const verified = (
  arrow: Arrow,
  providerVersion: string,
  sha = 'a',
  failures: Result['failures'] = [],
): Result => ({
  consumer: arrow.consumer,
  provider: arrow.provider,
  providerVersion,
  sha,
  interactions: 2,
  failures,
});
const broken = [{ interaction: 'an order placed', reason: 'qty is missing' }];

function decide(question: Partial<Question> & Pick<Question, 'candidate'>) {
  return decideDeployability({
    arrows: [],
    deployed: [],
    outside: [],
    results: [],
    heads: new Map([[question.candidate.service, question.candidate.version]]),
    ...question,
  });
}
const verdicts = (question: Parameters<typeof decide>[0]) =>
  decide(question).rows.map(({ verdict }) => verdict);

describe('a consumer can be deployed', () => {
  const catalogs = release('catalogs', '2', need(catalogsOfOrders));
  const question = { candidate: catalogs, arrows: [catalogsOfOrders], deployed: [release('orders', '1')] };

  test('when the deployed provider has verified its pact', () => {
    const answer = decide({ ...question, results: [verified(catalogsOfOrders, '1')] });
    expect(answer).toMatchObject({
      deployable: true,
      rows: [
        {
          consumer: { name: 'catalogs', version: '2', as: 'candidate' },
          provider: { name: 'orders', version: '1', as: 'deployed' },
          reason: '2 verified',
        },
      ],
    });
  });

  test('not when only another version of the provider has', () => {
    const answer = decide({ ...question, results: [verified(catalogsOfOrders, '0')] });
    expect(answer).toMatchObject({
      deployable: false,
      rows: [
        {
          verdict: 'unknown',
          reason: 'not verified',
          advice: expect.stringContaining('first deploy a version of orders'),
        },
      ],
    });
  });

  test('not when the pact has changed since; the provider in the tree is the deployed one: verify', () => {
    const heads = new Map([['orders' as const, '1']]);
    const answer = decide({ ...question, heads, results: [verified(catalogsOfOrders, '1', 'older')] });
    expect(answer).toMatchObject({
      deployable: false,
      rows: [{ reason: 'not verified since the pact changed', advice: 'npm run pact:verify' }],
    });
  });

  test('not when the deployed provider does not keep the pact: the row says what is wrong', () => {
    const answer = decide({ ...question, results: [verified(catalogsOfOrders, '1', 'a', broken)] });
    expect(answer).toMatchObject({
      deployable: false,
      rows: [
        {
          verdict: 'failed',
          reason: 'an order placed: qty is missing',
          advice: 'first deploy a version of orders that keeps the pact',
        },
      ],
    });
  });

  test('not without a pact, nor with one of no interactions', () => {
    const results = [verified(catalogsOfOrders, '1')];
    expect(decide({ ...question, results, candidate: release('catalogs', '2') })).toMatchObject({
      deployable: false,
      rows: [{ reason: 'there is no pact' }],
    });
    const empty = { ...need(catalogsOfOrders), interactions: 0 };
    expect(decide({ ...question, results, candidate: release('catalogs', '2', empty) })).toMatchObject({
      deployable: false,
      rows: [{ reason: 'the pact has no interactions' }],
    });
  });

  test('before a provider whose records it will hear, not before one that it calls', () => {
    expect(decide({ ...question, deployed: [] })).toMatchObject({
      deployable: true,
      rows: [{ verdict: 'idle', reason: 'orders is not deployed: no records yet' }],
    });
    const gateway = release('gateway', '1', need(gatewayOfOrders));
    expect(decide({ candidate: gateway, arrows: [gatewayOfOrders] })).toMatchObject({
      deployable: false,
      rows: [{ verdict: 'unknown', reason: 'orders is not deployed', advice: 'deploy orders first' }],
    });
  });
});

describe('a provider can be deployed', () => {
  const orders = release('orders', '2');
  const question = {
    candidate: orders,
    arrows: [catalogsOfOrders],
    deployed: [release('catalogs', '1', need(catalogsOfOrders, 'old'))],
  };

  test('when it has verified the pact of the deployed consumer, be it older than the one in the tree', () => {
    expect(decide({ ...question, results: [verified(catalogsOfOrders, '2', 'old')] }).deployable).toBe(true);
  });

  test('not when it has verified only the pact in the tree', () => {
    expect(decide({ ...question, results: [verified(catalogsOfOrders, '2', 'new')] })).toMatchObject({
      deployable: false,
      rows: [{ verdict: 'unknown', advice: 'npm run pact:verify' }],
    });
  });

  test('not when it breaks the deployed consumer', () => {
    const answer = decide({ ...question, results: [verified(catalogsOfOrders, '2', 'old', broken)] });
    expect(answer).toMatchObject({
      deployable: false,
      rows: [{ verdict: 'failed', advice: expect.stringContaining('no longer needs this') }],
    });
  });

  test('when no consumer is deployed: there is nothing to hold to', () => {
    expect(decide({ ...question, deployed: [] })).toMatchObject({
      deployable: true,
      rows: [{ verdict: 'idle', consumer: { as: 'not deployed' } }],
    });
  });

  test('not when it breaks a deployed consumer whose arrow is no longer in the picture', () => {
    expect(verdicts({ ...question, arrows: [], results: [] })).toEqual(['unknown']);
  });

  test('when it has verified what outside clients need, which nobody deploys', () => {
    const gateway = release('gateway', '2');
    const outside = [need(client)];
    expect(decide({ candidate: gateway, arrows: [client], outside }).deployable).toBe(false);
    expect(decide({ candidate: gateway, arrows: [client] }).rows).toMatchObject([
      { reason: 'there is no pact' },
    ]);
    const results = [verified(client, '2')];
    expect(decide({ candidate: gateway, arrows: [client], outside, results }).deployable).toBe(true);
  });
});

describe('parts of one release', () => {
  test('old and new instances of orders run side by side, so each must keep what the other’s projector needs', () => {
    const candidate = release('orders', '2', need(projector, 'new'));
    const deployed = [release('orders', '1', need(projector, 'old'))];
    const results = [
      verified(projector, '2', 'new'),
      verified(projector, '2', 'old'),
      verified(projector, '1', 'new'),
    ];
    const question = { candidate, arrows: [projector], deployed };
    expect(verdicts({ ...question, results })).toEqual(['verified', 'verified', 'verified']);
    for (const missing of results)
      expect(decide({ ...question, results: results.filter((each) => each !== missing) }).deployable).toBe(
        false,
      );
  });

  test('a connector’s needs count as the connectors’', () => {
    const candidate = release('orders', '2');
    const deployed = [release('connectors', '1', need(sink))];
    expect(verdicts({ candidate, arrows: [sink], deployed, results: [verified(sink, '2')] })).toEqual([
      'verified',
    ]);
  });
});

describe('an order of deployments', () => {
  const question = { arrows: [catalogsOfOrders], outside: [], heads: new Map() };

  test('puts the provider first that publishes something new, and the consumer first that needs less', () => {
    const orders = release('orders', '2');
    const catalogs = release('catalogs', '2', need(catalogsOfOrders, 'new'));
    const deployed = [release('orders', '1'), release('catalogs', '1', need(catalogsOfOrders, 'old'))];
    const grown = [verified(catalogsOfOrders, '2', 'new'), verified(catalogsOfOrders, '2', 'old')];
    const names = (results: Result[]) =>
      planDeployments([catalogs, orders], { ...question, deployed, results }).order.map(
        ({ service }) => service,
      );
    expect(names(grown)).toEqual(['orders', 'catalogs']);
    const shrunk = [verified(catalogsOfOrders, '1', 'new'), verified(catalogsOfOrders, '2', 'new')];
    expect(names(shrunk)).toEqual(['catalogs', 'orders']);
  });

  test('does not exist when both sides change at once; it says what stands in the way', () => {
    const orders = release('orders', '2');
    const catalogs = release('catalogs', '2', need(catalogsOfOrders, 'new'));
    const deployed = [release('orders', '1'), release('catalogs', '1', need(catalogsOfOrders, 'old'))];
    const results = [
      verified(catalogsOfOrders, '2', 'new'),
      verified(catalogsOfOrders, '2', 'old', broken),
      verified(catalogsOfOrders, '1', 'old'),
    ];
    const plan = planDeployments([catalogs, orders], { ...question, deployed, results });
    expect(plan.order).toEqual([]);
    expect(plan.stuck.map(({ release: { service } }) => service)).toEqual(['catalogs', 'orders']);
  });

  test('exists for the first deployment of services that hear each other', () => {
    const answers: Arrow = { consumer: 'orders', provider: 'catalogs', kind: 'message' };
    const releases = [
      release('orders', '1', need(answers)),
      release('catalogs', '1', need(catalogsOfOrders)),
    ];
    const results = [verified(answers, '1'), verified(catalogsOfOrders, '1')];
    const arrows = [answers, catalogsOfOrders];
    expect(planDeployments(releases, { ...question, arrows, deployed: [], results }).order).toHaveLength(2);
  });
});
