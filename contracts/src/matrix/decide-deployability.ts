import type { Arrow } from '../arrows.ts';
import { ownerOf, outsideClient, type Deployable, type Owner } from './participants.ts';
import { pactFileName, type Pact } from './pact-file.ts';
import type { Result } from './results.ts';

/** What a decision has to know of a pact. */
export type Need = Pick<Pact, 'consumer' | 'provider' | 'kind' | 'sha' | 'interactions'>;

/** One version of what is released together, with what its parts need of others. */
export type Release = { service: Deployable; version: string; needs: readonly Need[] };

/** A consumer or a provider in a row, and in which capacity its version counts. */
export type Party = {
  name: string;
  version?: string;
  as: 'candidate' | 'deployed' | 'outside' | 'not deployed' | 'unasked';
};

export type Row = {
  consumer: Party;
  provider: Party;
  /** `unknown` stands in the way like `failed`; `idle` does not: one of the two is not there yet. */
  verdict: 'verified' | 'failed' | 'unknown' | 'idle';
  reason: string;
  /** What to do about it. */
  advice?: string;
};

export type Question = {
  candidate: Release;
  /** Every arrow whose consumer the candidate releases must have a pact. */
  arrows: readonly Arrow[];
  deployed: readonly Release[];
  /** What clients need that nobody here deploys. */
  outside: readonly Need[];
  results: readonly Result[];
  /** The versions in the tree: what `npm run pact:verify` verifies. */
  heads: ReadonlyMap<Owner, string>;
  /** What is wrong with pact files of the tree that cannot be used, by their names. */
  unusable?: ReadonlyMap<string, string>;
};

export type Answer = { deployable: boolean; rows: Row[] };

/**
 * Whether a version can join what is deployed: every deployed provider must have verified what it needs, and it must
 * have verified what every deployed consumer needs. (The rule of Pact Broker's matrix.)
 */
export function decideDeployability(question: Question): Answer {
  const rows = [...asConsumer(question), ...asProvider(question)];
  return { deployable: rows.every(({ verdict }) => verdict === 'verified' || verdict === 'idle'), rows };
}

function asConsumer(question: Question): Row[] {
  const { candidate, arrows, deployed } = question;
  return arrows.flatMap((arrow) => {
    if (ownerOf(arrow.consumer) !== candidate.service) return [];
    const consumer: Party = { name: arrow.consumer, version: candidate.version, as: 'candidate' };
    const need = candidate.needs.find((each) => isOf(each, arrow));
    if (!need || need.interactions === 0) {
      const provider: Party = { name: arrow.provider, as: 'unasked' };
      return [withoutPact(question, consumer, provider, need)];
    }
    const owner = ownerOf(arrow.provider);
    const there = deployed.find(({ service }) => service === owner);
    const providers: Party[] = [];
    // Instances of the old and the new version run side by side while it is deployed.
    if (owner === candidate.service)
      providers.push({ name: arrow.provider, version: candidate.version, as: 'candidate' });
    if (there && !(owner === candidate.service && there.version === candidate.version))
      providers.push({ name: arrow.provider, version: there.version, as: 'deployed' });
    if (providers.length === 0) return [withoutProvider(consumer, arrow)];
    return providers.map((provider) => judge(question, need, consumer, provider));
  });
}

function asProvider(question: Question): Row[] {
  const { candidate, arrows, deployed, outside } = question;
  const isWanted = ({ provider }: { provider: string }) => ownerOf(provider) === candidate.service;
  const provider = ({ provider: name }: { provider: string }): Party => ({
    name,
    version: candidate.version,
    as: 'candidate',
  });
  // The deployed consumers' own pacts count, also those of an arrow that is no longer in the picture.
  const held = deployed
    .filter(({ service, version }) => service !== candidate.service || version !== candidate.version)
    .flatMap(({ version, needs }) =>
      needs
        .filter(isWanted)
        .map((need) =>
          judge(question, need, { name: need.consumer, version, as: 'deployed' }, provider(need)),
        ),
    );
  const clients = outside
    .filter(isWanted)
    .map((need) => judge(question, need, { name: need.consumer, as: 'outside' }, provider(need)));
  const unmet = arrows.filter(isWanted).flatMap((arrow) => {
    const owner = ownerOf(arrow.consumer);
    if (owner === outsideClient)
      return outside.some((need) => isOf(need, arrow))
        ? []
        : [withoutPact(question, { name: arrow.consumer, as: 'outside' }, provider(arrow))];
    if (owner === candidate.service || deployed.some(({ service }) => service === owner)) return [];
    const consumer: Party = { name: arrow.consumer, as: 'not deployed' };
    return [idle(consumer, provider(arrow), `${owner} is not deployed: nothing to hold to`)];
  });
  return [...held, ...clients, ...unmet];
}

function judge(question: Question, need: Need, consumer: Party, provider: Party): Row {
  const row = { consumer, provider };
  if (need.interactions === 0) return withoutPact(question, consumer, provider, need);
  const ofVersion = question.results.filter(
    (each) =>
      each.provider === need.provider &&
      each.providerVersion === provider.version &&
      each.consumer === need.consumer,
  );
  const result = ofVersion.find(({ sha }) => sha === need.sha);
  if (!result) {
    const stale = ofVersion.length > 0;
    return {
      ...row,
      verdict: 'unknown',
      reason: stale ? 'not verified since the pact changed' : 'not verified',
      advice: howToVerify(question, row),
    };
  }
  const [failure, ...more] = result.failures;
  if (failure)
    return {
      ...row,
      verdict: 'failed',
      reason: `${failure.interaction}: ${oneLine(failure.reason)}${more.length > 0 ? ` (and ${more.length} more)` : ''}`,
      advice: howToMend(row),
    };
  return { ...row, verdict: 'verified', reason: `${result.interactions} verified` };
}

function howToVerify(
  { candidate, heads }: Question,
  { consumer, provider }: Pick<Row, 'consumer' | 'provider'>,
) {
  const owner = ownerOf(provider.name);
  if (provider.as === 'candidate' || heads.get(owner) === provider.version) return 'npm run pact:verify';
  return `${owner} ${provider.version ?? ''} (deployed) has not verified what ${consumer.name} ${candidate.version} needs: first deploy a version of ${owner} that has`;
}

function howToMend({ consumer, provider }: Pick<Row, 'consumer' | 'provider'>): string {
  if (provider.as === 'deployed')
    return `first deploy a version of ${ownerOf(provider.name)} that keeps the pact`;
  return consumer.as === 'deployed'
    ? `keep the pact, or first deploy a version of ${ownerOf(consumer.name)} that no longer needs this`
    : `keep the pact, or change what ${consumer.name} needs`;
}

function withoutPact({ unusable }: Question, consumer: Party, provider: Party, need?: Need): Row {
  const name = pactFileName({ consumer: consumer.name, provider: provider.name });
  return {
    consumer,
    provider,
    verdict: 'unknown',
    reason: need ? 'the pact has no interactions' : (unusable?.get(name) ?? 'there is no pact'),
    advice: `the pact test of ${consumer.name} must write contracts/pacts/${name}`,
  };
}

function withoutProvider(consumer: Party, arrow: Arrow): Row {
  const provider: Party = { name: arrow.provider, as: 'not deployed' };
  const owner = ownerOf(arrow.provider);
  // Who waits for records only waits longer; services that hear each other could otherwise never be deployed first.
  if (arrow.kind === 'message') return idle(consumer, provider, `${owner} is not deployed: no records yet`);
  return {
    consumer,
    provider,
    verdict: 'unknown',
    reason: `${owner} is not deployed`,
    advice: `deploy ${owner} first`,
  };
}

const idle = (consumer: Party, provider: Party, reason: string): Row => ({
  consumer,
  provider,
  verdict: 'idle',
  reason,
});

const isOf = (
  a: { consumer: string; provider: string },
  b: { consumer: string; provider: string },
): boolean => a.consumer === b.consumer && a.provider === b.provider;

const oneLine = (text: string) => text.trim().replace(/\s*\n\s*/g, '; ');
