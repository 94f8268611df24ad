import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { messages as catalogsMessages } from '@ordermesh/catalogs/contract/messages';
import type { Append } from '@ordermesh/chassis/appender';
import { definitionsFolder, readDefinition } from '@ordermesh/connectors';
import { messages as ordersMessages } from '@ordermesh/orders/contract/messages';
import { runningStack } from '@ordermesh/stack/testing';
import { messages as usersMessages } from '@ordermesh/users/contract/messages';
import { createOutboxRoute } from '../src/outbox-record.ts';
import { outboxRowOf } from '../src/outbox-row.ts';
import { append, readUntil } from './support/pipes.ts';

// The pacts of what goes through an outbox hold what is derived from the connector's definition. Here the derivation is
// held to what the real Debezium publishes, event by event, of orders that go through the running services.

const { userId } = runningStack().demo.customer;
const run = randomUUID().slice(0, 8);

const order = (name: string, more: object = {}) => {
  const given = {
    orderId: `${run}-${name}`,
    userId,
    productId: 'CATALOG-001',
    qty: 1,
    unitPrice: 1500,
    ...more,
  };
  return { ...given, totalPrice: given.qty * given.unitPrice, placedAt: '2026-07-01T01:30:05.123Z' };
};
type Order = ReturnType<typeof order>;

/** Every event that goes through an outbox: by its description, of which order. */
const published: { provider: 'catalogs' | 'users'; description: string; of: Order }[] = [];
const expects = (of: Order, provider: 'catalogs' | 'users', ...descriptions: string[]) => {
  for (const description of descriptions) published.push({ provider, description, of });
};

const paid = order('paid');
expects(paid, 'catalogs', 'StockReserved', 'StockReleased');
expects(paid, 'users', 'PaymentCompleted', 'PaymentRefunded');
const tooMuch = order('too-much', { qty: 10_000 });
expects(tooMuch, 'catalogs', 'StockRejected: OUT_OF_STOCK');
const unknownProduct = order('unknown-product', { productId: `${run}-none` });
expects(unknownProduct, 'catalogs', 'StockRejected: UNKNOWN_PRODUCT');
const tooDear = order('too-dear', { unitPrice: 900_000_000_000 });
expects(tooDear, 'users', 'PaymentDeclined: INSUFFICIENT_FUNDS');
const unknownUser = order('unknown-user', { userId: `${run}-nobody` });
expects(unknownUser, 'users', 'PaymentDeclined: UNKNOWN_USER');
const cancelledFirst = order('cancelled-first');
expects(cancelledFirst, 'catalogs', 'StockReleased: nothing was reserved');
expects(cancelledFirst, 'users', 'PaymentRefunded: nothing had been paid');

const messages = { catalogs: catalogsMessages, users: usersMessages };
const routes = Object.fromEntries(
  Object.keys(messages).map((provider) => [
    provider,
    createOutboxRoute(readDefinition(join(definitionsFolder, `${provider}-outbox.json`))),
  ]),
);

type Read = { topic: string; key: string | null; value: string | null; headers: Record<string, string> };
const isOf = (type: string, { orderId }: Order) => {
  return ({ value, headers }: Read) => headers['type'] === type && value?.includes(`"${orderId}"`) === true;
};
const typeOf = (description: string) => description.replace(/:.*/, '');

let read: Read[] = [];

function event(type: string, of: Order): Append {
  const build = ordersMessages[type];
  if (!build) throw new Error(`orders has no ${type}`);
  return build(of);
}

beforeAll(async () => {
  const topics = ['catalogs.events', 'users.events'];
  const placed = [paid, tooMuch, unknownProduct, tooDear, unknownUser];
  await append(placed.map((of) => event('OrderPlaced', of)));
  await readUntil(topics, 'the payment', (records) => records.find(isOf('PaymentCompleted', paid)));
  await append([paid, cancelledFirst].map((of) => event('OrderCancelRequested', of)));
  read = await readUntil(topics, 'every event', (records) =>
    published.every(({ description, of }) => records.some(isOf(typeOf(description), of)))
      ? records
      : undefined,
  );
}, 200_000);

test('every event that catalogs and users can publish is looked at', () => {
  const descriptions = (provider: string) =>
    published.filter((each) => each.provider === provider).map(({ description }) => description);
  expect(descriptions('catalogs').sort()).toEqual(Object.keys(catalogsMessages).sort());
  expect(descriptions('users').sort()).toEqual(Object.keys(usersMessages).sort());
});

test.each(published.map((each) => [`${each.provider}: ${each.description}`, each] as const))(
  '%s: topic, key, headers and value are as derived from the definition of the connector',
  async (_, { provider, description, of }) => {
    const real = read.filter(isOf(typeOf(description), of));
    const build = messages[provider][description];
    const route = routes[provider];
    if (!build || !route) throw new Error(`${provider} has no ${description}`);
    // The trace is that of what caused it, which is for other tests.
    const { traceparent } = real[0]?.headers ?? {};
    expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/);
    const derived = route(await outboxRowOf({ ...build(of), traceparent }));
    // At least once: a copy is the same.
    expect(real.length).toBeGreaterThan(0);
    for (const record of real) expect(record).toEqual(derived);
  },
);
