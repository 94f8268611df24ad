import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, runMain } from './failure.ts';
import { createJest, summary } from './jest.ts';
import type { Totals } from './jest.ts';
import { layout } from './paths.ts';
import { startStack } from './testing.ts';

const help = `npm test [-- FILTER ...] [jest options]

Runs the tests whose path contains one of the filters (default: all): those that need no stack first, the others on a
stack of their own with two orders instances, on free ports and in a temporary folder.`;

const levels = { alone: '{unit,pact}', onStack: '{int,e2e}' } as const;
const matching = (level: string) => [`--testMatch=**/test/**/*.${level}.test.ts`];
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
    const { line, failed, passed } = summary(totals);
    console.log(line);
    return interrupted.signal.aborted ? 130 : failed > 0 || passed === 0 ? 1 : 0;
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
