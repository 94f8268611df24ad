// A process of its own for Pact's verifier: its native part prints a report that nothing but the standard output of its
// process can keep back. Gets a VerifierInput, answers what Pact finds, as JSON, or an Error's message.
import { Verifier } from '@pact-foundation/pact';
import type { VerifierInput } from './pact-verifier.ts';

async function verify({ messages, ...options }: VerifierInput): Promise<string> {
  const messageProviders = Object.entries(messages ?? {}).map(
    ([description, { metadata, content }]) =>
      [description, () => Promise.resolve({ __pactMessageMetadata: metadata, message: content })] as const,
  );
  const verifier = new Verifier({
    ...options,
    logLevel: 'error',
    ...(messages && { messageProviders: Object.fromEntries(messageProviders) }),
  });
  try {
    return await verifier.verifyProvider();
  } catch (error) {
    // What does not hold is told as an error whose message is the same JSON.
    return error instanceof Error ? error.message : String(error);
  }
}

process.once('message', (input: VerifierInput) => {
  void verify(input).then((answer) => process.send?.(answer, () => process.exit()));
});
