import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf, runMain } from './failure.ts';
import { layout, root } from './paths.ts';
import { startStack } from './testing.ts';

const help = `npm test [-- FILTER ...] [jest options]

Runs the tests whose path contains one of the filters (default: all): those that need no stack first, the others on a
stack of their own with two orders instances, on free ports and in a temporary folder.`;

const results = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numRuntimeErrorTestSuites: z.number(),
});

type Totals = { passed: number; failed: number; skipped: number };

const levels = { alone: '{unit,pact}', onStack: '{int,e2e}' } as const;
const matching = (level: string) => [`--testMatch=**/test/**/*.${level}.test.ts`];
/** Real brokers and databases on a busy machine: a test that is stuck fails all the same. */
const testTimeout = 120_000;

/** `npm test`. */
await runMain(async () => {
  const filters = process.argv.slice(2);
  if (filters.includes('--help') || filters.includes('-h')) {
    console.log(help);
    return 0;
  }
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => interrupted.abort());

  const work = mkdtempSync(join(tmpdir(), 'ordermesh-test-'));
  try {
    const run = createJest(work, interrupted.signal);
    const totals = [await run(matching(levels.alone), filters)];
    if (!interrupted.signal.aborted && (await run.finds(matching(levels.onStack), filters)))
      totals.push(
        await onStack(interrupted.signal, (env) =>
          // kafkajs can leave a socket behind when a broker goes away while it connects: results are in by then.
          run(['--runInBand', '--forceExit', ...matching(levels.onStack)], filters, env),
        ),
      );
    const sum = (count: keyof Totals) => totals.reduce((total, each) => total + each[count], 0);
    const skipped = sum('skipped');
    console.log(`${sum('passed')} passed, ${sum('failed')} failed${skipped ? `, ${skipped} skipped` : ''}`);
    return interrupted.signal.aborted ? 130 : sum('failed') > 0 || sum('passed') === 0 ? 1 : 0;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
});

/** A stack that does not come up is one failure, so that the totals never look better than things are. */
async function onStack(
  signal: AbortSignal,
  tests: (env: NodeJS.ProcessEnv) => Promise<Totals>,
): Promise<Totals> {
  const data = mkdtempSync(join(tmpdir(), 'ordermesh-stack-'));
  console.log(`starting a stack for the tests in ${data}`);
  const stack = await startStack({ orders: 2, data, onOutput: (text) => process.stdout.write(text) }).catch(
    (error: unknown) => {
      console.error(messageOf(error));
      return undefined;
    },
  );
  const totals = stack ? await tests({ ORDERMESH_DATA: data }) : { passed: 0, failed: 1, skipped: 0 };
  await stack?.stop();
  const { kafka, mariadb } = layout(data);
  for (const folder of totals.failed > 0 && !signal.aborted ? [kafka, mariadb] : [data])
    rmSync(folder, { recursive: true, force: true });
  if (totals.failed > 0) console.log(`the stack's logs are kept in ${layout(data).logs}`);
  return totals;
}

function createJest(work: string, signal: AbortSignal) {
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
