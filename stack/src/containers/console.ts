import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { identify } from '../supervisor/process-group.ts';
import { firstQuery, readAccounts, seedDemo, writeDemoFile } from '../demo.ts';
import { layout } from '../paths.ts';
import { portsFor } from '../ports.ts';
import { probePipes } from '../probes.ts';
import { createProgress } from '../progress.ts';
import { readOperatorSecrets } from '../secrets.ts';
import { writeStackFile } from '../stack-file.ts';
import { waitFor } from '../wait-for.ts';
import type { Addresses } from './addresses.ts';

/** How long the gateway may take to answer; the containers behind it are started by then. */
const deadline = 120_000;

/**
 * The last of a start: seeds the demo catalogue, proves each pipe with a probe, and writes `DIR/demo.json`, by which others
 * know that the system is ready: the folder is empty when the container starts. It becomes like a local stack's, with
 * addresses between containers, so that the operator's commands work in here.
 */
export async function openConsole(
  dir: string,
  given: { secrets: string; accounts: string },
  addresses: Addresses,
  signal: AbortSignal,
): Promise<void> {
  const { brokers, mariadb, connectUrl, graphql, publishedGraphql } = addresses;
  const files = layout(dir);
  const progress = createProgress();
  copyFileSync(given.secrets, files.secrets);
  const secrets = readOperatorSecrets(files.secrets);
  mkdirSync(files.logs, { recursive: true });
  const publish = (ready: boolean) =>
    writeStackFile(dir, {
      supervisor: identify(process.pid),
      ready,
      stopping: false,
      graphql,
      kafkaBrokers: brokers,
      connectUrl,
      mariadb,
      ports: { ...portsFor(0, 1), mariadb: mariadb.port },
      children: [],
    });
  publish(false);

  const demo = readAccounts(readFileSync(given.accounts, 'utf8'));
  await progress.step('demo catalogue', () =>
    waitFor(() => seedDemo(graphql, demo).then(() => true), {
      what: 'the gateway to take the demo catalogue',
      interval: 500,
      deadline,
      signal,
    }),
  );
  const pipes = { addresses: { kafkaBrokers: brokers }, database: { ...mariadb, secrets } };
  await progress.step('probes of outboxes, sink and price replica', () => probePipes(pipes, signal));

  writeDemoFile({ secrets, addresses: { graphql: publishedGraphql }, layout: files }, demo);
  publish(true);
  progress.say('ready\n');
  progress.say(firstQuery(publishedGraphql, 'docker compose exec console cat /data/demo.json'));
}
