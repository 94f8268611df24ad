/** CPU time that an order costs each process, in microseconds, from its placement to its CONFIRMED row. */
export type ServiceTimes = Record<string, number>;

/** What runs JavaScript on one core however many the machine has; the broker, Connect and the database use all of them. */
const singleThreaded = ['gateway', 'users', 'catalogs', 'orders'];

export type Limit = { process: string; ordersPerSecond: number };

/**
 * The rate at which each would have no time left if it had a machine like this one for itself: a core for what runs on
 * one, all `cores` for the others. Arithmetic, not a measurement: waiting for each other and the network come on top.
 * Lowest first.
 */
export function saturation(times: ServiceTimes, cores: number): Limit[] {
  return Object.entries(times)
    .map(([process, microseconds]) => ({
      process,
      ordersPerSecond: (singleThreaded.includes(process) ? 1 : cores) * (1e6 / microseconds),
    }))
    .toSorted((a, b) => a.ordersPerSecond - b.ordersPerSecond);
}

/** How many instances of orders it takes until something else is the limit. */
export function usefulInstances(limits: Limit[]): { instances: number; then: Limit } | undefined {
  const one = limits.find(({ process }) => process === 'orders');
  const then = limits.find(({ process }) => process !== 'orders');
  return (
    one && then && { instances: Math.max(1, Math.ceil(then.ordersPerSecond / one.ordersPerSecond)), then }
  );
}
