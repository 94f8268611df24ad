import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure, runMain } from '@ordermesh/stack/failure';
import { dataDir } from '@ordermesh/stack/paths';
import { parseCommandLine, usage } from '@ordermesh/stack/options';
import { arrows } from './arrows.ts';
import { brokerFromEnvironment } from './broker/config.ts';
import { fetchDeployedPacts } from './broker/deployed-pacts.ts';
import { publishPacts } from './broker/publish.ts';
import { publishResult } from './broker/results.ts';
import { differing, readDeployedPacts } from './deployed-pacts.ts';
import { addResults } from './matrix/results.ts';
import { ownerOf } from './matrix/participants.ts';
import { readTree, type Tree } from './matrix/tree.ts';
import { complain, conclude, printVerified } from './print-verified.ts';
import { verificationStack } from './verification-stack.ts';
import { verifyGraphql } from './verify-graphql.ts';
import { verifyMessages } from './verify-messages.ts';
import { verifyPacts, type PactToVerify, type Verified, type Verifier } from './verify-pacts.ts';

const help = `npm run pact:verify -- [--provider NAME] [--data DIR]

Holds every provider as it stands in the tree to the pacts of all its consumers: those in the tree (contracts/pacts) and
those of consumers that are deployed with another pact. Fails when a pact does not hold, is missing or promises nothing.
Leaves the results in contracts/results, by provider and version, for npm run can-i-deploy.

  --provider NAME  only this provider
  --data DIR       use the stack that runs on DIR; otherwise one is started and stopped again when it is needed
  --help           this text

With PACT_BROKER_BASE_URL set, pacts and results are published to that Pact Broker, and it says which consumers are
deployed. Exit code 0: all pacts of the tree hold, 1: not, 2: wrong usage.`;

const providers = [...new Set(arrows.map(({ provider }) => provider))];

/** `npm run pact:verify`. */
await runMain(async () => {
  const { values, positionals } = parseCommandLine({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: {
      provider: { type: 'string' },
      data: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  if (positionals.length > 0) throw usage(`unexpected "${positionals.join(' ')}"`);
  const { provider } = values;
  if (provider !== undefined && !providers.includes(provider))
    throw usage(`there is no provider "${provider}", only ${providers.join(', ')}`);
  if (values.data === '') throw usage('--data needs a folder');
  const chosen = provider === undefined ? providers : [provider];
  return run(chosen, values.data === undefined ? undefined : dataDir(values.data));
});

async function run(chosen: readonly string[], data: string | undefined): Promise<number> {
  const begun = performance.now();
  const broker = brokerFromEnvironment();
  const tree = readTree();
  for (const mistake of tree.mistakes) complain(mistake);
  const own: PactToVerify[] = tree.pacts.filter(
    ({ provider, interactions }) => chosen.includes(provider) && interactions > 0,
  );
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => interrupted.abort(new Failure('interrupted', { exitCode: 130 })));
  const work = mkdtempSync(join(tmpdir(), 'ordermesh-pacts-'));
  try {
    if (broker) {
      await publishPacts(broker, tree);
      console.log(`published ${tree.pacts.length} pacts to ${broker.url}`);
    }
    const deployed = broker
      ? (await Promise.all(chosen.map((provider) => fetchDeployedPacts(broker, provider, work)))).flat()
      : readDeployedPacts().filter(({ provider }) => chosen.includes(provider));
    const moved = new Set<string>();
    // At once: what comes later may fail, the stack for instance.
    const keep = async (verified: Verified) => {
      printVerified(verified);
      const { provider } = verified.pact;
      if (readTree().versions.get(ownerOf(provider)) !== verified.result.providerVersion) moved.add(provider);
      if (moved.has(provider)) return;
      addResults([verified.result]);
      if (broker) await publishResult(broker, verified, tree.versions);
    };
    const pacts = [...own, ...differing(deployed, own)];
    const verified = await verifyAll(pacts, tree.versions, { data, keep, signal: interrupted.signal });
    for (const name of moved) complain(`${name} was changed while it was verified: verify it again`);
    return conclude(verified, tree.mistakes.length + moved.size, (performance.now() - begun) / 1000);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Message pacts first: they need no stack, which can start in the meantime. */
async function verifyAll(
  pacts: readonly PactToVerify[],
  versions: Tree['versions'],
  {
    data,
    keep,
    signal,
  }: { data: string | undefined; keep: (verified: Verified) => Promise<void>; signal: AbortSignal },
): Promise<Verified[]> {
  const { message = [], graphql = [] } = Object.groupBy(pacts, ({ kind }) => kind);
  const stack = graphql.length > 0 ? verificationStack(data, signal) : undefined;
  try {
    const options = { versions, onVerified: keep, signal };
    const messages = await verifyPacts(message, { ...options, verifier: verifyMessages });
    if (!stack) return messages;
    if (data === undefined) console.log('waiting for the stack that the GraphQL pacts need');
    const running = await stack.ready.finally(() => signal.throwIfAborted());
    const verifier: Verifier = (input) => verifyGraphql({ ...input, stack: running });
    return [...messages, ...(await verifyPacts(graphql, { ...options, verifier }))];
  } finally {
    await stack?.stop();
  }
}
