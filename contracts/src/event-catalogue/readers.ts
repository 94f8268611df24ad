import { createReserveStock } from '@ordermesh/catalogs/reserve-stock';
import type { Handler } from '@ordermesh/chassis/consumer';
import { InvalidRecordError } from '@ordermesh/chassis/errors';
import { readDefinitions, type Definition } from '@ordermesh/connectors';
import { createProjectOrders } from '@ordermesh/orders/project-orders';
import { createSettleOrders } from '@ordermesh/orders/settle-orders';
import { createTakePayment } from '@ordermesh/users/take-payment';
import { asRecord, type Example } from './message.ts';

/** What becomes of a record. */
export type Effect = 'acts on it' | 'passes over it' | 'makes it a dead letter';

/** Whoever reads topics: a service's consumer or a sink connector. */
export type Reader = {
  kind: 'service' | 'connector';
  /** The consumer group of a service, the name of a connector. */
  name: string;
  group: string;
  /** Who it is in the pacts. */
  pactConsumer: string;
  topics: string[];
  deadLetterTopic: string;
  effectOf: (example: Example) => Effect;
};

const none = () => Promise.reject(new Error('the catalogue only reads'));
const [database, appender] = [{ transaction: none }, { append: none }];

const consumers: {
  group: string;
  pactConsumer?: string;
  handler: Pick<Handler<unknown>, 'topics' | 'parse'>;
}[] = [
  { group: 'catalogs', handler: createReserveStock({ database }) },
  { group: 'users', handler: createTakePayment({ database }) },
  { group: 'orders-process', pactConsumer: 'orders', handler: createSettleOrders({ appender }) },
  { group: 'orders-projector', handler: createProjectOrders({ appender }) },
];

function effectOn(parse: (record: ReturnType<typeof asRecord>) => unknown, example: Example): Effect {
  try {
    return parse(asRecord(example)) === null ? 'passes over it' : 'acts on it';
  } catch (error) {
    if (error instanceof InvalidRecordError) return 'makes it a dead letter';
    throw error;
  }
}

const asReader = ({ group, pactConsumer = group, handler }: (typeof consumers)[number]): Reader => ({
  ...{ kind: 'service', name: group, group, pactConsumer, topics: handler.topics },
  deadLetterTopic: `${group}.dlq`,
  effectOf: (example) => effectOn((record) => handler.parse(record), example),
});

const sinkReader = ({ name, config }: Definition, topics: string): Reader => ({
  ...{ kind: 'connector', name, group: `connect-${name}`, pactConsumer: name },
  topics: topics.split(',').map((topic) => topic.trim()),
  deadLetterTopic: config['errors.deadletterqueue.topic.name'] ?? '',
  // Only a real one could tell.
  effectOf: () => 'acts on it',
});

/** Everybody who reads a topic, from the services' handlers and the connectors' definitions. */
export function readReaders(): Reader[] {
  const sinks = readDefinitions().flatMap((definition) => {
    const { topics } = definition.config;
    return topics === undefined ? [] : [sinkReader(definition, topics)];
  });
  return [...consumers.map(asReader), ...sinks];
}
