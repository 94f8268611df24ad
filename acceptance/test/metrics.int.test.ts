import { describe, expect, test } from '@jest/globals';
import { runningStack, waitFor } from '@ordermesh/stack/testing';
import { scrape, sumOf, type Sample } from '../src/scrape.ts';
import { createShop } from '../src/shop.ts';

const stack = runningStack();
const { ports } = stack;
const shop = createShop(stack.graphql, stack.demo.admin.token);
const groupsIn: Record<string, string[]> = {
  users: ['users'],
  catalogs: ['catalogs'],
  'orders-1': ['orders-process', 'orders-projector'],
};
const services: [instance: string, port: number][] = [
  ['gateway', ports.gateway],
  ['users', ports.users],
  ['catalogs', ports.catalogs],
  ...ports.orders.map((port, index): [string, number] => [`orders-${index + 1}`, port]),
  ['connectors', ports.connectors],
];

describe.each(services)('/metrics of %s', (instance, port) => {
  test('tells that it is ready and how its process is, all under its own name', async () => {
    const samples = await scrape(port);
    const service = instance.replace(/-\d+$/, '');
    expect(
      samples.filter(({ labels }) => labels['service'] !== service || labels['instance'] !== instance),
    ).toEqual([]);
    expect(sumOf(samples, 'service_ready')).toBe(1);
    expect(sumOf(samples, 'process_resident_memory_bytes')).toBeGreaterThan(1e7);
    const names = new Set(samples.map(({ name }) => name));
    expect(names).toContain('nodejs_eventloop_lag_p99_seconds');
  });
});

test.each(Object.entries(groupsIn))(
  '%s tells the lag of its groups and how far they have read, by partition',
  async (instance, groups) => {
    const port = services.find(([name]) => name === instance)?.[1] ?? 0;
    const samples = await scrape(port);
    const lags = samples.filter(({ name }) => name === 'kafka_consumer_lag_records');
    const committed = samples.filter(({ name }) => name === 'kafka_consumer_committed_offset');
    expect(committed.map(({ labels }) => labels)).toEqual(lags.map(({ labels }) => labels));
    expect([...new Set(lags.map(({ labels }) => labels['group']))].sort()).toEqual(groups);
    const perTopic = Object.groupBy(lags, ({ labels }) => `${labels['group']} ${labels['topic']}`);
    for (const partitions of Object.values(perTopic)) expect(partitions).toHaveLength(6);
  },
);

test('a database and its pool are told of by those that have one', async () => {
  for (const port of [ports.users, ports.catalogs, ...ports.orders]) {
    const states = (await scrape(port)).filter(({ name }) => name === 'database_pool_connections');
    expect(states.map(({ labels }) => labels['state'])).toEqual(['active', 'idle', 'waiting']);
    expect(sumOf(states, 'database_pool_connections')).toBeGreaterThan(0);
  }
});

test('the watch tells each connector and task that runs, how far the sinks are behind, and what they have set aside', async () => {
  const samples = await scrape(ports.connectors);
  for (const connector of ['catalogs-outbox', 'users-outbox', 'orders-sink', 'orders-products-sink']) {
    expect(sumOf(samples, 'connector_state', { connector, state: 'RUNNING' })).toBe(1);
    expect(sumOf(samples, 'connector_task_state', { connector, task: '0', state: 'RUNNING' })).toBe(1);
  }
  const groupsOf = (metric: string) =>
    samples.flatMap(({ name, labels }) => (name === metric ? [`${labels['group']} ${labels['topic']}`] : []));
  for (const metric of ['kafka_consumer_lag_records', 'kafka_consumer_committed_offset']) {
    expect(groupsOf(metric)).toEqual(
      expect.arrayContaining([
        'connect-orders-sink orders',
        'connect-orders-products-sink cdc.catalogs.products',
      ]),
    );
  }
  expect(groupsOf('dead_letters_total')).toEqual(
    expect.arrayContaining([
      'connect-orders-sink orders-sink.dlq',
      'connect-orders-products-sink orders-products-sink.dlq',
    ]),
  );
});

const allOrders = async (): Promise<Sample[]> => (await Promise.all(ports.orders.map(scrape))).flat();

test('an order is counted when it is placed, settled, projected, and by each who answered for it', async () => {
  const { token } = await shop.signUp();
  const productId = await shop.addProduct({ stock: 10, unitPrice: 1 });
  const [gateway, orders] = [await scrape(ports.gateway), await allOrders()];
  await shop.placeOrder(token, { productId, qty: 1 });

  const grown = (before: Sample[], after: Sample[], name: string, labels: Record<string, string> = {}) =>
    sumOf(after, name, labels) - sumOf(before, name, labels);
  await waitFor(
    async () => {
      const now = await allOrders();
      const confirmed = { status: 'CONFIRMED' };
      const counts = {
        placed: grown(orders, now, 'orders_placed_total'),
        settled: grown(orders, now, 'order_settle_seconds_count', confirmed),
        pending: grown(orders, now, 'order_status_changes_total', { status: 'PENDING' }),
        confirmed: grown(orders, now, 'order_status_changes_total', confirmed),
        appended: grown(orders, now, 'kafka_appended_records_total', { appender: 'rows', topic: 'orders' }),
      };
      // Other tests may have left orders that settle only now.
      if (Object.values(counts).some((count) => count < 1)) throw new Error(JSON.stringify(counts));
      return true;
    },
    { what: 'the order to be counted', deadline: 30_000 },
  );
  const operation = { operation: 'placeOrder', type: 'mutation', outcome: 'ok' };
  const name = 'graphql_operation_duration_seconds_count';
  const after = await scrape(ports.gateway);
  expect(grown(gateway, after, name, operation)).toBe(1);
  expect(grown(orders, await allOrders(), name, operation)).toBe(1);
  expect(
    grown(gateway, after, 'subgraph_request_duration_seconds_count', { subgraph: 'orders', outcome: 'ok' }),
  ).toBeGreaterThanOrEqual(1);
});

test('what a client did wrong is told apart, and never by a name of its choice', async () => {
  const before = await scrape(ports.gateway);
  const send = (query: string) =>
    fetch(stack.graphql, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
  await send('query Surprise { surprise }');
  await send('query Surprise { mine: me { id } }');
  const after = await scrape(ports.gateway);
  const counted = (operation: string, type: string) => {
    const labels = { operation, type, outcome: 'client_error' };
    const name = 'graphql_operation_duration_seconds_count';
    return sumOf(after, name, labels) - sumOf(before, name, labels);
  };
  expect([counted('unresolved', 'unknown'), counted('me', 'query')]).toEqual([1, 1]);
  expect(JSON.stringify(after)).not.toMatch(/surprise|mine/i);
});
