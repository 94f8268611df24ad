import { Failure, runMain } from '@ordermesh/stack/failure';
import { parseCommandLine } from '@ordermesh/stack/options';
import { arrows } from './arrows.ts';
import { brokerFromEnvironment } from './broker/config.ts';
import { recordInBroker } from './broker/ask.ts';
import { environmentName, oneService } from './command-line.ts';
import { environments, readDeployed, writeDeployed } from './matrix/deployed.ts';
import { ownerOf, type Deployable } from './matrix/participants.ts';
import { pactFileName } from './matrix/pact-file.ts';
import { localResults } from './matrix/question.ts';
import { readResults } from './matrix/results.ts';
import { readTree, type Tree } from './matrix/tree.ts';

const help = `npm run record-deployment -- SERVICE [--environment NAME]

Notes that SERVICE as it stands in the tree is what runs from now on: its version, its pacts and its verification
results go to contracts/deployed, to be committed. Run it after a deployment; it does not deploy, nor ask whether that
was wise (npm run can-i-deploy does).

  --environment NAME  where it was deployed (default production); it is made known if it is not
  --help              this text

With PACT_BROKER_BASE_URL set, a Pact Broker is told instead. Exit code 0: noted, 1: not, 2: wrong usage.`;

/** `npm run record-deployment`. */
await runMain(async () => {
  const { values, positionals } = parseCommandLine({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: {
      environment: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const service = oneService(positionals);
  const environment = environmentName(values.environment);
  const broker = brokerFromEnvironment();
  return broker
    ? recordInBroker(broker, service, environment, readTree().versions)
    : recordInFiles(service, environment);
});

function recordInFiles(service: Deployable, environment: string): number {
  const tree = readTree();
  const release = tree.releases.find((each) => each.service === service);
  if (!release) throw new Failure(`there is no release of ${service}`);
  requireKnown(service, release.version, tree);
  const isNew = !environments().includes(environment);
  writeDeployed(environment, release, {
    pacts: tree.pacts,
    results: localResults(tree, readDeployed(environment)),
  });
  console.log(
    `${service} ${release.version} is noted as deployed to ${environment}${isNew ? ', the first one there' : ''}: commit contracts/deployed`,
  );
  return 0;
}

/** What is not known now of this version can never be verified once the tree has moved on. */
function requireKnown(service: Deployable, version: string, { pacts, unusable }: Tree): void {
  const own = arrows.filter(({ consumer, provider }) =>
    [consumer, provider].some((each) => ownerOf(each) === service),
  );
  const missing = own.filter((arrow) => !pacts.some((pact) => pactFileName(pact) === pactFileName(arrow)));
  if (missing.length > 0)
    throw new Failure(
      missing
        .map(
          (arrow) => unusable.get(pactFileName(arrow)) ?? `contracts/pacts/${pactFileName(arrow)} is missing`,
        )
        .join('; '),
    );
  const results = readResults(service, version);
  const unverified = pacts.filter(
    ({ provider, consumer, sha }) =>
      ownerOf(provider) === service &&
      !results.some((each) => each.consumer === consumer && each.sha === sha),
  );
  if (unverified.length > 0)
    throw new Failure(
      `${service} ${version} has not verified the pact of ${unverified.map(({ consumer }) => consumer).join(', ')}: npm run pact:verify`,
    );
}
