import { z } from 'zod';
import { identifier } from '@ordermesh/chassis/published-event';
import { routeOutbox, type Message } from './message.ts';
import { typedByHand } from './typed-by-hand.ts';

// What the stack sends through the pipes before it starts the consumers: a connector that says RUNNING proves nothing.

const stack = { writtenBy: ['the stack'] };

const probe = {
  id: '2c1b0d4e-7f0a-4c1e-9a50-0d6a3b5e8f10',
  type: 'Probe',
  aggregate_id: 'probe',
  payload: '{}',
};

const outboxProbe: Message = {
  name: 'Probe',
  topics: ['catalogs.events', 'users.events'],
  ...stack,
  by: 'the outbox of the service that the topic is named after, and its connector',
  summary: 'The way from the outbox to the topic is open.',
  notes: 'Of no concern to any consumer, and no dead letter.',
  key: z.literal('probe'),
  headers: z.object({ id: z.uuid().describe('Of the probe.'), type: z.literal('Probe') }),
  value: z.object({}),
  examples: ['catalogs', 'users'].map((service) => routeOutbox(service, { ...probe, traceparent: null })),
};

const { value, examples } = typedByHand.rowTyped;

const sinkProbe: Message = {
  name: 'OrderRowProbe',
  topics: ['orders.probes'],
  ...stack,
  summary: 'The way through the sink connector into the database is open.',
  notes: 'A row as on the topic `orders`, for the table `probes`, which has the same columns.',
  key: identifier('The id of the probe.'),
  headers: z.object({}),
  value,
  examples: examples.map((example) => ({ ...example, topic: 'orders.probes', key: 'probe-1' })),
};

export const probes: Message[] = [outboxProbe, sinkProbe];
