import { expect, test } from '@jest/globals';
import { accounts } from '../src/accounts.ts';

const definition = /\b(ALL|CREATE|DROP|ALTER|TRIGGER|INDEX|GRANT)\b/;
const grantsOf = (name: string) => accounts.find((account) => account.name === name)?.grants ?? [];
const changes = /INSERT|UPDATE|DELETE/;

test('a service cannot change a table’s definition and reaches its own database only', () => {
  for (const service of ['users', 'catalogs', 'orders'])
    for (const { privileges, on } of grantsOf(service)) {
      expect(privileges).not.toMatch(definition);
      expect(on.split('.')[0]).toBe(service);
    }
});

test('orders cannot write orders or prices: that is for Kafka Connect alone', () => {
  const written = grantsOf('orders').filter(({ privileges }) => changes.test(privileges));
  expect(written.map(({ on }) => on)).toEqual(['orders.idempotency_keys']);
});

test('each sink writes the tables of its own topics and sees nothing else', () => {
  expect(grantsOf('orders_sink').map(({ on }) => on)).toEqual(['orders.orders', 'orders.probes']);
  expect(grantsOf('orders_products_sink').map(({ on }) => on)).toEqual(['orders.products']);
});

test('a source connector reads', () => {
  for (const source of ['catalogs_cdc', 'users_cdc', 'reports_source'])
    for (const { privileges } of grantsOf(source)) expect(privileges).not.toMatch(changes);
});
