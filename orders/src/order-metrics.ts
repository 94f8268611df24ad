import type { Telemetry } from '@ordermesh/chassis/telemetry';
import type { OrderStatus } from './order.ts';

/** Seconds: settling is a matter of tenths of one; what takes longer waits for something that is down. */
const settleBuckets = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 30, 60, 300];

/** What the business looks at. Redelivery and replay count again: rates are true, sums since the start nearly so. */
export function createOrderMetrics({ metrics }: Pick<Telemetry, 'metrics'>) {
  const placed = metrics.counter({
    name: 'orders_placed_total',
    help: 'Orders whose placement the broker has acknowledged',
  });
  const changes = metrics.counter({
    name: 'order_status_changes_total',
    help: 'Rows projected, by the status that they show',
    labelNames: ['status'],
  });
  const settling = metrics.histogram({
    name: 'order_settle_seconds',
    help: 'From when an order was placed until its outcome was appended',
    labelNames: ['status'],
    buckets: settleBuckets,
  });
  // There from the beginning, so that the first one is seen as an increase.
  for (const status of ['PENDING', 'CONFIRMED', 'REJECTED', 'CANCELLED']) changes.inc({ status }, 0);
  for (const status of ['CONFIRMED', 'REJECTED', 'CANCELLED']) settling.zero({ status });

  return {
    placed: () => placed.inc(),
    changed: (status: OrderStatus) => changes.inc({ status }),
    settled: (status: OrderStatus, placedAt: Date) =>
      settling.observe({ status }, Math.max(0, Date.now() - placedAt.getTime()) / 1_000),
  };
}
