import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isAlive, lockHolder, tryLock } from '../bin/lock.mjs';
import { Failure, messageOf } from './failure.ts';
import type { StartOptions } from './options.ts';
import { putToUse } from './keys.ts';
import { layout } from './paths.ts';
import { portsFor, requireFreePorts } from './ports.ts';
import type { Progress } from './progress.ts';
import { loadSecrets, writeSecrets } from './secrets.ts';
import { readStackFile, writeStackFile } from './stack-file.ts';
import type { StackFile } from './stack-file.ts';
import type { Child } from './supervisor/child.ts';
import { endProcesses, findOwned, identify } from './supervisor/process-group.ts';
import { createSupervisor } from './supervisor/supervisor.ts';
import { waitFor } from './wait-for.ts';

const needed = 1_000_000_000;

/** One run of a stack on its data folder. */
export type Session = Awaited<ReturnType<typeof openSession>>;

/**
 * Takes the data folder for this process: refuses when a stack runs on it, ends what a killed one left behind, and
 * makes the folders and the secrets.
 */
export async function openSession(options: StartOptions, progress: Progress) {
  const files = layout(options.data);
  const ports = portsFor(options.offset, options.orders);
  requireSpace(options.data);
  const unlock = await takeLock(options, progress);
  try {
    await endLeftovers(options.data, progress);
    if (options.fresh) empty(options.data);
    for (const folder of [files.dir, files.logs, files.config])
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Waited for by those who want to know when the stack is ready: the last run's must not be taken for this one's.
    rmSync(files.demo, { force: true });
    await requireFreePorts(ports);
    const secrets = putToUse(loadSecrets(files.secrets));
    writeSecrets(files.secrets, secrets);

    const addresses = {
      graphql: `http://127.0.0.1:${ports.gateway}/graphql`,
      kafkaBrokers: `127.0.0.1:${ports.kafka}`,
      connectUrl: `http://127.0.0.1:${ports.connect}`,
      mariadb: { host: '127.0.0.1', port: ports.mariadb },
    };
    let ready = false;
    let stopping = false;
    let unwritten = false;
    let tools: StackFile['tools'];
    const publish = (children: Child[]) => {
      const processes = children.flatMap((child): StackFile['children'] => {
        const running = child.process();
        return running ? [{ name: child.name, ...running, port: child.port }] : [];
      });
      const content = {
        supervisor: identify(process.pid),
        ready,
        stopping,
        ...addresses,
        ports,
        tools,
        children: processes,
      };
      try {
        writeStackFile(options.data, content);
        unwritten = false;
      } catch (error) {
        if (!unwritten) progress.say(`cannot write ${files.stackFile}: ${messageOf(error)}`);
        unwritten = true;
      }
    };
    const supervisor = createSupervisor({
      layout: files,
      say: progress.say,
      changed: publish,
      // Without services there is nobody of ours to go before.
      withBackground: !options.infra,
    });
    publish([]);

    return {
      options,
      layout: files,
      ports,
      secrets,
      progress,
      addresses,
      supervisor,
      database: { port: ports.mariadb, secrets },
      /** Says in stack.json what Kafka's command-line tools are run with. */
      publishTools(installed: StackFile['tools']) {
        tools = installed;
        publish(supervisor.children());
      },
      /** From now on stack.json says that everything is up. */
      markReady() {
        ready = true;
        publish(supervisor.children());
      },
      isReady: () => ready,
      async close() {
        stopping = true;
        publish(supervisor.children());
        await supervisor.stop();
        // What no child stands for: a migration, say, that still ran when another one failed.
        await endProcesses(findOwned(options.data), 5000);
        rmSync(files.stackFile, { force: true });
        rmSync(files.demo, { force: true });
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** A stack that is just being taken down is waited for. */
async function takeLock({ data, fresh }: StartOptions, progress: Progress): Promise<() => void> {
  const { lock } = layout(data);
  const attempt = () => {
    try {
      return tryLock(lock);
    } catch (error) {
      throw new Failure(`cannot use ${data}: ${messageOf(error)}`, { cause: error });
    }
  };
  const isStopping = () => readStackFile(data)?.stopping === true;
  const unlock =
    attempt() ??
    (isStopping()
      ? await progress.step(`waiting for the stack on ${data} to stop`, () =>
          waitFor(attempt, { what: `the stack on ${data} to stop`, deadline: 120_000, interval: 100 }),
        )
      : undefined);
  if (unlock) return unlock;
  const pid = lockHolder(lock)?.pid;
  const hint = `stop it${fresh ? ' before --fresh' : ''}, or use --data DIR and --offset N`;
  throw new Failure(`ordermesh already runs on ${data}${pid ? ` (pid ${pid})` : ''}: ${hint}`);
}

/** Children outlive a supervisor that was killed with -9. */
async function endLeftovers(data: string, progress: Progress): Promise<void> {
  const recorded = (readStackFile(data)?.children ?? []).filter((child) =>
    isAlive({ ...child, startTime: child.startTime }),
  );
  const owned = findOwned(data).filter(({ pid }) => !recorded.some((child) => child.pid === pid));
  const left = [...recorded.map(({ pid, startTime }) => ({ pid, startTime })), ...owned];
  if (left.length === 0) return;
  await progress.step(`ending ${left.length} processes that an earlier run left behind`, () =>
    endProcesses(left, 20_000),
  );
}

/** Everything but the lock, which is held. Only a folder that a stack has made is emptied. */
function empty(data: string): void {
  const names = readdirSync(data).filter((name) => !/^lock(\.|$)/.test(name));
  if (names.length > 0 && !existsSync(layout(data).secrets))
    throw new Failure(
      `${data} does not look like the data of a stack (it has no secrets.json): not deleting it`,
    );
  for (const name of names) rmSync(join(data, name), { recursive: true, force: true });
}

export function requireSpace(folder: string): void {
  let existing = folder;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  const { bavail, bsize } = statfsSync(existing);
  if (bavail * bsize < needed)
    throw new Failure(
      `the disk is nearly full: ${Math.floor((bavail * bsize) / 1e6)} MB free for ${folder}, the stack needs ${needed / 1e6} MB`,
    );
}
