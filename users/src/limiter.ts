import { UnavailableError } from '@ordermesh/chassis/errors';

/**
 * Runs at most `running` pieces of work at once; up to `waiting` more wait their turn, in order, and whatever comes
 * beyond is refused with UnavailableError rather than kept longer than its client would wait.
 */
export function createLimiter(limits: { running: number; waiting: number }) {
  const queue: (() => void)[] = [];
  let running = 0;

  async function enter(): Promise<void> {
    if (running < limits.running) {
      running++;
      return;
    }
    if (queue.length >= limits.waiting) throw new UnavailableError('too many passwords to check at once');
    // Whoever leaves hands its place over: `running` stays.
    await new Promise<void>((resolve) => queue.push(resolve));
  }

  function leave(): void {
    const next = queue.shift();
    if (next) next();
    else running--;
  }

  return async function limited<T>(work: () => Promise<T>): Promise<T> {
    await enter();
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
