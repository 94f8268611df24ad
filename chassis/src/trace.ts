import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

const traceparentPattern = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;
const current = new AsyncLocalStorage<string>();

/** A `traceparent` header value (W3C Trace Context, level 1) that starts a new trace. */
export function newTraceparent(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
}

/** Whether a header that came from outside can be handed on: one that is malformed counts as none. */
export function isTraceparent(value: string | undefined): value is string {
  return value !== undefined && traceparentPattern.test(value);
}

/** Runs `work` inside the given trace; one that is missing or malformed starts a new trace. */
export function withTrace<T>(traceparent: string | undefined, work: () => T): T {
  return current.run(isTraceparent(traceparent) ? traceparent : newTraceparent(), work);
}

/** Runs `work` outside of any trace: what it logs has to do with none, whoever happened to set it off. */
export function withoutTrace<T>(work: () => T): T {
  return current.exit(work);
}

/** The `traceparent` to hand on to whatever is called or appended now. */
export function currentTraceparent(): string | undefined {
  return current.getStore();
}

/** The 32 hex digits that identify the trace in logs, or undefined outside of one. */
export function currentTraceId(): string | undefined {
  return current.getStore()?.slice(3, 35);
}
