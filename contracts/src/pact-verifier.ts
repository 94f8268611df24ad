import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { VerifierOptions } from '@pact-foundation/pact';
import { z } from 'zod';

/** A message as pacts see it: topic, key and headers are its metadata. */
export type PactMessage = { metadata: Record<string, string>; content: unknown };

/** What is verified: an HTTP provider at its address, or the messages that a provider builds, by description. */
export type VerifierInput = Pick<
  VerifierOptions,
  'provider' | 'pactUrls' | 'providerBaseUrl' | 'providerStatesSetupUrl'
> & { messages?: Record<string, PactMessage> };

const mismatch = z.looseObject({ path: z.string().optional(), mismatch: z.string().optional() });
const interactionResult = z.object({
  description: z.string(),
  result: z.string(),
  mismatch: z
    .looseObject({ message: z.string().optional(), mismatches: z.array(mismatch).default([]) })
    .optional(),
});
const verificationResult = z.object({
  interactionResults: z.array(interactionResult),
});

type InteractionResult = z.output<typeof interactionResult>;

/** An interaction that was verified, in the pact's order; a reason if it does not hold. */
export type Verified = { interaction: string; reason?: string };

function reasonOf({ mismatch }: InteractionResult): string {
  const reasons = (mismatch?.mismatches ?? []).map(({ path, mismatch: what, ...more }) =>
    [path, what ?? JSON.stringify(more)].filter(Boolean).join(': '),
  );
  if (mismatch?.message !== undefined) reasons.unshift(mismatch.message);
  return [...new Set(reasons)].toSorted().join('\n') || JSON.stringify(mismatch ?? 'no reason was given');
}

/** What Pact's verifier answers, as JSON. @throws Error with its text when it did not get to verify anything */
export function readResult(text: string): Verified[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error(`Pact's verifier did not run: ${text}`);
  }
  return verificationResult.parse(json).interactionResults.map((each) => ({
    interaction: each.description,
    ...(each.result !== 'OK' && { reason: reasonOf(each) }),
  }));
}

/** Runs Pact's verifier in a process of its own. PACT_DO_NOT_TRACK: it tells nobody. */
export async function runPactVerifier(input: VerifierInput): Promise<Verified[]> {
  const verifier = fork(fileURLToPath(new URL('pact-verifier-process.ts', import.meta.url)), {
    env: { ...process.env, PACT_DO_NOT_TRACK: 'true' },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  verifier.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const result = new Promise<string>((resolve, reject) => {
    verifier.once('message', (message) => resolve(String(message)));
    verifier.once('error', reject);
    verifier.once('close', (code) => reject(new Error(`Pact's verifier ended with ${code}: ${said}`)));
  });
  verifier.send(input);
  return readResult(await result);
}
