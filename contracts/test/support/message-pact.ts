import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PactV4 } from '@pact-foundation/pact';
import type { Append } from '@ordermesh/chassis/appender';

const pacts = join(import.meta.dirname, '../../pacts');

/** What a pact expects of one message: what the consumer reads of it, and nothing else. */
export type Expected = {
  /** What the provider knows the message by. */
  description: string;
  /** The provider state: what the message is about, for the provider to build it. */
  given: string;
  about: Record<string, string | number>;
  topic: string;
  key?: string;
  value: object | null;
};

/** The pact of a consumer with a provider of messages, written anew by the one test file that creates it. */
export function createMessagePact(consumer: string, provider: string) {
  const dir = mkdtempSync(join(tmpdir(), 'pact-'));
  const file = `${consumer}-${provider}.json`;
  const pact = new PactV4({ consumer, provider, dir, logLevel: 'error' });

  return {
    /** Adds a message to the pact, if the consumer's own code can do with the very least that is expected of it. */
    async expects(
      { description, given, about, topic, key, value }: Expected,
      handle: (record: Append) => void,
    ) {
      await pact
        .addAsynchronousInteraction()
        .given(given, about)
        .expectsToReceive(description, (message) => {
          // Pact takes any content for an expected null: the metadata says it too.
          const none = value === null && { value: 'none' };
          message.withMetadata({ topic, ...(key !== undefined && { key }), ...none });
          message.withJSONContent(value);
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

/** The message as it stands on its topic; the sinks read no header. */
function recordOf(metadata: object, content: unknown): Append {
  const texts = Object.entries(metadata).map(([name, text]): [string, string] => [name, String(text)]);
  const { topic = '', key = null } = Object.fromEntries(texts);
  return { topic, key, value: content === null ? null : JSON.stringify(content), headers: {} };
}
