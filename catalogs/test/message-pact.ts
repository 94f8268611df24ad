import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PactV4 } from '@pact-foundation/pact';
import type { ConsumedRecord } from '@ordermesh/chassis/record';

const pacts = join(import.meta.dirname, '../../contracts/pacts');

/** What a pact expects of one message: what the consumer reads of it, and nothing else. */
export type Expected = {
  /** What the provider knows the message by. */
  description: string;
  /** What the message is about, for the provider to build it. */
  about: Record<string, string | number>;
  topic: string;
  key?: string;
  headers: Record<string, string | ReturnType<typeof matching>>;
  value?: Record<string, unknown>;
};

/** Text of a pattern, which has to match all of it. */
export const matching = (pattern: string, example: string) => ({
  'pact:matcher:type': 'regex',
  regex: pattern,
  value: example,
});
/** Any object: its fields are of no concern. */
const anything = { 'pact:matcher:type': 'type', value: {} };

/** The pact of a consumer with a provider of messages, written anew by the one test file that creates it. */
export function createMessagePact(consumer: string, provider: string) {
  const dir = mkdtempSync(join(tmpdir(), 'pact-'));
  const file = `${consumer}-${provider}.json`;
  const pact = new PactV4({ consumer, provider, dir, logLevel: 'error' });

  return {
    /** Adds a message to the pact, if the consumer's own code can do with the very least that is expected of it. */
    async expects(
      { description, about, topic, key, headers, value }: Expected,
      handle: (record: ConsumedRecord) => void,
    ) {
      const named = Object.entries(headers).map(([name, text]) => [`header:${name}`, text]);
      await pact
        .addAsynchronousInteraction()
        .given('an order', about)
        .expectsToReceive(description, (message) => {
          message.withMetadata({ topic, ...(key !== undefined && { key }), ...Object.fromEntries(named) });
          message.withJSONContent(value ?? anything);
        })
        .executeTest(async ({ contents: { content }, metadata }) => {
          handle(recordOf(metadata, content));
          return Promise.resolve();
        });
    },
    /** Puts the pact in its place at one go: whoever reads pacts meanwhile finds the old one or the new one. */
    publish() {
      const whole = JSON.stringify(JSON.parse(readFileSync(join(dir, file), 'utf8')), null, 2);
      writeFileSync(join(pacts, `.${file}`), `${whole}\n`);
      renameSync(join(pacts, `.${file}`), join(pacts, file));
      rmSync(dir, { recursive: true });
    },
  };
}

/** The message as it comes from Kafka. */
function recordOf(metadata: object, content: unknown): ConsumedRecord {
  const texts = Object.entries(metadata).map(([name, text]): [string, string] => [name, String(text)]);
  const { topic = '', key, ...headers } = Object.fromEntries(texts);
  return {
    topic,
    partition: 0,
    offset: '7',
    timestamp: String(Date.UTC(2026, 6, 2)),
    key: key === undefined ? null : Buffer.from(key),
    value: Buffer.from(JSON.stringify(content)),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, text]) => [name.replace(/^header:/, ''), text]),
    ),
  };
}
