import { setTimeout as delay } from 'node:timers/promises';
import { UnavailableError } from '@ordermesh/chassis/errors';
import type { Health } from '@ordermesh/chassis/health';
import type { Logger } from '@ordermesh/chassis/log';
import type { Part } from '@ordermesh/chassis/service';
import { Pool } from 'undici';
import { hostnameOf, isFixed, pinnedTo, resolveHost, type Resolve } from './addresses.ts';
import { post } from './post.ts';
import { failureOf, mayRepeat } from './upstream-failure.ts';

export type UpstreamRequest = {
  headers: Record<string, string>;
  body: string;
  /** Whether doing it twice is as good as once: true for queries, never for mutations. */
  repeatable: boolean;
};
export type UpstreamAnswer = { status: number; body: string };

type Instance = { url: string; address: string; pool: Pool; inUse: boolean; probing: boolean };

/**
 * One subgraph request takes no longer than this, in milliseconds, repetitions included. It is longer than the
 * slowest honest answer (a subgraph gives up on its broker or database after 5 s and says so itself), so it ends only
 * what hangs: the client then gets the rest of its data instead of waiting for all of it.
 */
const defaultTimeoutMs = 6_000;
/** Opening a connection within a data centre takes a millisecond; a host that swallows packets would take minutes. */
const connectTimeoutMs = 1_000;
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
      void pool.close().catch((error: unknown) => log.debug({ error }, 'closing connections'));
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
  async function send(request: UpstreamRequest): Promise<UpstreamAnswer> {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), timeoutMs);
    try {
      return await sendToAny(request, deadline.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  async function sendToAny(request: UpstreamRequest, signal: AbortSignal): Promise<UpstreamAnswer> {
    const tried: Instance[] = [];
    let cause: unknown;
    // Once each and once more: a connection may have been closed just as the request was written on it.
    while (tried.length <= instances.length) {
      const instance = next(tried);
      if (!instance) break;
      tried.push(instance);
      try {
        return await post(instance.pool, request, signal);
      } catch (error) {
        cause = error;
        const failure = failureOf(error, signal);
        suspect(instance, failure === 'refused');
        if (!mayRepeat(failure, request.repeatable)) break;
      }
    }
    throw new UnavailableError(`no instance of ${name} answered`, { cause });
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
  async function probe({ pool }: Instance): Promise<number | undefined> {
    try {
      const signal = AbortSignal.timeout(probeTimeoutMs);
      const response = await pool.request({ method: 'GET', path: '/health', signal });
      await response.body.dump();
      return response.statusCode;
    } catch {
      return undefined;
    }
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
    stop: async () => {
      stopped.abort();
      await Promise.all(instances.map((instance) => instance.pool.destroy()));
    },
  };
  return { ...part, subgraph: name, send };
}
export type Upstream = ReturnType<typeof createUpstream>;

function createInstance(url: string, address: string, inUse = true): Instance {
  const pool = new Pool(url, {
    connections: connectionsPerInstance,
    // One request at a time on a connection: behind a slow answer, pipelined ones would wait for it.
    pipelining: 1,
    connect: { timeout: connectTimeoutMs, lookup: pinnedTo(address) },
    // The deadline of the whole request takes the place of these.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return { url, address, pool, inUse, probing: false };
}
