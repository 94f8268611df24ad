import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { Failure } from './failure.ts';

const stackFile = z.looseObject({ connectUrl: z.url(), kafkaBrokers: z.string().optional() });

/**
 * Where Kafka Connect is: as the stack that runs on a folder says in its stack.json; without a folder, as CONNECT_URL says
 * (containers), or else as the stack on `.stack` does. Folders are relative to where npm was called.
 */
export function connectUrl(data: string | undefined, env: NodeJS.ProcessEnv): string {
  const url = env['CONNECT_URL'];
  return data === undefined && url ? url : readStackFile(data, env).connectUrl;
}

/** The same for Kafka, of which KAFKA_BROKERS says where it is; undefined when nothing does. */
export function kafkaBrokers(data: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  const brokers = env['KAFKA_BROKERS'];
  if (data === undefined && (brokers || env['CONNECT_URL'])) return brokers;
  return readStackFile(data, env).kafkaBrokers;
}

function readStackFile(data: string | undefined, env: NodeJS.ProcessEnv) {
  const folder = resolve(env['INIT_CWD'] ?? process.cwd(), data ?? '.stack');
  try {
    return stackFile.parse(JSON.parse(readFileSync(join(folder, 'stack.json'), 'utf8')));
  } catch (cause) {
    throw new Failure(
      `no stack runs on ${folder}: start one with npm start, or name its folder with --data DIR`,
      {
        cause,
      },
    );
  }
}
