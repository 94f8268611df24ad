import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { Failure, isDiskFull, messageOf, saysDiskFull } from '../failure.ts';
import { accepts } from '../ports.ts';
import { waitFor } from '../wait-for.ts';
import { createBackOff } from './back-off.ts';
import { explainLog } from './explain-log.ts';
import { openLog, readLogTail } from './log-file.ts';
import { identify, ownerVariable, signalGroup } from './process-group.ts';
import { yieldToOthers } from './yield-to-others.ts';

/** A process that the supervisor keeps alive. */
export type ChildSpec = {
  name: string;
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd?: string;
  port?: number;
  /** Gives true once the process does its work; an error counts as "not yet". */
  ready: () => Promise<boolean>;
  /** Milliseconds it may take to become ready. */
  readyWithin: number;
  /** Called when the process has ended. */
  ended?: (exitCode: number | null) => void;
  /** Milliseconds it may take to end after SIGTERM, before SIGKILL. */
  stopWithin: number;
  /** A client who places an order waits for it not at all: where processor time is short, it goes to the others first. */
  inBackground?: boolean;
};

export type ChildContext = {
  inBackground: boolean;
  dataDir: string;
  logFile: string;
  say: (line: string) => void;
  /** Called whenever the process behind the child has changed. */
  changed: () => void;
};

export type Child = ReturnType<typeof createChild>;

/** A child that dies this often before it was ever ready will not get well by itself. */
const startAttempts = 3;

export function createChild(spec: ChildSpec, context: ChildContext) {
  const backOff = createBackOff();
  let running: ChildProcess | undefined;
  let startTime: string | undefined;
  let begun = 0;
  let logBegin = 0;
  let wasReady = false;
  let stopping = false;
  let deaths = 0;
  let restart: NodeJS.Timeout | undefined;
  let givenUp: Failure | undefined;
  let exited: Promise<void> = Promise.resolve();

  function launch() {
    const log = openLog(context.logFile);
    logBegin = log.begin;
    begun = Date.now();
    const child = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: { ...spec.env, [ownerVariable]: context.dataDir },
      stdio: ['ignore', log.fd, log.fd],
      // A group of its own: the terminal's Ctrl-C reaches the supervisor alone, which then stops things in order.
      detached: true,
    });
    closeSync(log.fd);
    running = child;
    startTime = child.pid === undefined ? undefined : identify(child.pid).startTime;
    if (context.inBackground && child.pid !== undefined) void yieldToOthers(child.pid);
    exited = new Promise((resolve) => {
      child.once('error', (error) => (onExit(error.message), resolve()));
      child.once('exit', (code, signal) => {
        spec.ended?.(code);
        onExit(signal ?? `exit code ${code}`);
        resolve();
      });
    });
    context.changed();
  }

  function onExit(how: string) {
    running = undefined;
    context.changed();
    if (stopping) return;
    const tail = readLogTail(context.logFile, logBegin);
    const diskFull = saysDiskFull(tail) || isDiskFull(context.dataDir);
    const cause = diskFull ? 'the disk is full' : explainLog(tail);
    const death = `${spec.name} ended (${how})${cause ? `: ${cause}` : ''}`;
    deaths++;
    if (!wasReady && (deaths >= startAttempts || diskFull)) {
      givenUp = new Failure(`${death}; its log is ${context.logFile}`);
      return;
    }
    const delay = backOff.next(Date.now() - begun);
    context.say(`${death}; starting it again in ${delay / 1000} s`);
    restart = setTimeout(() => {
      try {
        launch();
      } catch (error) {
        onExit(messageOf(error));
      }
    }, delay);
  }

  return {
    name: spec.name,
    port: spec.port,
    logFile: context.logFile,

    /** The process at this moment; undefined between a death and the next start. */
    process: () => (running?.pid === undefined ? undefined : { pid: running.pid, startTime }),

    launch,

    /** Waits until the child is ready. @throws Failure when it keeps dying or takes too long, with the cause from its log. */
    async ready(): Promise<void> {
      const look = async () => {
        if (givenUp) return givenUp;
        if (running === undefined) return false;
        // Cheaper than a client, at a time when everything that starts needs the processor.
        if (spec.port !== undefined && !(await accepts(spec.port))) return false;
        return spec.ready();
      };
      const outcome = await waitFor<true | Failure>(look, {
        what: `${spec.name} to be ready`,
        deadline: spec.readyWithin,
        interval: 100,
      }).catch((error: unknown) => {
        const cause = explainLog(readLogTail(context.logFile, logBegin));
        const line = `${messageOf(error)}${cause ? `; it said last: ${cause}` : ''}`;
        throw new Failure(`${line}; its log is ${context.logFile}`, { cause: error });
      });
      if (outcome instanceof Failure) throw outcome;
      wasReady = true;
    },

    /** Ends the process for good: SIGTERM, then SIGKILL when its time is over. */
    async stop(): Promise<void> {
      stopping = true;
      givenUp ??= new Failure(`${spec.name} was stopped`);
      clearTimeout(restart);
      const pid = running?.pid;
      if (pid === undefined) return;
      signalGroup(pid, 'SIGTERM');
      const force = setTimeout(() => {
        context.say(`${spec.name} did not end within ${spec.stopWithin / 1000} s: killing it`);
        signalGroup(pid, 'SIGKILL');
      }, spec.stopWithin);
      await exited;
      clearTimeout(force);
    },

    kill(): void {
      stopping = true;
      givenUp ??= new Failure(`${spec.name} was killed`);
      clearTimeout(restart);
      if (running?.pid !== undefined) signalGroup(running.pid, 'SIGKILL');
    },
  };
}
