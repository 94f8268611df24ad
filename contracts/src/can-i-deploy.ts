import { Failure, runMain } from '@ordermesh/stack/failure';
import { brokerFromEnvironment } from './broker/config.ts';
import { askBroker } from './broker/ask.ts';
import { environmentName, oneService, parseCommandLine, usage } from './command-line.ts';
import { decideDeployability } from './matrix/decide-deployability.ts';
import { environments, readDeployed, type Deployed } from './matrix/deployed.ts';
import type { Deployable } from './matrix/participants.ts';
import { planDeployments } from './matrix/plan-deployments.ts';
import { tableOf } from './matrix/print-answer.ts';
import { questionOf } from './matrix/question.ts';
import { readTree } from './matrix/tree.ts';

const help = `npm run can-i-deploy -- SERVICE [--environment NAME]
npm run can-i-deploy -- --all [--environment NAME]

Says whether SERVICE as it stands in the tree fits what is deployed: every deployed provider has verified the pacts of
SERVICE, and SERVICE has verified the pacts of every deployed consumer. Prints who needs what of whom.
Rests on the pacts, on the results of npm run pact:verify, and on contracts/deployed (npm run record-deployment).

  --environment NAME  where it is to be deployed (default production)
  --all               instead of one service: an order in which all services of the tree can be deployed
  --help              this text

With PACT_BROKER_BASE_URL set, a Pact Broker is asked instead. Exit code 0: yes, 1: no, 2: wrong usage.`;

/** `npm run can-i-deploy`. */
await runMain(async () => {
  const { values, positionals } = parseCommandLine(process.argv.slice(2), {
    environment: { type: 'string' },
    all: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const environment = environmentName(values.environment);
  const broker = brokerFromEnvironment();
  if (values.all && positionals.length > 0) throw usage('name a service, or --all');
  if (broker && values.all) throw usage('a broker answers for one service at a time');
  if (values.all) return planAll(environment);
  const service = oneService(positionals);
  return broker
    ? askBroker(broker, service, environment, readTree().versions)
    : decideOne(service, environment);
});

function decideOne(service: Deployable, environment: string): number {
  const tree = readTree();
  const candidate = tree.releases.find((release) => release.service === service);
  if (!candidate) throw new Failure(`there is no release of ${service}`);
  const answer = decideDeployability({ ...questionOf(tree, readDeployedOrSay(environment)), candidate });
  for (const line of tableOf(answer)) console.log(line);
  const inTheWay = answer.rows.filter(({ verdict }) => verdict === 'failed' || verdict === 'unknown');
  console.log(
    answer.deployable
      ? `\nyes: ${service} ${candidate.version} can be deployed to ${environment}`
      : `\nno: ${service} ${candidate.version} cannot be deployed to ${environment}: ${inTheWay.length} of ${answer.rows.length} stand in the way`,
  );
  return answer.deployable ? 0 : 1;
}

/** A mistyped environment looks like a new one. */
function readDeployedOrSay(environment: string): Deployed {
  const deployed = readDeployed(environment);
  if (deployed.releases.length === 0)
    console.log(
      `nothing is deployed to ${environment} so far (there is: ${environments().join(', ') || 'no environment yet'})\n`,
    );
  return deployed;
}

function planAll(environment: string): number {
  const tree = readTree();
  const deployed = readDeployedOrSay(environment);
  const isThere = ({ service, version }: { service: Deployable; version: string }) =>
    deployed.releases.some((each) => each.service === service && each.version === version);
  const changed = tree.releases.filter((release) => !isThere(release));
  const { order, stuck } = planDeployments(changed, questionOf(tree, deployed));

  for (const { service, version } of tree.releases.filter(isThere))
    console.log(`   ${service} ${version} is deployed to ${environment}`);
  for (const [at, { service, version }] of order.entries()) console.log(`${at + 1}. ${service} ${version}`);
  for (const { release, answer } of stuck) {
    console.log(`\n✗  ${release.service} ${release.version}`);
    for (const line of tableOf(answer)) console.log(line);
  }
  const names = stuck.map(({ release }) => release.service).join(', ');
  console.log(
    stuck.length === 0
      ? `\nyes: all services of the tree can be deployed to ${environment}${order.length > 1 ? ', in this order' : ''}`
      : `\nno: there is no order in which ${names} can be deployed to ${environment}`,
  );
  return stuck.length === 0 ? 0 : 1;
}
