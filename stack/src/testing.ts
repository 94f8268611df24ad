import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { isAlive } from '../bin/lock.mjs';
import { Failure } from './failure.ts';
import { layout, root } from './paths.ts';
import { findFreeOffset } from './ports.ts';
import { readSecrets } from './secrets.ts';
import type { Secrets } from './secrets.ts';
import { readStackFile, requireRunningStack } from './stack-file.ts';
import type { StackFile } from './stack-file.ts';
import { findOwned, signalGroup } from './supervisor/process-group.ts';
import { waitFor } from './wait-for.ts';

export { createKafkaClient } from '@ordermesh/connectors/kafka-client';
export { messageOf } from './failure.ts';
export { waitFor } from './wait-for.ts';
export type { StackFile } from './stack-file.ts';
export type { Secrets } from './secrets.ts';

const account = z.object({ email: z.string(), password: z.string(), token: z.string(), userId: z.string() });
const demoFile = z.object({ graphql: z.string(), customer: account, admin: account });
export type Demo = z.infer<typeof demoFile>;

/** A stack that runs: its folder, addresses, secrets and demo accounts. */
export type RunningStack = StackFile & { dir: string; secrets: Secrets; demo: Demo };

/** The stack that the tests share, which `npm test` started; or the one on `dir`. */
export function runningStack(dir = process.env['ORDERMESH_DATA']): RunningStack {
  if (!dir)
    throw new Failure(
      'ORDERMESH_DATA is not set: these tests run under npm test, or name the folder of a stack in it',
    );
  const files = layout(dir);
  return {
    ...requireRunningStack(dir),
    dir,
    secrets: readSecrets(files.secrets),
    demo: demoFile.parse(JSON.parse(readFileSync(files.demo, 'utf8'))),
  };
}

export type StartStackOptions = {
  orders?: number;
  /** Only MariaDB, Kafka and Connect. */
  infra?: boolean;
  /** The data folder; by default a new temporary one, which stop() deletes. */
  data?: string;
  /** By default one at which all ports are free. */
  offset?: number;
  env?: NodeJS.ProcessEnv;
  /** Milliseconds until it must be ready. */
  deadline?: number;
  /** Stops it, also while it is still starting. */
  signal?: AbortSignal;
  /** Gets everything that the supervisor prints. */
  onOutput?: (text: string) => void;
};

export type StackProcess = ReturnType<typeof launchStack>;

/** Runs `start.ts` as a process of its own, without waiting for anything. */
export function launchStack(
  dir: string,
  args: string[],
  options: Pick<StartStackOptions, 'env' | 'onOutput'> = {},
) {
  const supervisor = spawn(process.execPath, ['stack/src/start.ts', '--data', dir, ...args], {
    cwd: root,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [supervisor.stdout, supervisor.stderr])
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      options.onOutput?.(chunk.toString());
    });
  let exitCode: number | undefined;
  const exited = new Promise<number>((resolve) =>
    supervisor.once('close', (code, signal) => resolve((exitCode = code ?? (signal ? 128 : 1)))),
  );
  const child = (name: string) => readStackFile(dir)?.children.find((each) => each.name === name);

  return {
    dir,
    pid: supervisor.pid ?? 0,
    exited,
    exitCode: () => exitCode,
    output: () => printed,
    /** stack.json as it is now. */
    file: () => readStackFile(dir),
    /** The process behind a child now; undefined while there is none. */
    pidOf: (name: string) => child(name)?.pid,
    /** Processes that this stack has started and that are alive. */
    processes: () => findOwned(dir),

    /** Kills a child and waits until the supervisor has seen it die. */
    async kill(name: string, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
      const victim = child(name);
      if (!victim)
        throw new Failure(
          `there is no ${name} to kill: ${readStackFile(dir)?.children.map((each) => each.name)}`,
        );
      signalGroup(victim.pid, signal);
      const gone = () =>
        child(name)?.pid !== victim.pid && !isAlive({ pid: victim.pid, startTime: victim.startTime });
      await waitFor(gone, { what: `the death of ${name}` });
    },

    /** Waits until everything is up. @throws Failure with what it printed when it ends instead. */
    async ready(deadline = 300_000): Promise<StackFile> {
      const look = () => {
        if (exitCode !== undefined) return 'ended' as const;
        const file = readStackFile(dir);
        return file?.supervisor.pid === supervisor.pid && file?.ready ? file : undefined;
      };
      const seen = await waitFor(look, { what: 'the stack to be ready', deadline, interval: 100 });
      if (seen === 'ended') throw new Failure(`the stack did not start: ${printed}`);
      return seen;
    },

    /** Ctrl-C, and wait for the end. Gives the exit code. */
    stop(): Promise<number> {
      if (exitCode === undefined) supervisor.kill('SIGINT');
      return exited;
    },

    /** As a power cut would do it to the supervisor: its children live on. */
    async killSupervisor(): Promise<void> {
      supervisor.kill('SIGKILL');
      await exited;
    },
  };
}

/** Starts a stack of one's own, for tests that break things, and waits until it is ready. */
export async function startStack(
  options: StartStackOptions = {},
): Promise<StackProcess & { addresses: StackFile }> {
  const { orders = 1, infra = false, deadline = 300_000 } = options;
  const dir = options.data ?? mkdtempSync(join(tmpdir(), 'ordermesh-'));
  const offset = options.offset ?? (await findFreeOffset(orders));
  const args = ['--offset', String(offset), '--orders', String(orders), ...(infra ? ['--infra'] : [])];
  const stack = launchStack(dir, args, options);
  options.signal?.addEventListener('abort', () => void stack.stop(), { once: true });
  const removeData = () => options.data === undefined && rmSync(dir, { recursive: true, force: true });
  try {
    const addresses = await stack.ready(deadline);
    return {
      ...stack,
      addresses,
      async stop() {
        const code = await stack.stop();
        removeData();
        return code;
      },
    };
  } catch (error) {
    await stack.stop();
    removeData();
    throw error;
  }
}
