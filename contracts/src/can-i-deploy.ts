import { Failure, runMain } from '@ordermesh/stack/failure';
import { parseCommandLine, usage } from '@ordermesh/stack/options';
import { brokerFromEnvironment } from './broker/config.ts';
import { askBroker, askBrokerForAll } from './broker/ask.ts';
import { environmentName, knownEnvironment, oneService } from './command-line.ts';
import { decideDeployability } from './matrix/decide-deployability.ts';
import { environments, readDeployed } from './matrix/deployed.ts';
import type { Deployable } from './matrix/participants.ts';
import { planDeployments } from './matrix/plan-deployments.ts';
import { tableOf } from './matrix/print-answer.ts';
import { questionOf } from './matrix/question.ts';
import { readTree, type Tree } from './matrix/tree.ts';
import { complain } from './print-verified.ts';

const help = `npm run can-i-deploy -- SERVICE [--environment NAME [--new-environment]]
npm run can-i-deploy -- --all [--environment NAME [--new-environment]]

Says whether SERVICE as it stands in the tree fits what is deployed: every deployed provider has verified the pacts of
SERVICE, and SERVICE has verified the pacts of every deployed consumer. Prints who needs what of whom.
Rests on the pacts, on the results of npm run pact:verify, and on contracts/deployed (npm run record-deployment).

  --environment NAME  where it is to be deployed (default production)
  --new-environment   nothing was ever deployed to NAME, and that is no mistake
  --all               instead of one service: an order in which all services of the tree can be deployed
  --help              this text

With PACT_BROKER_BASE_URL set, a Pact Broker is asked instead, which knows its environments; --all then asks for each
service whether it can be deployed now, before all others. Exit code 0: yes, 1: no, 2: wrong usage.`;

/** `npm run can-i-deploy`. */
await runMain(async () => {
  const { values, positionals } = parseCommandLine({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: {
      environment: { type: 'string' },
      'new-environment': { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const environment = environmentName(values.environment);
  const broker = brokerFromEnvironment();
  if (values.all && positionals.length > 0) throw usage('name a service, or --all');
  const service = values.all ? undefined : oneService(positionals);
  if (!broker && values.environment !== undefined && !values['new-environment'])
    knownEnvironment(environment, environments());
  const tree = readTree();
  for (const mistake of tree.mistakes) complain(mistake);
  if (broker)
    return service
      ? askBroker(broker, service, environment, tree.versions)
      : askBrokerForAll(broker, environment, tree.versions);
  return service ? decideOne(tree, service, environment) : planAll(tree, environment);
});

function decideOne(tree: Tree, service: Deployable, environment: string): number {
  const candidate = tree.releases.find((release) => release.service === service);
  if (!candidate) throw new Failure(`there is no release of ${service}`);
  const answer = decideDeployability({ ...questionOf(tree, readDeployed(environment)), candidate });
  for (const line of tableOf(answer)) console.log(line);
  const inTheWay = answer.rows.filter(({ verdict }) => verdict === 'failed' || verdict === 'unknown');
  console.log(
    answer.deployable
      ? `\nyes: ${service} ${candidate.version} can be deployed to ${environment}`
      : `\nno: ${service} ${candidate.version} cannot be deployed to ${environment}: ${inTheWay.length} of ${answer.rows.length} stand in the way`,
  );
  return answer.deployable ? 0 : 1;
}

function planAll(tree: Tree, environment: string): number {
  const deployed = readDeployed(environment);
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
