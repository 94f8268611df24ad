import { setTimeout as delay } from 'node:timers/promises';
import { UnavailableError } from '@ordermesh/chassis/errors';
import type { Health } from '@ordermesh/chassis/health';
import type { Logger } from '@ordermesh/chassis/log';
import type { Part } from '@ordermesh/chassis/service';
import { withoutTrace } from '@ordermesh/chassis/trace';
import { hostnameOf, isFixed, resolveHost, type Resolve } from './addresses.ts';
import { mayRepeat } from './upstream-failure.ts';
import { createConnectionPool, type ConnectionPool } from './upstream-http/connection-pool.ts';
import { openTo } from './upstream-http/open.ts';

export type UpstreamRequest = {
  headers: Record<string, string>;
  body: string;
  /** Whether doing it twice is as good as once: true for queries, never for mutations. */
  repeatable: boolean;
};
export type UpstreamAnswer = { status: number; body: string };

type Instance = { url: string; address: string; pool: ConnectionPool; inUse: boolean; probing: boolean };

/**
 * One subgraph request takes no longer than this, in milliseconds, repetitions included. It is longer than the
 * slowest honest answer (a subgraph gives up on its broker or database after 5 s and says so itself), so it ends only
 * what hangs: the client then gets the rest of its data instead of waiting for all of it.
 */
const defaultTimeoutMs = 6_000;
/** How long an instance may think about whether it is healthy. */
const probeTimeoutMs = 1_000;
/** An instance that was left out is looked at this often, so that it is used again soon after it came back. */
const probeEveryMs = 250;
/** How often the names among the URLs are resolved anew: an instance that was added gets its first request this soon. */
const resolveEveryMs = 1_000;
/** Requests under way to one instance; the ones beyond wait here, where they cost least. */
const connectionsPerInstance = 128;

/**
 * A subgraph and its instances (one or more): a URL with an address is one, a URL with a host name is as many as the name
 * has addresses at the time. Requests go round the instances; one that refuses connections or hangs is left out until
 * its health answers again, and the next one takes the request where that is safe.
 */
export function createUpstream(options: {
  name: string;
  urls: string[];
  health: Health;
  log: Logger;
  timeoutMs?: number;
  resolve?: Resolve;
}) {
  const { name, urls, health, log, timeoutMs = defaultTimeoutMs, resolve = resolveHost } = options;
  let instances = urls.filter(isFixed).map((url) => createInstance(url, hostnameOf(url)));
  const stopped = new AbortController();
  let turn = 0;

  /** Brings the instances up to what the names stand for now. One that comes later gets requests once it is ready. */
  async function resolveNames(inUse: boolean): Promise<void> {
    const named = urls.filter((url) => !isFixed(url));
    await Promise.all(
      named.map(async (url) => {
        try {
          follow(url, await resolve(hostnameOf(url)), inUse);
        } catch (error) {
          // Whoever answers for names may be away for a moment: what is known serves on.
          log.debug({ error, url }, 'a name cannot be resolved');
        }
      }),
    );
  }

  function follow(url: string, addresses: string[], inUse: boolean): void {
    if (stopped.signal.aborted) return;
    const known = instances.filter((instance) => instance.url === url);
    const gone = known.filter(({ address }) => !addresses.includes(address));
    const found = addresses
      .filter((address) => !known.some((instance) => instance.address === address))
      .map((address) => createInstance(url, address, inUse));
    instances = [...instances.filter((instance) => !gone.includes(instance)), ...found];
    for (const { address, pool } of gone) {
      log.info({ subgraph: name, url, address }, 'a subgraph instance is gone');
      // Requests under way end as they would have.
      void pool.close();
    }
    for (const instance of found) if (!inUse) suspect(instance, false);
  }

  async function resolveAgainAndAgain(): Promise<void> {
    for (;;) {
      await delay(resolveEveryMs, undefined, { ref: false, signal: stopped.signal });
      await resolveNames(false);
    }
  }

  /** The next in turn of those in use, rather one that this request has not tried yet. */
  function next(tried: Instance[]): Instance | undefined {
    let again: Instance | undefined;
    for (let step = 0; step < instances.length; step++) {
      const instance = instances[turn++ % instances.length];
      if (!instance?.inUse) continue;
      if (!tried.includes(instance)) return instance;
      again ??= instance;
    }
    return again;
  }

  /** Rejects with UnavailableError when no instance answered, or one may have acted on a request that it did not answer. */
  function send({ headers, body, repeatable }: UpstreamRequest): Promise<UpstreamAnswer> {
    const deadline = performance.now() + timeoutMs;
    const request = { method: 'POST', path: '/graphql', headers, body, repeatable, deadline } as const;
    return new Promise((resolve, reject) => {
      const tried: Instance[] = [];
      const giveUp = (cause: unknown): void =>
        reject(new UnavailableError(`no instance of ${name} answered`, { cause }));
      const sendToNext = (cause?: unknown): void => {
        // Once each and once more: a connection may have been closed just as the request was written on it.
        const instance = tried.length <= instances.length ? next(tried) : undefined;
        if (!instance) return giveUp(cause);
        tried.push(instance);
        instance.pool.send(request, resolve, (failure, reason) => {
          // This is called in the trace of whoever opened the connection.
          withoutTrace(() => suspect(instance, failure === 'refused'));
          if (mayRepeat(failure, repeatable)) sendToNext(reason);
          else giveUp(reason);
        });
      };
      sendToNext();
    });
  }

  /** Asks a dubious instance for its health until it answers; one that refuses connections is left out at once. */
  function suspect(instance: Instance, refused: boolean): void {
    if (refused) leaveOut(instance);
    if (instance.probing || stopped.signal.aborted) return;
    instance.probing = true;
    void probeUntilBack(instance)
      .catch((error: unknown) => log.debug({ error }, 'probing ended'))
      .finally(() => (instance.probing = false));
  }

  async function probeUntilBack(instance: Instance): Promise<void> {
    while (instances.includes(instance)) {
      const status = await probe(instance);
      // One that is up but not ready is better than none: it may serve what it can.
      const better = instances.some((other) => other !== instance && other.inUse);
      if (status === 200 || (status !== undefined && !better)) return takeIn(instance);
      leaveOut(instance);
      await delay(probeEveryMs, undefined, { ref: false, signal: stopped.signal });
    }
  }

  /** The status that `/health` answers with, undefined if there is no answer. */
  function probe({ pool }: Instance): Promise<number | undefined> {
    const deadline = performance.now() + probeTimeoutMs;
    const request = { method: 'GET', path: '/health', headers: {}, repeatable: false, deadline } as const;
    return new Promise((resolve) =>
      pool.send(
        request,
        ({ status }) => resolve(status),
        () => resolve(undefined),
      ),
    );
  }

  function leaveOut(instance: Instance): void {
    if (!instance.inUse) return;
    instance.inUse = false;
    log.warn(describe(instance), 'a subgraph instance is out of reach and left out');
  }

  function takeIn(instance: Instance): void {
    if (instance.inUse) return;
    instance.inUse = true;
    log.info(describe(instance), 'a subgraph instance is back');
  }

  const describe = ({ url, address }: Instance) => ({ subgraph: name, url, address });

  /** Whether at least one instance says that it is ready. Those found ready are used again at once. */
  async function isReady(): Promise<boolean> {
    const asked = instances;
    const answers = await Promise.all(asked.map(probe));
    asked.forEach((instance, index) => {
      if (answers[index] === 200) takeIn(instance);
    });
    return answers.includes(200);
  }

  health.add(name, isReady);

  const part: Part = {
    name: `upstream ${name}`,
    start: async () => {
      if (urls.every(isFixed)) return;
      await resolveNames(true);
      void resolveAgainAndAgain().catch((error: unknown) => log.debug({ error }, 'resolving ended'));
    },
    stop: () => {
      stopped.abort();
      for (const { pool } of instances) pool.destroy();
      return Promise.resolve();
    },
  };
  return { ...part, subgraph: name, send };
}
export type Upstream = ReturnType<typeof createUpstream>;

function createInstance(url: string, address: string, inUse = true): Instance {
  const pool = createConnectionPool({
    host: new URL(url).host,
    open: openTo(url, address),
    maxConnections: connectionsPerInstance,
  });
  return { url, address, pool, inUse, probing: false };
}
