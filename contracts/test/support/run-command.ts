import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export type Answer = { exitCode: number | null; lines: string[]; complaint: string };

/** Runs one of the commands in contracts/src as a process of its own, without a broker unless `env` names one. */
export async function runCommand(
  [command = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Answer> {
  const entry = fileURLToPath(new URL(`../../src/${command}.ts`, import.meta.url));
  const child = spawn(process.execPath, [entry, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PACT_BROKER_BASE_URL: '', ...env },
  });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, complaint] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { exitCode: await exited, lines: out.trimEnd().split('\n'), complaint };
}
