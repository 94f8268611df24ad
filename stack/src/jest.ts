import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { root } from './paths.ts';

const results = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numRuntimeErrorTestSuites: z.number(),
});

export type Totals = { passed: number; failed: number; skipped: number };

/** Real brokers and databases on a busy machine: a test that is stuck fails all the same. */
const testTimeout = 120_000;

export function summary(totals: Totals[]): Totals & { line: string } {
  const sum = (count: keyof Totals) => totals.reduce((total, each) => total + each[count], 0);
  const [passed, failed, skipped] = [sum('passed'), sum('failed'), sum('skipped')];
  const line = `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
  return { passed, failed, skipped, line };
}

/** Runs Jest as a process of its own, with results in a file under `work`. */
export function createJest(work: string, signal: AbortSignal) {
  const jest = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
  ];
  const start = (args: string[], env: NodeJS.ProcessEnv, output: 'inherit' | 'pipe') =>
    spawn(process.execPath, [...jest, '--passWithNoTests', ...args], {
      cwd: root,
      env: { ...process.env, PACT_DO_NOT_TRACK: 'true', ...env },
      stdio: ['ignore', output, 'inherit'],
      signal,
    });
  let runs = 0;

  async function run(options: string[], filters: string[], env: NodeJS.ProcessEnv = {}): Promise<Totals> {
    const output = join(work, `${++runs}.json`);
    const args = [...options, `--testTimeout=${testTimeout}`, '--json', `--outputFile=${output}`, ...filters];
    const child = start(args, env, 'pipe');
    child.stdout?.resume(); // the same JSON that goes to the file; people read stderr
    await new Promise<void>((resolve) => child.once('error', () => resolve()).once('exit', () => resolve()));
    return read(output);
  }

  /** Whether any test file is selected. */
  run.finds = async (options: string[], filters: string[]): Promise<boolean> => {
    const child = start([...options, '--listTests', ...filters], {}, 'pipe');
    let listed = '';
    child.stdout?.on('data', (chunk: Buffer) => (listed += chunk.toString()));
    await new Promise<void>((resolve) => child.once('error', () => resolve()).once('close', () => resolve()));
    return listed.includes('.test.ts');
  };
  return run;
}

function read(output: string): Totals {
  try {
    const counts = results.parse(JSON.parse(readFileSync(output, 'utf8')));
    return {
      passed: counts.numPassedTests,
      failed: counts.numFailedTests + counts.numRuntimeErrorTestSuites,
      skipped: counts.numPendingTests,
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }; // jest itself did not get to the end
  }
}
