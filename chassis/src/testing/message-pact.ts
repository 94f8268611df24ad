import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, test } from '@jest/globals';
import { PactV4 } from '@pact-foundation/pact';
import type { ConsumedRecord } from '../record.ts';
import type { matching } from './matchers.ts';

const pacts = join(import.meta.dirname, '../../../contracts/pacts');

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

/**
 * The pact of a consumer with a provider of messages, written anew by the one test file that creates it. It takes the old
 * one's place only after all interactions of the file have run and held: part of a run, or one that failed, says
 * nothing about the others.
 */
export function createMessagePact(consumer: string, provider: string) {
  const file = `${consumer}-${provider}.json`;
  let pact: { dir: string; builder: PactV4 } | undefined;
  const expected = new Set<string>();
  const held = new Set<string>();

  // Not before a test needs it: of a file whose tests are all skipped no hook runs that could tidy up.
  function begun() {
    const dir = mkdtempSync(join(tmpdir(), 'pact-'));
    return { dir, builder: new PactV4({ consumer, provider, dir, logLevel: 'error' }) };
  }

  afterAll(() => {
    if (!pact) return;
    if (held.size === expected.size) publish(join(pact.dir, file), file);
    else process.stderr.write(`${file} stays as it is: ${held.size} of ${expected.size} interactions held\n`);
    rmSync(pact.dir, { recursive: true });
  });

  return {
    /** A test that adds a message to the pact, if the consumer's own code can do with the very least that is expected. */
    expects(
      name: string,
      { description, given, about, topic, key, headers = {}, value = anything }: Expected,
      handle: (record: ConsumedRecord) => Promise<void> | void,
    ): void {
      if (expected.has(description)) throw new Error(`${file}: two interactions are ${description}`);
      expected.add(description);
      test(name, async () => {
        pact ??= begun();
        const named = Object.entries(headers).map(([header, text]) => [`header:${header}`, text]);
        // Pact takes any content for an expected null: the metadata says it too.
        const none = value === null && { value: 'none' };
        await pact.builder
          .addAsynchronousInteraction()
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
        held.add(description);
      });
    },
  };
}

/** Puts the pact in its place at one go: whoever reads pacts meanwhile finds the old one or the new one. */
function publish(written: string, file: string): void {
  const whole = JSON.stringify(JSON.parse(readFileSync(written, 'utf8')), null, 2);
  // By its name no pact: a run that is cut short here leaves none behind.
  const temporary = join(pacts, `.${file}.tmp`);
  writeFileSync(temporary, `${whole}\n`);
  renameSync(temporary, join(pacts, file));
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
