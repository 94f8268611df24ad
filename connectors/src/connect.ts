import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { rootCause, validationErrors } from './cause.ts';
import { Failure, isErrorLike, messageOf } from './failure.ts';

const states = z.looseObject({
  name: z.string(),
  type: z.string(),
  connector: z.looseObject({
    state: z.string(),
    worker_id: z.string().optional(),
    trace: z.string().optional(),
  }),
  tasks: z.array(
    z.looseObject({
      id: z.number(),
      state: z.string(),
      worker_id: z.string().optional(),
      trace: z.string().optional(),
    }),
  ),
});
const expanded = z.record(
  z.string(),
  z.looseObject({
    // Connect answers null for what is being created or deleted at this moment.
    info: z.looseObject({ config: z.record(z.string(), z.string()) }).nullish(),
    status: states.nullish(),
  }),
);
const activeTopics = z.record(z.string(), z.object({ topics: z.array(z.string()) }));

export type Task = { id: number; state: string; worker?: string; cause?: string };

/** A connector as Connect runs it. A connector may be RUNNING while its tasks are FAILED, or not there yet. */
export type Connector = {
  name: string;
  type: string;
  state: string;
  worker?: string;
  cause?: string;
  tasks: Task[];
  config: Record<string, string>;
};

/** Connect was not there, not ready, or busy with itself: worth another attempt. */
export class Unavailable extends Error {}

/** An answer of Connect that another attempt would not change. `status` is HTTP's. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** A request may wait for another worker's answer, or for a connector that asks its database whether it is there. */
const requestTimeout = 30_000;
const pollInterval = 500;

/** A client of Kafka Connect's REST interface; `signal` ends its requests. Each call @throws Unavailable or Refused. */
export function createConnect({ url, signal }: { url: string; signal?: AbortSignal }) {
  const base = url.replace(/\/+$/, '');

  async function request(
    method: string,
    path: string,
    body?: unknown,
    timeout = requestTimeout,
  ): Promise<unknown> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${base}${path}`, {
        method,
        signal: AbortSignal.any([AbortSignal.timeout(timeout), ...(signal ? [signal] : [])]),
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
      });
      text = await response.text();
    } catch (cause) {
      throw new Unavailable(reason(cause, timeout), { cause });
    }
    if (response.ok) return text === '' ? undefined : parse(text);
    const message = errorMessage(text);
    // 409 while the workers rebalance, 500 for a request that timed out, 404 without JSON while the worker starts.
    const busy = response.status === 409 && !message.includes('already exists');
    const started = text.startsWith('{');
    if (!started)
      throw new Unavailable(`it answers ${response.status} without saying why, as when it starts`);
    if (busy || response.status >= 500) throw new Unavailable(`it answers ${response.status}: ${message}`);
    throw new Refused(response.status, validationErrors(message));
  }

  const at = (name: string, rest = '') => `/connectors/${encodeURIComponent(name)}${rest}`;

  return {
    url: base,
    async connectors(timeout?: number): Promise<Connector[]> {
      const answer = await request('GET', '/connectors?expand=info&expand=status', undefined, timeout);
      const { data, error } = expanded.safeParse(answer);
      if (error)
        throw new Unavailable(`it does not answer as Kafka Connect does: ${error.issues[0]?.message}`);
      return Object.entries(data)
        .map(([name, { info, status }]) => toConnector(name, info?.config, status ?? undefined))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    /** The topics a connector has written or read since it was created. */
    async topics(name: string): Promise<string[]> {
      const answer = activeTopics.safeParse(await request('GET', at(name, '/topics')));
      return answer.data?.[name]?.topics ?? [];
    },
    put: (name: string, config: Record<string, string>) => request('PUT', at(name, '/config'), config),
    create: (name: string, config: Record<string, string>) =>
      request('POST', '/connectors', { name, config }),
    remove: (name: string) => request('DELETE', at(name)),
    restart: (name: string, { onlyFailed }: { onlyFailed: boolean }) =>
      request('POST', at(name, `/restart?includeTasks=true&onlyFailed=${String(onlyFailed)}`)),
    pause: (name: string) => request('PUT', at(name, '/pause')),
    resume: (name: string) => request('PUT', at(name, '/resume')),
  };
}

export type Connect = ReturnType<typeof createConnect>;

export type Patience = {
  /** Until when to try, as a time in milliseconds. */
  deadline: number;
  /** Told in one line why it still waits, whenever that changes and every few seconds. */
  progress: (line: string) => void;
  signal?: AbortSignal | undefined;
};

/**
 * Tries again while Connect is unavailable, and says so.
 * @throws Failure at the deadline, with the last reason; whatever else `action` throws
 */
export async function patiently<T>(
  connect: Connect,
  action: () => Promise<T>,
  patience: Patience,
): Promise<T> {
  const begun = Date.now();
  let said = { at: 0, line: '' };
  for (;;) {
    patience.signal?.throwIfAborted();
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      const now = Date.now();
      const seconds = Math.round((now - begun) / 1000);
      if (now + pollInterval > patience.deadline) {
        const hint = 'is the stack running (npm start)?';
        throw new Failure(
          `Kafka Connect at ${connect.url} did not answer in ${seconds} s (${error.message}): ${hint}`,
          {
            cause: error,
          },
        );
      }
      const line = `waiting for Kafka Connect at ${connect.url}: ${error.message}`;
      if (line !== said.line || now - said.at > 5000) {
        patience.progress(seconds === 0 ? line : `${line} (${seconds} s)`);
        said = { at: now, line };
      }
      await sleep(pollInterval, undefined, { signal: patience.signal });
    }
  }
}

function toConnector(
  name: string,
  config: Record<string, string> | undefined,
  status: z.infer<typeof states> | undefined,
): Connector {
  const cause = rootCause(status?.connector.trace);
  return {
    name,
    type: status?.type ?? 'unknown',
    state: status?.connector.state ?? 'UNASSIGNED',
    ...(status?.connector.worker_id ? { worker: status.connector.worker_id } : {}),
    ...(cause ? { cause } : {}),
    config: config ?? {},
    tasks: (status?.tasks ?? []).map(({ id, state, worker_id, trace }) => {
      const taskCause = rootCause(trace);
      return {
        id,
        state,
        ...(worker_id ? { worker: worker_id } : {}),
        ...(taskCause ? { cause: taskCause } : {}),
      };
    }),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Unavailable('its answer is not JSON: is it Kafka Connect?', { cause });
  }
}

function errorMessage(text: string): string {
  try {
    const { data } = z.looseObject({ message: z.string() }).safeParse(JSON.parse(text));
    return data?.message ?? text;
  } catch {
    return (
      text
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim()
        .slice(0, 100) || 'nothing'
    );
  }
}

function reason(error: unknown, timeout: number): string {
  if (!isErrorLike(error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${timeout / 1000} s`;
  const cause = isErrorLike(error.cause) ? error.cause : error;
  if (cause.code === 'ECONNREFUSED') return 'connection refused';
  return messageOf(cause) || String(cause.code);
}
