import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { isAlive } from '../bin/lock.mjs';
import { Failure } from './failure.ts';
import { layout } from './paths.ts';

const identity = z.object({ pid: z.number(), startTime: z.string().optional() });

const stackFile = z.object({
  supervisor: identity,
  /** Everything is up. */
  ready: z.boolean(),
  /** It is being taken down. */
  stopping: z.boolean(),
  graphql: z.string(),
  kafkaBrokers: z.string(),
  connectUrl: z.string(),
  mariadb: z.object({ host: z.string(), port: z.number() }),
  ports: z.object({
    gateway: z.number(),
    users: z.number(),
    catalogs: z.number(),
    orders: z.array(z.number()),
    kafka: z.number(),
    kafkaController: z.number(),
    connect: z.number(),
    /** Of a stack that an earlier version started there is none. */
    connectors: z.number().default(0),
    mariadb: z.number(),
  }),
  /** What Kafka's command-line tools are run with, or the container that has them; absent until it is installed. */
  tools: z
    .union([
      z.object({ java: z.string(), kafkaJars: z.string() }),
      z.object({ container: z.string(), bootstrapServer: z.string() }),
    ])
    .optional(),
  children: z.array(identity.extend({ name: z.string(), port: z.number().optional() })),
});

/** What `DIR/stack.json` says about a stack: its addresses and its processes. */
export type StackFile = z.infer<typeof stackFile>;

export function readStackFile(dir: string): StackFile | undefined {
  try {
    return stackFile.parse(JSON.parse(readFileSync(layout(dir).stackFile, 'utf8')));
  } catch {
    return undefined; // absent, or half written when the power went
  }
}

/** Replaced in one step, so that a reader never sees half of it. */
export function writeStackFile(dir: string, content: StackFile): void {
  const path = layout(dir).stackFile;
  writeFileSync(`${path}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** The stack that runs on a folder. @throws Failure when none does. */
export function requireRunningStack(dir: string): StackFile {
  const stack = readStackFile(dir);
  if (!stack || !isAlive({ pid: stack.supervisor.pid, startTime: stack.supervisor.startTime }))
    throw new Failure(
      `no stack runs on ${dir}: start one with npm start, or name its folder with --data DIR`,
    );
  return stack;
}
