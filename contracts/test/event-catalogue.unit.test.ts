import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import * as ordersEvents from '@ordermesh/orders/events';
import { announced as announcedByCatalogs } from '@ordermesh/catalogs/contract/published-events';
import { announced as announcedByUsers } from '@ordermesh/users/contract/published-events';
import { readDefinition } from '@ordermesh/connectors';
import { readCatalogue } from '../src/event-catalogue/catalogue.ts';
import { deviations } from '../src/event-catalogue/deviations.ts';
import { fieldsOf } from '../src/event-catalogue/fields.ts';
import { renderCatalogue } from '../src/event-catalogue/files.ts';
import { internalTopics } from '../src/event-catalogue/internal-topics.ts';
import { asRecord, type Message } from '../src/event-catalogue/message.ts';
import { typedByHand } from '../src/event-catalogue/typed-by-hand.ts';

const catalogue = await readCatalogue();
const { messages, topics, internal, readers, readingsOf } = catalogue;
const root = new URL('../../', import.meta.url);
const readText = (path: string) => readFileSync(new URL(path, root), 'utf8');

const files = await renderCatalogue();

/** Of two long texts only where they part. */
function firstDifference(found: string, expected: string): string | undefined {
  const [lines, wanted] = [found.split('\n'), expected.split('\n')];
  const at = wanted.findIndex((line, i) => line !== lines[i]);
  if (at < 0 && lines.length === wanted.length) return undefined;
  return `line ${at + 1} is ${JSON.stringify(lines[at])}, has to be ${JSON.stringify(wanted[at])}`;
}

test.each(files.map((each) => [each.name, each] as const))(
  '%s is what the code says (else: npm run event-catalogue)',
  (_, { file, text }) => {
    expect(firstDifference(readFileSync(file, 'utf8'), text)).toBeUndefined();
  },
);

test('the document is one that AsyncAPI’s own parser takes, without a word', () => {
  // In a process of its own: the parser's many CommonJS modules are not for Jest's module registry.
  const script = fileURLToPath(new URL('support/parse-asyncapi.ts', import.meta.url));
  const input = files.find(({ name }) => name.endsWith('.json'))?.text;
  const { stdout, stderr } = spawnSync(process.execPath, [script], { input, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({
    diagnostics: [],
    channels: topics.length + internal.length,
    messages: messages.length,
  });
}, 60_000);

describe('every topic', () => {
  test.each(topics.map(({ name, messages: found }) => [name, found] as const))(
    '%s has messages',
    (_, found) => {
      expect(found).not.toEqual([]);
    },
  );

  test('of a message is one of topics.json', () => {
    const known = topics.map(({ name }) => name);
    expect(known).toEqual(expect.arrayContaining(messages.flatMap((message) => message.topics)));
  });

  test('that anybody reads is one of topics.json', () => {
    const known = topics.map(({ name }) => name);
    expect(known).toEqual(expect.arrayContaining(readers.flatMap((reader) => reader.topics)));
  });
});

test('the topics that connectors keep for themselves are those that their definitions name', () => {
  const definition = (config: Record<string, string>) => [{ name: 'x', config }];
  const namesOf = (config: Record<string, string>) =>
    internalTopics(definition(config)).map(({ name }) => name);
  const history = { 'schema.history.internal.kafka.topic': 'x.history' };
  expect(namesOf({ 'topic.prefix': 'x', 'heartbeat.interval.ms': '10', ...history })).toEqual([
    '__debezium-heartbeat.x',
    'x.history',
  ]);
  expect(namesOf({ 'topic.prefix': 'x' })).toEqual([]);
  expect(namesOf({ topics: 'orders' })).toEqual([]);
});

describe.each(messages.map((message) => [message.name, message] as const))('%s', (_, message: Message) => {
  test('is written as it is described: nothing more, nothing less, on no other topic', () => {
    expect(deviations(message)).toEqual([]);
  });

  test('has a description of every field and header that is not a part of Kafka Connect’s envelope', () => {
    const fields = [...fieldsOf(message.headers), ...fieldsOf(message.value)];
    const silent = fields.filter(
      ({ path, description }) => description === '' && !/^(schema|payload)\b/.test(path),
    );
    expect(silent.map(({ path }) => path).filter((path) => path !== 'type')).toEqual([]);
  });

  test('is a dead letter to nobody who reads its topics', () => {
    const effects = readingsOf(message).map(({ reader, effect }) => `${reader.name} ${effect}`);
    expect(effects.filter((effect) => effect.endsWith('dead letter'))).toEqual([]);
  });
});

describe('whatever a service can publish is described in its contract/published-events.ts:', () => {
  function undescribed(service: string, types: string[]): string[] {
    const own = messages.filter(({ writtenBy }) => writtenBy.includes(service)).map(({ name }) => name);
    return [...new Set(types)].filter((type) => !own.includes(type));
  }

  test('by orders, what each of its builders makes', () => {
    const builders = Object.values(ordersEvents).filter((each) => typeof each === 'function');
    expect(
      undescribed(
        'orders',
        builders.map((build) => build.name.replace(/^o/, 'O')),
      ),
    ).toEqual([]);
  });

  test.each([
    ['catalogs', announcedByCatalogs],
    ['users', announcedByUsers],
  ])('by %s, the event of every state', (service, announced) => {
    const types = announced().map(({ type }) => type);
    expect(undescribed(service, types)).toEqual([]);
  });
});

describe('whoever reads', () => {
  test.each(['catalogs', 'users', 'orders'])('as a consumer of %s is in the catalogue', (service) => {
    const wired = readText(`${service}/src/main.ts`).matchAll(/createConsumer\(\{[^}]*?groupId: '([^']+)'/gs);
    const groups = [...wired].map(([, group]) => group);
    expect(groups.length).toBeGreaterThan(0);
    expect(readers.map(({ group }) => group)).toEqual(expect.arrayContaining(groups));
  });

  test('as a consumer in the catalogue is wired in a service', () => {
    const mains = ['catalogs', 'users', 'orders']
      .map((service) => readText(`${service}/src/main.ts`))
      .join('\n');
    const groups = readers.filter(({ kind }) => kind === 'service').map(({ group }) => group);
    for (const group of groups) expect(mains).toContain(`groupId: '${group}'`);
  });
});

describe('what people type', () => {
  const { orderTyped, stockMovement, rowTyped } = typedByHand;
  const reader = (name: string) => readers.find((each) => each.name === name);

  test('an order is one to catalogs and to the projector', () => {
    for (const example of orderTyped.examples) {
      expect(reader('catalogs')?.effectOf(example)).toBe('acts on it');
      expect(reader('orders-projector')?.effectOf(example)).toBe('acts on it');
    }
  });

  test('a stock movement is none of the projector’s business', () => {
    for (const example of stockMovement.examples) {
      expect(asRecord(example).headers).toEqual({});
      expect(reader('catalogs')?.effectOf(example)).toBe('acts on it');
      expect(reader('orders-projector')?.effectOf(example)).toBe('passes over it');
    }
  });

  test('a row has the columns that the sink wants, and no others', () => {
    const { config } = readDefinition(
      fileURLToPath(new URL('connectors/definitions/orders-sink.json', root)),
    );
    const prefix = 'transforms.check.column.';
    const wanted = Object.entries(config)
      .filter(([name, what]) => name.startsWith(prefix) && !what.startsWith('optional'))
      .map(([name]) => `payload.${name.slice(prefix.length)}`);
    const documented = fieldsOf(rowTyped.value).map(({ path }) => path);
    expect(documented.filter((path) => path.startsWith('payload.'))).toEqual(wanted);
  });
});
