import { messageOf } from '@ordermesh/stack/failure';
import type { Arrow } from './arrows.ts';
import { ownerOf, type Owner } from './matrix/participants.ts';
import type { Pact } from './matrix/pact-file.ts';
import type { Result } from './matrix/results.ts';
import type { Verification } from './verification.ts';

/** Holds the provider as it stands in the tree to one pact file. */
export type Verifier = (input: { arrow: Arrow; pactFile: string }) => Promise<Verification>;

export type PactToVerify = Pact & {
  /** The version of the consumer that is deployed with it, when it is not the pact in the tree. */
  deployedAs?: string;
  /** Where a broker keeps it, when it came from there. */
  url?: string;
};

export type Verified = { pact: PactToVerify; result: Result; seconds: number };

/**
 * Verifies pacts one after the other. What a verifier throws is a failure of that pact and no other.
 */
export async function verifyPacts(
  pacts: readonly PactToVerify[],
  {
    verifier,
    versions,
    onVerified,
    signal,
  }: {
    verifier: Verifier;
    /** The versions of the providers in the tree. */
    versions: ReadonlyMap<Owner, string>;
    onVerified?: (verified: Verified) => void | Promise<void>;
    /** Ends it before the next pact. */
    signal?: AbortSignal;
  },
): Promise<Verified[]> {
  const all: Verified[] = [];
  for (const pact of pacts) {
    signal?.throwIfAborted();
    const begun = performance.now();
    const { interactions, failures } = await verify(pact, verifier);
    const verified = {
      pact,
      result: {
        provider: pact.provider,
        providerVersion: versions.get(ownerOf(pact.provider)) ?? '',
        consumer: pact.consumer,
        sha: pact.sha,
        interactions,
        failures,
      },
      seconds: (performance.now() - begun) / 1000,
    };
    all.push(verified);
    await onVerified?.(verified);
  }
  return all;
}

async function verify(
  pact: Pact,
  verifier: Verifier,
): Promise<Pick<Verification, 'interactions' | 'failures'>> {
  const { consumer, provider, kind } = pact;
  try {
    const verification = await verifier({ arrow: { consumer, provider, kind }, pactFile: pact.file });
    const { interactions, failures } = verification;
    // Pact is content when it verified nothing at all.
    if (interactions !== pact.interactions && failures.length === 0)
      return failed(interactions, `only ${interactions} of ${pact.interactions} interactions were verified`);
    return { interactions, failures };
  } catch (error) {
    return failed(0, messageOf(error));
  }
}

const failed = (interactions: number, reason: string) => ({
  interactions,
  failures: [{ interaction: 'the whole pact', reason }],
});
