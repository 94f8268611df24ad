import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCompose, missingEngine } from './containers/compose.ts';
import type { Compose } from './containers/compose.ts';
import { writeDataFolder } from './containers/data-folder.ts';
import { messageOf, runMain } from './failure.ts';
import { createJest, summary } from './jest.ts';
import type { Totals } from './jest.ts';
import { usage } from './options.ts';
import { findFreeOffset, portsFor } from './ports.ts';
import { createProgress } from './progress.ts';

const help = `npm run test:compose

Builds the images, brings compose.yaml up as a project of its own on free ports, runs the end-to-end tests that need nothing
but a running system against it, then those that take containers away, and removes everything that it made but the images.
Without a Docker engine all of them are skipped.`;

/** What a client sees; the others need the local supervisor, or leave rows behind that agree with no reservation. */
const asClient = [
  'acceptance/test/road-of-an-order.e2e.test.ts',
  'acceptance/test/saga.e2e.test.ts',
  'acceptance/test/joins.e2e.test.ts',
];
/** These take containers away, so they come last. */
const onContainersAlone = ['acceptance/test/containers.compose.test.ts'];

type Run = (suites: string[], options: string[], env: NodeJS.ProcessEnv) => Promise<Totals>;

await runMain(async () => {
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    console.log(help);
    return 0;
  }
  if (args.length > 0) throw usage('test:compose takes no arguments');
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => interrupted.abort());
  const work = mkdtempSync(join(tmpdir(), 'ordermesh-compose-'));
  const jest = createJest(work, interrupted.signal);
  const run: Run = (suites, options, env) =>
    jest(
      ['--runInBand', '--forceExit', ...suites.map((suite) => `--testMatch=**/${suite}`), ...options],
      [],
      env,
    );
  try {
    const missing = await missingEngine();
    if (missing) {
      console.log(`skipped: there is no Docker engine here with compose (${missing})`);
      const skipped = await run(
        [...asClient, ...onContainersAlone],
        ['--testNamePattern=^$', '--silent'],
        {},
      );
      console.log(summary([skipped]).line);
      return 0;
    }
    const { line, failed, passed } = summary(await onContainers(work, interrupted.signal, run));
    console.log(line);
    return interrupted.signal.aborted ? 130 : failed > 0 || passed === 0 ? 1 : 0;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
});

async function onContainers(data: string, signal: AbortSignal, run: Run): Promise<Totals[]> {
  const ports = portsFor(await findFreeOffset(1), 1);
  const environment = {
    COMPOSE_PROJECT_NAME: `ordermesh-test-${randomBytes(3).toString('hex')}`,
    GATEWAY_PORT: String(ports.gateway),
    KAFKA_PORT: String(ports.kafka),
    CONNECT_PORT: String(ports.connect),
    MARIADB_PORT: String(ports.mariadb),
  };
  const compose = createCompose(environment, signal);
  const progress = createProgress();
  progress.say(`project ${environment.COMPOSE_PROJECT_NAME}, gateway on port ${environment.GATEWAY_PORT}`);
  let totals: Totals[] = [{ passed: 0, failed: 1, skipped: 0 }];
  try {
    await progress.step('images built', () => compose.run('build'));
    await progress.step('up for the first time, ready', () => compose.up());
    await writeDataFolder(data, compose);
    const env = { ...environment, ORDERMESH_DATA: data };
    totals = [await run(asClient, [], env), await run(onContainersAlone, [], env)];
  } catch (error) {
    console.error(messageOf(error));
  } finally {
    // Also after Ctrl-C: by then its own signal would end it.
    await tearDown(createCompose(environment), summary(totals).failed > 0, progress);
  }
  return totals;
}

async function tearDown(compose: Compose, keepLogs: boolean, progress: ReturnType<typeof createProgress>) {
  if (keepLogs) {
    const path = join(tmpdir(), `${compose.environment.COMPOSE_PROJECT_NAME}.log`);
    writeFileSync(path, await compose.run('logs', '--no-color', '--timestamps'), { mode: 0o600 });
    progress.say(`the containers' logs are kept in ${path}`);
  }
  await progress.step('containers, volumes and network removed', () =>
    compose.run('down', '--volumes', '--remove-orphans'),
  );
}
