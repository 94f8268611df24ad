import { writersOn, type Catalogue, type Reading, type Topic } from './catalogue.ts';
import { fieldsOf, jsonSchemaOf, typeOf, type Field } from './fields.ts';
import type { InternalTopic } from './internal-topics.ts';
import { valueOf, type Message } from './message.ts';
import { code, link, list, prettyJson, table } from './markdown.ts';
import type { ReliedOn } from './relied-on.ts';

const begin = `<!-- Written by \`npm run event-catalogue\` from the code: change that, not this. -->

# Events

Every record that services, people and connectors exchange by a topic: who writes it, who reads it, and what it says. Made
from the code: the schemas that each service states in \`contract/published-events.ts\`, examples by the code that writes
them, readers by the code that reads them, and what each reader relies on from its pact. The same for machines:
[\`events.asyncapi.json\`](events.asyncapi.json) (AsyncAPI 3).

Values are JSON. Consumers read at least once and are idempotent. Readers are tolerant: what they do not know in a record
they let pass, so fields may be added at any time; a type of event that a consumer does not know becomes a dead letter.`;

/** The catalogue as a page of Markdown. */
export function asPage(catalogue: Catalogue): string {
  const { topics, internal, messages } = catalogue;
  const isRead = (topic: Topic) => groupsOf(catalogue, topic).length > 0;
  const unread = topics.filter((topic) => !isRead(topic));
  return [
    begin,
    contents(topics.filter(isRead), unread),
    ...topics.filter(isRead).map((topic) => topicSection(catalogue, topic)),
    operatorsSection(unread),
    internalSection(internal),
    '## Messages',
    ...messages.map((message) => messageSection(catalogue, message)),
    '',
  ].join('\n\n');
}

const forOperators = 'Dead letters';
const forConnectors = 'Internal topics';

const contents = (topics: Topic[], unread: Topic[]) =>
  table(
    ['topic', 'messages'],
    [
      ...topics.map(({ name, messages }) => [
        link(name),
        list(messages.map((message) => link(message.name))),
      ]),
      [
        link(forOperators),
        list([...new Set(unread.flatMap(({ messages }) => messages.map(({ name }) => link(name))))]),
      ],
      [link(forConnectors), ''],
    ],
  );

const settingsOf = ({ partitions, config }: Topic) =>
  list([
    `${partitions} partitions`,
    ...Object.entries(config).map(([key, value]) => code(`${key}=${value}`)),
  ]);

const writersOf = ({ name, messages }: Topic) =>
  list([...new Set(messages.flatMap((message) => writersOn(name, message)))]);

const groupsOf = ({ readers }: Catalogue, { name }: Topic) =>
  readers.filter(({ topics }) => topics.includes(name)).map(({ group }) => code(group));

function topicSection(catalogue: Catalogue, topic: Topic): string {
  const { name, messages } = topic;
  const groups = groupsOf(catalogue, topic);
  return [
    `## ${name}`,
    `${settingsOf(topic)}. Written by ${writersOf(topic)}; read by the consumer group${
      groups.length > 1 ? 's' : ''
    } ${list(groups)}.`,
    table(
      ['message', 'written by', 'says'],
      messages.map((message) => [link(message.name), list(writersOn(name, message)), message.summary]),
    ),
  ].join('\n\n');
}

/** Topics that no consumer reads. */
const operatorsSection = (topics: Topic[]) =>
  [
    `## ${forOperators}`,
    'Read by operators: see [DeadLetter](#deadletter).',
    table(
      ['topic', 'written by', 'message', 'settings'],
      topics.map((topic) => [
        code(topic.name),
        writersOf(topic),
        list(topic.messages.map(({ name }) => link(name))),
        settingsOf(topic),
      ]),
    ),
  ].join('\n\n');

const internalSection = (topics: InternalTopic[]) =>
  [
    `## ${forConnectors}`,
    'Kept by connectors for themselves, as their definitions say: nobody else reads or writes them, and what lies on them is\nDebezium’s own. Kafka keeps `__consumer_offsets`, Kafka Connect `connect.*`.',
    table(
      ['topic', 'connector', 'says'],
      topics.map(({ name, connector, summary }) => [code(name), code(connector), summary]),
    ),
  ].join('\n\n');

function messageSection({ readingsOf }: Catalogue, message: Message): string {
  const { name, topics, summary, notes, writtenBy, by, key, headers, value, examples } = message;
  const readings = readingsOf(message);
  return [
    `### ${name}`,
    [summary, notes].filter(Boolean).join(' '),
    `On ${list(topics.map(link))}. Written by ${list(writtenBy)}${by === undefined ? '' : `, through ${by}`}.`,
    ...(readings.length > 0 ? [readersTable(readings)] : []),
    `**Key**: ${typeOf(jsonSchemaOf(key))}. ${key.description ?? ''}`.trim(),
    ...section('header', fieldsOf(headers)),
    ...section(
      'Value',
      fieldsOf(value),
      `**Value**: ${typeOf(jsonSchemaOf(value))}. ${value.description ?? ''}`,
    ),
    ...examples.slice(0, 1).map((example) => block(example)),
  ].join('\n\n');
}

const readersTable = (readings: Reading[]) =>
  table(
    ['read by', 'which', 'relies on'],
    readings.map(({ reader, effect, reliedOn }) => [code(reader.group), effect, needs(reliedOn)]),
  );

function needs(reliedOn: ReliedOn | undefined): string {
  if (!reliedOn) return '';
  const { key, headers, fields } = reliedOn;
  return [
    ...(fields.length > 0 ? [list(fields.map(code))] : []),
    ...(headers.length > 0 ? [`headers ${list(headers.map(code))}`] : []),
    ...(key ? ['the key'] : []),
  ].join('; ');
}

function section(title: string, fields: Field[], otherwise?: string): string[] {
  if (fields.length === 0) return otherwise === undefined ? [] : [otherwise.trim()];
  const rows = fields.map(({ path, type, unit, required, description }) => [
    code(path),
    unit === '' ? type : `${type}, ${unit}`,
    required ? 'always' : 'optional',
    description,
  ]);
  return [table([title, 'type', 'written', 'what it is'], rows)];
}

function block(example: Message['examples'][number]): string {
  const { topic, key, headers } = example;
  const json = prettyJson({ topic, key, headers, value: valueOf(example) });
  return `\`\`\`json\n${json}\n\`\`\``;
}
