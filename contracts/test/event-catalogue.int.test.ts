// What really lies on the topics of a running system, held to the catalogue of events.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { waitFor } from '@ordermesh/stack/testing';
import { readCatalogue } from '../src/event-catalogue/catalogue.ts';
import { mistakesOf } from '../src/event-catalogue/deviations.ts';
import type { Example, Message } from '../src/event-catalogue/message.ts';
import { follow, signUp, topicNames, type } from './support/running-shop.ts';

const { topics, internal, messages } = await readCatalogue();
const byName = new Map(messages.map((message) => [message.name, message]));
const nonsense = `nonsense ${randomUUID()}`;
const orders: Record<string, string> = {};
let records: Example[];
let stop: () => Promise<void>;

const message = (name: string): Message => {
  const found = byName.get(name);
  if (!found) throw new Error(`no message ${name} in the catalogue`);
  return found;
};

/** The records of that message that belong to this run; of what no run has of its own, all. */
function recordsOf({ name, topics }: Message): Example[] {
  const own = new Set(Object.values(orders));
  return records.filter(({ topic, key, headers, value }) => {
    if (!topics.includes(topic)) return false;
    if (name.endsWith('DeadLetter')) return value === nonsense;
    if (name === 'ProductRow') return key === 'CATALOG-001' && value !== null;
    // Other tests send the sink what it must turn away by this topic.
    if (name === 'OrderRowProbe') return key?.startsWith('probe-') ?? false;
    return (
      headers['type'] === (name === 'OrderRow' ? 'OrderRow' : name) && (key === 'probe' || own.has(key ?? ''))
    );
  });
}

/** Waits until that holds; what was seen last is named when it never does. */
const until = <T>(what: string, look: () => T | Promise<T>, holds: (seen: T) => boolean) =>
  waitFor(
    async () => {
      const seen = await look();
      if (!holds(seen)) throw new Error(JSON.stringify(seen));
      return true;
    },
    { what, deadline: 60_000, interval: 100 },
  );

beforeAll(async () => {
  ({ records, stop } = await follow(topics.map(({ name }) => name)));
  await Promise.all([type('orders.events', nonsense), type('orders', nonsense)]);

  const customer = await signUp();
  const settled = (id: string, expected: string) =>
    until(
      `the status of the order that is to be ${expected}`,
      () => customer.statusOf(id),
      (seen) => seen === expected,
    );
  orders.declined = await customer.order(1);
  await settled(orders.declined, 'REJECTED');
  await customer.deposit(1_000_000);
  orders.rejected = await customer.order(10_000);
  orders.cancelled = await customer.order(1);
  await settled(orders.cancelled, 'CONFIRMED');
  await customer.cancel(orders.cancelled);
  await settled(orders.cancelled, 'CANCELLED');
  await settled(orders.rejected, 'REJECTED');
}, 120_000);

afterAll(() => stop());

// The first heartbeat comes after the interval that the definitions say.
test('every topic of the catalogue is there, also those that connectors keep for themselves', () =>
  until('the topics', topicNames, (there) =>
    [...topics, ...internal].every(({ name }) => there.includes(name)),
  ));

// Typed by people and deleted by admins: not in this run.
const elsewhere = ['StockMovement', 'OrderPlacedByHand', 'OrderRowByHand', 'ProductRowDeleted'];

test.each(messages.map(({ name }) => name).filter((name) => !elsewhere.includes(name)))(
  'what lies on the topics as %s is as the catalogue says',
  async (name) => {
    const described = message(name);
    await until(
      `records of ${name}`,
      () => recordsOf(described),
      (found) => found.length > 0,
    );
    expect(recordsOf(described).flatMap((record) => mistakesOf(described, record))).toEqual([]);
  },
);
