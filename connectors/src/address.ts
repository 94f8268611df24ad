import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { Failure } from './failure.ts';

const stackFile = z.looseObject({ connectUrl: z.url() });

/**
 * Where Kafka Connect is: as the stack that runs on a folder says in its stack.json; without a folder, as CONNECT_URL says
 * (containers), or else as the stack on `.stack` does. Folders are relative to where npm was called.
 */
export function connectUrl(data: string | undefined, env: NodeJS.ProcessEnv): string {
  const url = env['CONNECT_URL'];
  if (data === undefined && url) return url;
  const folder = resolve(env['INIT_CWD'] ?? process.cwd(), data ?? '.stack');
  try {
    return stackFile.parse(JSON.parse(readFileSync(join(folder, 'stack.json'), 'utf8'))).connectUrl;
  } catch (cause) {
    throw new Failure(
      `no stack runs on ${folder}: start one with npm start, or name its folder with --data DIR`,
      {
        cause,
      },
    );
  }
}
