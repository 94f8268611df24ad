/** Runs so many pieces of work side by side, and no more. */
export function createCrew(size: number) {
  const running = new Set<Promise<unknown>>();
  return {
    /** Resolves when the work has begun. Throws what an earlier piece of work threw. */
    async take(work: () => Promise<unknown>): Promise<void> {
      while (running.size >= size) await Promise.race(running);
      const piece = work();
      running.add(piece);
      // One that failed stays, so that whoever waits next, or at the end, is told.
      piece.then(
        () => running.delete(piece),
        () => undefined,
      );
    },
    async done(): Promise<void> {
      await Promise.all(running);
    },
  };
}
