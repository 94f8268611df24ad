/** Who depends on whom: an arrow of the picture, and the pact that must exist for it. */
export type Arrow = {
  consumer: string;
  provider: string;
  /** How they speak: records on Kafka, or GraphQL over HTTP. */
  kind: 'message' | 'graphql';
};

/** Every arrow has a pact, `pacts/<consumer>-<provider>.json`; an arrow without one fails the verification. */
export const arrows: readonly Arrow[] = [
  { consumer: 'catalogs', provider: 'orders', kind: 'message' },
  { consumer: 'catalogs', provider: 'users', kind: 'message' },
  { consumer: 'users', provider: 'catalogs', kind: 'message' },
  { consumer: 'orders', provider: 'catalogs', kind: 'message' },
  { consumer: 'orders', provider: 'users', kind: 'message' },
  // Instances of different versions run side by side: what one appends, another one's projector reads.
  { consumer: 'orders-projector', provider: 'orders', kind: 'message' },
  { consumer: 'orders-sink', provider: 'orders', kind: 'message' },
  { consumer: 'orders-products-sink', provider: 'catalogs', kind: 'message' },
  { consumer: 'gateway', provider: 'users', kind: 'graphql' },
  { consumer: 'gateway', provider: 'catalogs', kind: 'graphql' },
  { consumer: 'gateway', provider: 'orders', kind: 'graphql' },
  { consumer: 'client', provider: 'gateway', kind: 'graphql' },
];
