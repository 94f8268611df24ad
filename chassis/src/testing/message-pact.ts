import type { ConsumedRecord } from '../record.ts';
import type { matching } from './matchers.ts';
import { createPactFile } from './pact-file.ts';

/** What a pact expects of one message: what the consumer reads of it, and nothing else. */
export type Expected = {
  /** What the provider knows the message by. */
  description: string;
  /** The provider state: what the message is about, for the provider to build it. */
  given: string;
  about: Record<string, string | number>;
  topic: string;
  key?: string;
  headers?: Record<string, string | ReturnType<typeof matching>>;
  /** Any object when it is left out: its fields are of no concern. */
  value?: object | null;
};

const anything = { 'pact:matcher:type': 'type', value: {} };

/** The pact of a consumer with a provider of messages, written anew by the one test file that creates it. */
export function createMessagePact(consumer: string, provider: string) {
  const pact = createPactFile(consumer, provider);

  return {
    /** A test that adds a message to the pact, if the consumer's own code can do with the very least that is expected. */
    expects(
      name: string,
      { description, given, about, topic, key, headers = {}, value = anything }: Expected,
      handle: (record: ConsumedRecord) => Promise<void> | void,
    ): void {
      pact.test(name, async () => {
        const named = Object.entries(headers).map(([header, text]) => [`header:${header}`, text]);
        // Pact takes any content for an expected null: the metadata says it too.
        const none = value === null && { value: 'none' };
        await pact
          .message(description)
          .given(given, about)
          .expectsToReceive(description, (message) => {
            const metadata = {
              topic,
              ...(key !== undefined && { key }),
              ...Object.fromEntries(named),
              ...none,
            };
            message.withMetadata(metadata);
            message.withJSONContent(value);
          })
          .executeTest(async ({ contents: { content }, metadata }) => handle(recordOf(metadata, content)));
      });
    },
  };
}

/** The message as it comes from Kafka; later than anything that it speaks of. */
function recordOf(metadata: object, content: unknown): ConsumedRecord {
  const texts = Object.entries(metadata).map(([name, text]): [string, string] => [name, String(text)]);
  const headers = texts.filter(([name]) => name.startsWith('header:'));
  const { topic = '', key } = Object.fromEntries(texts);
  return {
    topic,
    partition: 0,
    offset: '7',
    timestamp: String(Date.UTC(2026, 6, 2)),
    key: key === undefined ? null : Buffer.from(key),
    value: content === null ? null : Buffer.from(JSON.stringify(content)),
    headers: Object.fromEntries(headers.map(([name, text]) => [name.slice('header:'.length), text])),
  };
}
