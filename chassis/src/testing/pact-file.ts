import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, jest, test } from '@jest/globals';
import { PactV4 } from '@pact-foundation/pact';

const pacts = join(import.meta.dirname, '../../../contracts/pacts');
/** Pact's stand-ins are processes of their own, on a machine that may be busy; in milliseconds. */
const timeoutMs = 120_000;

/**
 * The pact that one test file is about. What the file's tests add takes the place of the old pact only after all of them
 * have run and passed: a part of a run, or one that failed, says nothing about the other interactions.
 */
export function createPactFile(consumer: string, provider: string) {
  jest.setTimeout(timeoutMs);
  const file = `${consumer}-${provider}.json`;
  let pact: { dir: string; builder: PactV4 } | undefined;
  const described = new Set<string>();
  let tests = 0;
  let passed = 0;

  // Not before a test needs it: of a file whose tests are all skipped no hook runs that could tidy up.
  function begun() {
    const dir = mkdtempSync(join(tmpdir(), 'pact-'));
    return { dir, builder: new PactV4({ consumer, provider, dir, logLevel: 'error' }) };
  }

  afterAll(() => {
    if (!pact) return;
    if (passed === tests) publish(join(pact.dir, file), file);
    else process.stderr.write(`${file} stays as it is: ${passed} of ${tests} tests passed\n`);
    rmSync(pact.dir, { recursive: true });
  });

  function builderFor(description: string): PactV4 {
    if (described.has(description)) throw new Error(`${file}: two interactions are ${description}`);
    described.add(description);
    pact ??= begun();
    return pact.builder;
  }

  return {
    /** A test that the pact depends on: all of the file's are to be written with this one. */
    test(name: string, run: () => Promise<void>): void {
      tests++;
      test(name, async () => {
        await run();
        passed++;
      });
    },

    /** A new request and its answer, under a description that no other interaction has. */
    interaction: (description: string) => builderFor(description).addInteraction().uponReceiving(description),

    /** A new message, under a description that no other interaction has. */
    message: (description: string) => builderFor(description).addAsynchronousInteraction(),
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
