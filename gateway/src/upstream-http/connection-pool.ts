import type { Failure } from '../upstream-failure.ts';
import type { Answer, AnswerLimits } from './answer-parser.ts';
import { createConnection, type Connection, type Open } from './connection.ts';
import { fail, writeRequest, type Exchange, type RequestParts } from './exchange.ts';

export type PoolRequest = RequestParts & {
  /** Whether doing it twice is as good as once. Only what may be repeated shares a connection. */
  repeatable: boolean;
  /** When its time is up, as performance.now() counts. */
  deadline: number;
};

export type OnAnswer = (answer: Answer) => void;
export type OnFailure = (failure: Failure, cause: unknown) => void;

/** How often the pool looks for what is late, in milliseconds. */
const tickMs = 10;
/** And how often once there was nothing to do for so many ticks. */
const [quietTickMs, quietAfterTicks] = [500, 100];
/**
 * After an answer that took its time, requests have connections of their own for so long, in milliseconds. If it happens again
 * soon after that, twice as long: to a server that is never quick, hardly anything is asked twice.
 */
const [firstPauseMs, longestPauseMs] = [1_000, 64_000];
/** Requests on one connection at most: more would not make writing any cheaper. */
const maxDepth = 32;
/** Longer requests and their likes are few; they do not wait for one another. */
const maxSharedLength = 65_536;

/**
 * The connections to one server. Queries of the same moment share one, as writing and reading them together costs a
 * third of doing it one by one; a connection is shared only as long as its server is quick. If a line takes its time,
 * nothing is shared for a second, and those that would be answered sooner elsewhere are asked anew there.
 */
export function createConnectionPool(options: {
  /** As in the Host header. */
  host: string;
  open: Open;
  maxConnections: number;
  limits?: AnswerLimits;
}) {
  const { host, open, maxConnections, limits } = options;
  const connections = new Set<Connection>();
  /**
   * All without a request, and no others. The last used is the last, and the one that is used next, so that those not needed
   * grow old.
   */
  let idle: Connection[] = [];
  /** For want of a connection. */
  let queue: Exchange[] = [];
  /** One with queries on it that others may join. */
  let shared: Connection | undefined;
  let sharingFrom = 0;
  let pauseMs = firstPauseMs;
  let ticking: NodeJS.Timeout | undefined;
  let quietTicks = 0;
  let lastTickAt = -Infinity;
  let lastId = 0;
  let ended: 'no' | 'closing' | 'destroyed' = 'no';
  const allClosed = Promise.withResolvers<undefined>();

  /** Calls `onAnswer` or `onFailure` once. */
  function send(request: PoolRequest, onAnswer: OnAnswer, onFailure: OnFailure): void {
    const { repeatable, deadline } = request;
    const id = String(++lastId);
    const { text, isAscii } = writeRequest(host, id, request);
    const mayShare = repeatable && text.length <= maxSharedLength;
    const exchange: Exchange = {
      id,
      text,
      isAscii,
      mayShare,
      deadline,
      copies: 1,
      settled: false,
      answer: onAnswer,
      fail: onFailure,
    };
    if (ended !== 'no') return void fail(exchange, 'refused', new Error('the pool is closed'));
    dispatch(exchange, mayShare && performance.now() >= sharingFrom);
    if (!ticking || quietTicks > quietAfterTicks) wake();
  }

  function dispatch(exchange: Exchange, mayJoin: boolean): void {
    if (mayJoin && shared?.mayJoin() && shared.depth() < maxDepth) return shared.send(exchange);
    const connection = takeIdle() ?? openAnother();
    if (!connection) return void queue.push(exchange);
    if (mayJoin) shared = connection;
    connection.send(exchange);
  }

  /** Ticks may be late, or rare: that its server does not close it just now is looked at here. */
  function takeIdle(): Connection | undefined {
    const now = performance.now();
    for (;;) {
      const connection = idle.pop();
      if (!connection?.isStale(now)) return connection;
      connection.close();
    }
  }

  function openAnother(): Connection | undefined {
    if (connections.size >= maxConnections) return undefined;
    const connection = createConnection(open, { onIdle, onEnd, ...(limits && { limits }) });
    connections.add(connection);
    return connection;
  }

  function onIdle(connection: Connection): void {
    if (connection === shared) shared = undefined;
    const next = nextInQueue();
    if (next) connection.send(next);
    else if (ended === 'no') idle.push(connection);
    else connection.close();
  }

  /** Whatever was answered elsewhere in the meantime is not asked again. */
  function nextInQueue(): Exchange | undefined {
    for (;;) {
      const next = queue.shift();
      if (!next?.settled) return next;
    }
  }

  function onEnd(connection: Connection, moved: Exchange[]): void {
    connections.delete(connection);
    idle = idle.filter((other) => other !== connection);
    if (shared === connection) shared = undefined;
    if (ended === 'destroyed')
      for (const each of moved) fail(each, 'broken', new Error('the pool is closed'));
    else if (moved.length > 0) askElsewhere(moved);
    dispatchQueued();
    if (ended !== 'no' && connections.size === 0) allClosed.resolve(undefined);
  }

  /** As far as there are connections for them. */
  function dispatchQueued(): void {
    while (connections.size < maxConnections) {
      const next = nextInQueue();
      if (!next) return;
      dispatch(next, false);
    }
  }

  /** Each on a connection of its own: behind others it has been already. */
  function askElsewhere(exchanges: Exchange[]): void {
    const now = performance.now();
    if (now >= sharingFrom) {
      const isSoon = now - sharingFrom < pauseMs;
      pauseMs = isSoon ? Math.min(2 * pauseMs, longestPauseMs) : firstPauseMs;
      sharingFrom = now + pauseMs;
    }
    for (const exchange of exchanges) {
      exchange.mayShare = false;
      dispatch(exchange, false);
    }
  }

  /** Counts time in ticks, not by the clock: when this process itself was busy, answers lie unread and nobody was slow. */
  function tick(): void {
    const now = performance.now();
    for (const exchange of queue)
      if (lastTickAt >= exchange.deadline) fail(exchange, 'timeout', new Error('no connection in time'));
    queue = queue.filter(({ settled }) => !settled);
    let busy = queue.length > 0;
    for (const connection of connections) {
      if (connection.depth() > 0) busy = true;
      if (connection.isStale(now)) connection.close();
      else look(connection);
    }
    lastTickAt = now;
    quietTicks = busy ? 0 : quietTicks + 1;
    ticking = undefined;
    if (connections.size > 0 || busy) keepTicking();
  }

  function look(connection: Connection): void {
    const isLate = connection.tick();
    const head = connection.head();
    // Late in the last tick already: since then, what had come was read.
    if (head && lastTickAt >= head.deadline) {
      fail(head, 'timeout', new Error('no answer in time'));
      // The answer may still come, to nobody: with it in the way nothing can be asked here.
      connection.destroy(new Error('no answer in time'));
    } else if (isLate) {
      if (connection === shared) shared = undefined;
      const behind = connection.toAskElsewhere();
      for (const each of behind) each.copies++;
      if (behind.length > 0) askElsewhere(behind);
    }
  }

  function keepTicking(): void {
    if (ended === 'destroyed') return;
    ticking = setTimeout(tick, quietTicks > quietAfterTicks ? quietTickMs : tickMs).unref();
  }

  /** There is something to look after again. */
  function wake(): void {
    clearTimeout(ticking);
    quietTicks = 0;
    keepTicking();
  }

  return {
    send,
    /** Lets what is under way end as it would have. */
    async close(): Promise<void> {
      ended = ended === 'no' ? 'closing' : ended;
      // Those in use end once everything is answered, including what waits for a connection.
      for (const connection of idle) connection.close();
      if (connections.size > 0) await allClosed.promise;
    },
    destroy(): void {
      ended = 'destroyed';
      clearTimeout(ticking);
      const cause = new Error('the pool is closed');
      for (const exchange of queue) fail(exchange, 'broken', cause);
      queue = [];
      for (const connection of connections) connection.destroy(cause);
    },
  };
}
export type ConnectionPool = ReturnType<typeof createConnectionPool>;
