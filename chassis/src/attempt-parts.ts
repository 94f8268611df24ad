/** Who fails twice in a row is not to blame: what all depend on is away, and asking for each part would take long. */
const failuresInOneGo = 2;

/**
 * Deals with parts that do not depend on one another: `together`, which is cheapest, or apart, so that one that fails
 * holds up no other. Gives those that are still to be dealt with, the ones that failed last.
 */
export async function attemptParts<P>(
  parts: P[],
  {
    together,
    attempt,
    failed,
  }: {
    together: boolean;
    attempt: (some: P[]) => Promise<void>;
    failed: (error: unknown, some: P[]) => void;
  },
): Promise<P[]> {
  const groups = together ? [parts] : parts.map((part) => [part]);
  const failing: P[][] = [];
  let next = 0;
  for (let some = groups[0]; some && failing.length < failuresInOneGo; some = groups[++next]) {
    try {
      await attempt(some);
    } catch (error) {
      failed(error, some);
      failing.push(some);
    }
  }
  return [...groups.slice(next), ...failing].flat();
}
