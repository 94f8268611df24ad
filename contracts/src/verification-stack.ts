import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runningStack, startStack, type RunningStack } from '@ordermesh/stack/testing';

/** A stack for the verifications that need one: the one on `data`, or one of one's own. */
export type VerificationStack = {
  /** Rejects when it does not come up. */
  ready: Promise<RunningStack>;
  stop(): Promise<void>;
};

export function verificationStack(data: string | undefined, signal: AbortSignal): VerificationStack {
  if (data !== undefined) {
    const stack = runningStack(data);
    return { ready: Promise.resolve(stack), stop: async () => undefined };
  }
  const dir = mkdtempSync(join(tmpdir(), 'ordermesh-verify-'));
  const started = startStack({ data: dir, signal });
  const ready = started.then(() => runningStack(dir));
  // Whoever waits for it is told; when nobody gets that far, it is no unhandled rejection.
  ready.catch(() => undefined);
  return {
    ready,
    async stop() {
      await started.then((stack) => stack.stop()).catch(() => undefined);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
