import { bringUp } from './bring-up.ts';
import { explain } from './failure.ts';
import { parseStartOptions, startHelp } from './options.ts';
import { createProgress } from './progress.ts';
import { openSession } from './session.ts';
import type { Session } from './session.ts';
import { untilAskedToStop } from './signals.ts';

/** `npm start`: brings everything up, keeps it up, and takes it down in order. */
async function main(): Promise<number> {
  const options = parseStartOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(startHelp);
    return 0;
  }
  const progress = createProgress();
  const ending = new AbortController();
  let session: Session | undefined;
  const asked = untilAskedToStop({ onSecond: () => session?.supervisor.kill() });
  const failure = await (async () => {
    session = await openSession(options, progress);
    await Promise.race([bringUp(session, ending.signal), asked]);
    await asked;
  })().catch((error: unknown) => ({ error }));

  ending.abort();
  if (session) await stop(session);
  if (!failure) return session?.isReady() ? 0 : 130;
  // Last of all, so that nothing that is said while things stop hides it.
  const { line, exitCode } = explain(failure.error, options.data);
  console.error(line);
  return exitCode;
}

async function stop({ supervisor, progress, close }: Session): Promise<void> {
  if (supervisor.children().length === 0) return close();
  await progress.step('stopped everything; the data stays', () => close());
}

try {
  process.exit(await main());
} catch (error) {
  const { line, exitCode } = explain(error);
  console.error(line);
  process.exit(exitCode);
}
