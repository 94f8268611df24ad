/** What Maven's output has told of its downloads so far. */
export type Transfer = { files: number; megabytes: number; current: string };

const units: Record<string, number> = { B: 1e-6, kB: 1e-3, MB: 1, GB: 1e3 };

/**
 * Follows Maven's interactive transfer lines, which it rewrites with carriage returns:
 * `Progress (1): 25/149 MB` while a file comes, `Downloaded from central: URL (149 MB at 10 MB/s)` when it is there.
 */
export function createTransferReader() {
  const total: Transfer = { files: 0, megabytes: 0, current: '' };
  let rest = '';
  return {
    read(chunk: string): Transfer {
      const lines = (rest + chunk).split(/[\r\n]/);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const done = /Downloaded from \S+ \S+ \(([\d.]+) (\w?B)/.exec(line);
        if (done) {
          total.files++;
          total.megabytes += Number(done[1]) * (units[done[2] ?? 'B'] ?? 0);
          total.current = '';
        }
        const part = /Progress \(\d+\): (.*)/.exec(line)?.[1];
        // Small files come and go too fast to be worth naming.
        if (part) total.current = /^[\d.]+\/[\d.]+ MB/.exec(part)?.[0] ?? '';
      }
      return { ...total };
    },
  };
}

export const describeTransfer = ({ files, megabytes, current }: Transfer): string =>
  files === 0 && !current
    ? ''
    : `${files} files, ${megabytes.toFixed(0)} MB${current ? ` (now ${current})` : ''}`;
