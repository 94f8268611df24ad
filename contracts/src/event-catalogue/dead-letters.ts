import { z } from 'zod';
import { toDeadLetter } from '@ordermesh/chassis/dead-letters';
import { asExample, asRecord, type Message } from './message.ts';
import type { Reader } from './readers.ts';

const position = (description: string) => z.string().regex(/^\d+$/).describe(description);

const notARecord = { topic: 'orders.events', key: null, headers: {}, value: 'not an order' };

const ofServices: Omit<Message, 'topics' | 'writtenBy'> = {
  name: 'DeadLetter',
  summary: 'A record that its consumer can never process, as it came.',
  notes:
    'The headers of the record stay, and these are added. `npm run -s dlq -- list | show | replay` lists, shows and sends them back.',
  key: z.unknown().describe('As the record had it.'),
  headers: z.object({
    'dead-letter-reason': z.string().max(1000).describe('Why it cannot be processed.'),
    'dead-letter-consumer': z.string().describe('The group that gave it up.'),
    'dead-letter-topic': z.string().describe('Where it came from.'),
    'dead-letter-partition': position('Where it came from.'),
    'dead-letter-offset': position('Where it came from.'),
    'dead-letter-timestamp': position('Its time there (Unix milliseconds).'),
    'dead-letter-at': z.iso.datetime({ precision: 3 }).describe('When it was given up (ISO 8601, UTC).'),
    'dead-letter-origin': z
      .string()
      .describe(
        'Its identity, which it keeps however often it is sent back: `topic-partition-offset-timestamp` of where it was first.',
      ),
  }),
  value: z.unknown().describe('As the record had it, byte by byte.'),
  examples: [
    asExample(
      toDeadLetter(
        'catalogs',
        { record: asRecord(notARecord), reason: 'the value is not JSON' },
        new Date('2026-07-01T09:30:06.042Z'),
      ),
    ),
  ],
};

const ofConnectors: Omit<Message, 'topics' | 'writtenBy'> = {
  name: 'ConnectDeadLetter',
  summary: 'A record that a sink connector can never write, as it came.',
  notes: 'The headers of the record stay, and Kafka Connect adds these (KIP-298).',
  key: z.unknown().describe('As the record had it.'),
  headers: z.object({
    '__connect.errors.topic': z.string().describe('Where it came from.'),
    '__connect.errors.partition': position('Where it came from.'),
    '__connect.errors.offset': position('Where it came from.'),
    '__connect.errors.connector.name': z.string().describe('The connector that gave it up.'),
    '__connect.errors.task.id': position('Its task.'),
    '__connect.errors.stage': z.string().describe('At which step: VALUE_CONVERTER, TRANSFORMATION, …'),
    '__connect.errors.class.name': z.string().describe('The Java class that did the step.'),
    '__connect.errors.exception.class.name': z.string().describe('What kind of failure it was.'),
    '__connect.errors.exception.message': z.string().describe('Why it cannot be written.'),
    '__connect.errors.exception.stacktrace': z.string().describe('The same with the place in the code.'),
  }),
  value: z.unknown().describe('As the record had it, byte by byte.'),
  // Recorded from a real one; of the stack trace the first lines.
  examples: [
    {
      topic: 'orders-sink.dlq',
      key: null,
      headers: {
        '__connect.errors.topic': 'orders',
        '__connect.errors.partition': '2',
        '__connect.errors.offset': '0',
        '__connect.errors.connector.name': 'orders-sink',
        '__connect.errors.task.id': '0',
        '__connect.errors.stage': 'TRANSFORMATION',
        '__connect.errors.class.name': 'dev.ordermesh.connect.CheckColumns',
        '__connect.errors.exception.class.name': 'org.apache.kafka.connect.errors.DataException',
        '__connect.errors.exception.message': 'column product_id is missing: it has to be string 1..64',
        '__connect.errors.exception.stacktrace':
          'org.apache.kafka.connect.errors.DataException: column product_id is missing: it has to be string 1..64\n\tat dev.ordermesh.connect.CheckColumns.lambda$checkSchema$2(CheckColumns.java:125)',
      },
      value:
        '{"schema":{"type":"struct","name":"orders","fields":[{"field":"order_id","type":"string"}]},"payload":{"order_id":"x"}}',
    },
  ],
};

/** Every reader that gives records up has a topic for them. */
export function deadLetters(readers: readonly Reader[]): Message[] {
  const of = (message: Omit<Message, 'topics' | 'writtenBy'>, kind: Reader['kind']): Message => {
    const writers = readers.filter((reader) => reader.kind === kind);
    return {
      ...message,
      topics: writers.map((each) => each.deadLetterTopic),
      writtenBy: writers.map((each) => each.name),
      writersOn: (topic) => writers.filter((each) => each.deadLetterTopic === topic).map((each) => each.name),
    };
  };
  return [of(ofServices, 'service'), of(ofConnectors, 'connector')];
}
