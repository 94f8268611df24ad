import { expect, test } from '@jest/globals';
import { createMetrics } from '@ordermesh/chassis/metrics';
import { createOrderMetrics } from '../src/order-metrics.ts';

test('what is watched for its increase is told as 0 before the first order', async () => {
  const metrics = createMetrics({ service: 'orders', instance: 'orders-1' });
  createOrderMetrics({ metrics });
  const lines = (await metrics.text())
    .split('\n')
    .filter((line) =>
      /^(orders_placed_total|order_status_changes_total|order_settle_seconds_count)/.test(line),
    )
    .map((line) => line.replace(/,?service="orders",instance="orders-1"/, '').replace('{,', '{'));
  expect(lines).toEqual([
    'orders_placed_total{} 0',
    ...['PENDING', 'CONFIRMED', 'REJECTED', 'CANCELLED'].map(
      (status) => `order_status_changes_total{status="${status}"} 0`,
    ),
    ...['CONFIRMED', 'REJECTED', 'CANCELLED'].map(
      (status) => `order_settle_seconds_count{status="${status}"} 0`,
    ),
  ]);
});
