// A process of its own for Pact's verifier: its native part writes its findings to standard output, come what may.
import { Verifier, type VerifierOptions } from '@pact-foundation/pact';

process.once('message', (options: VerifierOptions) => {
  new Verifier(options).verifyProvider().then(answer, (error: unknown) => {
    // With mismatches it fails, and the message is the same JSON.
    answer(error instanceof Error ? error.message : String(error));
  });
});

function answer(result: unknown): void {
  process.send?.(result, () => process.exit());
}
