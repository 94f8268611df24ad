// Holds messages to a pact file. A process of its own, as Pact prints a report that nothing but the standard output
// of its process can keep back. Gets a VerifierInput, answers what Pact finds, as JSON, or an Error's message.
import { Verifier, type LogLevel } from '@pact-foundation/pact';
import type { PactMessage } from './verify-messages.ts';

export type VerifierInput = {
  provider: string;
  pactFile: string;
  /** By description. */
  messages: Record<string, PactMessage>;
};

const logLevel: LogLevel = 'error';

async function verify({ provider, pactFile, messages }: VerifierInput): Promise<string> {
  const verifier = new Verifier({
    provider,
    pactUrls: [pactFile],
    logLevel,
    messageProviders: Object.fromEntries(
      Object.entries(messages).map(([description, { metadata, content }]) => [
        description,
        () => Promise.resolve({ __pactMessageMetadata: metadata, message: content }),
      ]),
    ),
  });
  try {
    return await verifier.verifyProvider();
  } catch (error) {
    // What does not hold is told as an error whose message is the same JSON.
    return error instanceof Error ? error.message : String(error);
  }
}

process.once('message', (input: VerifierInput) => {
  void verify(input).then((answer) => process.send?.(answer, () => process.disconnect()));
});
