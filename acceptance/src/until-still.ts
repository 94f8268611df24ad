import { waitFor } from '@ordermesh/stack/testing';

/** Waits until a number is the same as a second before, and gives it. */
export async function untilStill(read: () => Promise<number>, what: string): Promise<number> {
  let latest = -1;
  const isStill = async () => {
    const before = latest;
    latest = await read();
    return latest === before;
  };
  await waitFor(isStill, { what, interval: 1_000 });
  return latest;
}
