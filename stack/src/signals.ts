/**
 * npm, the shell and the terminal each pass Ctrl-C on: signals that arrive this close together (milliseconds) are one.
 */
const sameKeystroke = 1000;

/** Resolves at the first SIGINT, SIGTERM or SIGHUP; `onSecond` is called when the user insists. */
export function untilAskedToStop({ onSecond }: { onSecond: () => void }): Promise<NodeJS.Signals> {
  // The terminal may be gone by the time that the last lines are written.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return new Promise((resolve) => {
    let first: number | undefined;
    const onSignal = (signal: NodeJS.Signals) => {
      if (first === undefined) {
        first = Date.now();
        resolve(signal);
      } else if (Date.now() - first > sameKeystroke) onSecond();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  });
}
