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
  const interrupted = new AbortController();
  let session: Session | undefined;
  const asked = untilAskedToStop({ onSecond: () => session?.supervisor.kill() });
  void asked.then(() => interrupted.abort());
  try {
    session = await openSession(options, progress);
    await Promise.race([bringUp(session, interrupted.signal), asked]);
    if (interrupted.signal.aborted) return 130;
    await asked;
    return 0;
  } catch (error) {
    if (interrupted.signal.aborted) return 130;
    const { line, exitCode } = explain(error, options.data);
    console.error(line);
    return exitCode;
  } finally {
    if (session) await stop(session);
  }
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
