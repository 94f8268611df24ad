import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import type { Broker } from './config.ts';

const pactBroker = createRequire(import.meta.url).resolve('@pact-foundation/pact-cli/bin/pact-broker.js');

/**
 * Runs Pact's own client of the broker (`pact-broker`); address and credentials reach it through the environment, so
 * that they do not show in the list of processes.
 */
export async function runPactBroker(
  { env }: Pick<Broker, 'env'>,
  args: readonly string[],
): Promise<{ exitCode: number; output: string }> {
  const child = spawn(process.execPath, [pactBroker, ...args], {
    // Its eight attempts would take four minutes to say that nobody answers.
    env: { PACT_BROKER_HTTP_RETRIES: '2', ...env, PACT_DO_NOT_TRACK: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<number>((resolve, reject) =>
    child.once('error', reject).once('close', (code) => resolve(code ?? 1)),
  );
  const [exitCode, out, complaint] = await Promise.all([exited, text(child.stdout), text(child.stderr)]);
  return { exitCode, output: `${out}${complaint}`.trimEnd() };
}
