import { saysDiskFull } from '../failure.ts';

const longest = 300;

/** The line of a log that best explains why its process ended: the disk, the last error, or simply the last line. */
export function explainLog(log: string): string | undefined {
  const lines = log
    .split('\n')
    .map((line) => line.trim())
    .filter(
      (line) =>
        line !== '' && !/^(at |\.\.\. \d+ more|Node\.js v\d)/.test(line) && !/^[\^~\s}\]{[)(;,]+$/.test(line),
    );
  const last = (matches: (line: string) => boolean) => lines.findLast(matches);
  const line = last(saysDiskFull) ?? last(isFatal) ?? last(isError) ?? lines.at(-1);
  return line && shorten(plain(line));
}

const isFatal = (line: string) => /^\{"level":60|\bFATAL\b|Caused by: |OutOfMemoryError/.test(line);
const isError = (line: string) =>
  /^\{"level":50|\[ERROR\]|\bERROR\b|\b(Error|Exception)\b.*:|^\w*(Error|Exception): /.test(line) &&
  !/\[ERROR\] Aborting/.test(line);

/** A JSON log line says it in `msg` and `err.message`. */
function plain(line: string): string {
  if (!line.startsWith('{')) return line;
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry !== 'object' || entry === null) return line;
    const msg = 'msg' in entry && typeof entry.msg === 'string' ? entry.msg : undefined;
    const err = 'err' in entry && typeof entry.err === 'object' ? entry.err : undefined;
    const cause = err && 'message' in err && typeof err.message === 'string' ? err.message : undefined;
    return [msg, cause === msg ? undefined : cause].filter(Boolean).join(': ') || line;
  } catch {
    return line;
  }
}

const shorten = (line: string) => (line.length > longest ? `${line.slice(0, longest)}…` : line);
