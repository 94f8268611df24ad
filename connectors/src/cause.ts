const longest = 300;

/** `java.lang.IllegalStateException: no` → `IllegalStateException: no`: the package says nothing to a reader. */
const shorten = (line: string) => line.replace(/^(?:[a-z_][\w]*\.)+(?=[A-Z])/, '');

/** The root cause of a task's failure in one line: the last `Caused by:` of its stack trace, or else its first line. */
export function rootCause(trace: string | undefined): string | undefined {
  const lines = (trace ?? '').split('\n').map((line) => line.trim());
  const causes = lines.filter((line) => line.startsWith('Caused by: '));
  const line = causes.at(-1)?.slice('Caused by: '.length) ?? lines.find((each) => each !== '');
  if (line === undefined) return undefined;
  const short = shorten(line);
  return short.length <= longest ? short : `${short.slice(0, longest)}…`;
}

/** What Connect says of a refused configuration, without the phrases around it. */
export const validationErrors = (message: string) =>
  message
    .replace(/^Connector configuration is invalid and contains the following \d+ error\(s\):\s*/, '')
    .replace(/\s*You can also find the above list of errors at the endpoint.*$/s, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('; ');
