/**
 * npm, the shell and the terminal each pass Ctrl-C on: signals that arrive this close together (milliseconds) are one.
 */
const sameKeystroke = 1000;

/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP, or when run.mjs, which started this process and shows it to the user,
 * was killed; `onSecond` is called when the user insists.
 */
export function untilAskedToStop({ onSecond }: { onSecond: () => void }): Promise<void> {
  // The terminal may be gone by the time that the last lines are written.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return new Promise((resolve) => {
    let first: number | undefined;
    const onSignal = () => {
      if (first === undefined) {
        first = Date.now();
        resolve();
      } else if (Date.now() - first > sameKeystroke) onSecond();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);

    const runner = process.env['ORDERMESH_RUNNER'];
    if (runner === String(process.ppid))
      setInterval(() => String(process.ppid) !== runner && resolve(), 1000).unref();
  });
}
