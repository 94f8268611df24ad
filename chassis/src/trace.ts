import { AsyncLocalStorage } from 'node:async_hooks';
import { createRandomPool } from './random-pool.ts';

/** Ids of zeros alone are no ids. */
const traceparentPattern = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
/** A later version begins with what version 00 has; whatever follows is of no concern here. 255 is no version. */
const laterPattern = /^(?!00|ff)[0-9a-f]{2}-([0-9a-f]{32}-[0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;
const current = new AsyncLocalStorage<string>();

const drawRandom = createRandomPool(24);

/** A `traceparent` header value (W3C Trace Context, level 1) that starts a new trace. */
export function newTraceparent(): string {
  const ids = drawRandom().toString('hex');
  return `00-${ids.slice(0, 32)}-${ids.slice(32)}-01`;
}

/**
 * The header `traceparent` of a request as it can be handed on: as version 00, whatever later version it came in, with
 * the one flag that 00 knows of it. Undefined when it is malformed, which counts as none.
 */
export function readTraceparent(header: string | undefined): string | undefined {
  const [, ids, flags = ''] = laterPattern.exec(header ?? '') ?? [];
  const known = ids === undefined ? header : `00-${ids}-0${Number.parseInt(flags, 16) & 1}`;
  return isTraceparent(known) ? known : undefined;
}

/** Whether it is a `traceparent` as it is handed on here, in records and in the outbox: well formed, of version 00. */
export function isTraceparent(value: string | undefined): value is string {
  return value !== undefined && traceparentPattern.test(value);
}

/** Runs `work` inside the given trace; one that is missing or malformed starts a new trace. */
export function withTrace<T>(traceparent: string | undefined, work: () => T): T {
  return current.run(readTraceparent(traceparent) ?? newTraceparent(), work);
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
