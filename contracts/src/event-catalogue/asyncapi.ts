import { writersOn, type Catalogue, type Topic } from './catalogue.ts';
import { jsonSchemaOf } from './fields.ts';
import type { InternalTopic } from './internal-topics.ts';
import { valueOf, type Message } from './message.ts';

const description = `Every record that services, people and connectors exchange by a topic: who writes it, who reads it, and what it says.
Topics that connectors keep for themselves are there by name (\`x-internal\`); those of Kafka and Kafka Connect are not.

Consumers read at least once and are idempotent. Readers are tolerant: what they do not know in a record they let pass,
so fields may be added at any time. A type of event that a consumer does not know is a dead letter.`;

/** The catalogue as an AsyncAPI document (version 3.1.0). */
export function asAsyncApi(catalogue: Catalogue): Record<string, unknown> {
  const { topics, internal, messages } = catalogue;
  return {
    asyncapi: '3.1.0',
    info: {
      title: 'Ordermesh events',
      version: '1.0.0',
      description,
      license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT.html' },
    },
    defaultContentType: 'application/json',
    servers: {
      local: { host: '127.0.0.1:9092', protocol: 'kafka', description: 'The broker that `npm start` runs.' },
    },
    channels: Object.fromEntries([
      ...topics.map((topic) => [topic.name, channelOf(topic)] as const),
      ...internal.map((topic) => [topic.name, internalChannelOf(topic)] as const),
    ]),
    operations: Object.fromEntries([...sending(catalogue), ...receiving(catalogue)]),
    components: {
      messages: Object.fromEntries(messages.map((message) => [message.name, messageOf(catalogue, message)])),
    },
  };
}

function channelOf({ name, partitions, config, messages }: Topic) {
  const {
    'cleanup.policy': policy = 'delete',
    'retention.ms': retention,
    'max.message.bytes': size,
  } = config;
  return {
    address: name,
    messages: Object.fromEntries(
      messages.map((message) => [message.name, { $ref: `#/components/messages/${message.name}` }]),
    ),
    bindings: {
      kafka: {
        partitions,
        topicConfiguration: {
          'cleanup.policy': policy.split(','),
          ...(retention !== undefined && { 'retention.ms': Number(retention) }),
          ...(size !== undefined && { 'max.message.bytes': Number(size) }),
        },
        bindingVersion: '0.5.0',
      },
    },
  };
}

const internalChannelOf = ({ name, connector, summary }: InternalTopic) => ({
  address: name,
  summary: `Internal to the connector ${connector}. ${summary}`,
  messages: {},
  'x-internal': true,
});

function messageOf({ readingsOf }: Catalogue, message: Message) {
  const { name, summary, notes, headers, value, key, examples } = message;
  const reliedOn = readingsOf(message).flatMap(({ reader, reliedOn: needs }) =>
    needs ? [[reader.name, needs]] : [],
  );
  return {
    name,
    summary,
    ...(notes !== undefined && { description: notes }),
    contentType: 'application/json',
    headers: jsonSchemaOf(headers),
    payload: jsonSchemaOf(value),
    bindings: { kafka: { key: jsonSchemaOf(key), bindingVersion: '0.5.0' } },
    examples: examples.map((example) => ({ headers: example.headers, payload: valueOf(example) })),
    ...(reliedOn.length > 0 && { 'x-relied-on-by': Object.fromEntries(reliedOn) }),
  };
}

const operationId = (who: string, does: string, topic: string) =>
  `${who.replaceAll(' ', '-')}.${does}.${topic}`;

const operation = (action: 'send' | 'receive', topic: string, messages: Message[]) => ({
  action,
  channel: { $ref: `#/channels/${topic}` },
  messages: messages.map(({ name }) => ({ $ref: `#/channels/${topic}/messages/${name}` })),
});

function sending({ topics }: Catalogue) {
  return topics.flatMap(({ name: topic, messages }) => {
    const writers = [...new Set(messages.flatMap((message) => writersOn(topic, message)))];
    return writers.map((writer) => {
      const own = messages.filter((message) => writersOn(topic, message).includes(writer));
      const by = [...new Set(own.flatMap((message) => message.by ?? []))];
      return [
        operationId(writer, 'sends', topic),
        {
          ...operation('send', topic, own),
          summary: `${writer} writes to ${topic}${by.length > 0 ? `, through ${by.join(' and ')}` : ''}.`,
        },
      ] as const;
    });
  });
}

function receiving({ topics, readers, readingsOf }: Catalogue) {
  return topics.flatMap(({ name: topic, messages }) =>
    readers
      .filter((reader) => reader.topics.includes(topic))
      .map((reader) => {
        const acts = messages.filter((message) =>
          readingsOf(message).some(
            (each) => each.reader === reader && each.topic === topic && each.effect === 'acts on it',
          ),
        );
        return [
          operationId(reader.name, 'receives', topic),
          {
            ...operation('receive', topic, acts),
            summary: `${reader.name} acts on these messages of ${topic} and passes over the others.`,
            bindings: {
              kafka: { groupId: { type: 'string', enum: [reader.group] }, bindingVersion: '0.5.0' },
            },
          },
        ] as const;
      }),
  );
}
