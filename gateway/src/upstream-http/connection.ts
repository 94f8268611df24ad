import type { Socket } from 'node:net';
import type { Failure } from '../upstream-failure.ts';
import { createAnswerParser, type Answer, type AnswerLimits } from './answer-parser.ts';
import { lose, type Exchange } from './exchange.ts';

/** Begins to connect; calls `onOpen` when requests can be written, and `onData` with what comes, in memory that is reused. */
export type Open = (events: { onOpen: () => void; onData: (bytes: Buffer) => void }) => Socket;

/** What a connection tells of itself. */
export type ConnectionEvents = {
  /** Everything asked on it is answered. */
  onIdle: (connection: Connection) => void;
  /** It is gone. `moved` are requests that are to be asked elsewhere: never seen, or queries behind one that failed. */
  onEnd: (connection: Connection, moved: Exchange[]) => void;
};

/** A server that says nothing of it keeps an idle connection for at least this long, in milliseconds (Node's own default is 5 s). */
const keptMsByDefault = 4_000;
/** How much earlier than the server the connection is given up, so that it is not closed just as a request is on its way. */
const marginMs = 1_000;

/** A request that was written so many ticks ago holds up nobody any longer. */
const patienceTicks = 3;
/** Opening a connection within a data centre takes a millisecond; a host that swallows packets would take minutes. In ticks. */
const connectTicks = 100;

/**
 * One connection to a server. Requests that are given to it in the same turn of the event loop leave in one write; answers
 * come in the order of the requests.
 */
export function createConnection(
  open: Open,
  { onIdle, onEnd, limits }: ConnectionEvents & { limits?: AnswerLimits },
) {
  /** Asked and not answered, the oldest first. */
  let waiting: Exchange[] = [];
  /** In which tick each of them was written; there are fewer of these, as the last ones may not have left yet. */
  let writtenAt: number[] = [];
  let flushing = false;
  let state: 'connecting' | 'open' | 'ended' = 'connecting';
  /** No more requests on it: the server closes it, or it is being closed. */
  let closing = false;
  let ticks = 0;
  let idleUntil = Infinity;
  let buffering = false;

  const parser = createAnswerParser({
    expectedId: () => (writtenAt.length > 0 ? waiting[0]?.id : undefined),
    onAnswer: answered,
    ...(limits && { limits }),
  });
  const socket = open({ onOpen: opened, onData: received });
  socket.on('drain', () => (buffering = false));
  socket.on('end', () => {
    parser.end();
    end(new Error('the server closed the connection'));
  });
  socket.on('error', end);
  socket.on('close', () => end(new Error('the connection was closed')));

  function opened(): void {
    if (state !== 'connecting') return;
    state = 'open';
    flush();
  }

  function send(exchange: Exchange): void {
    waiting.push(exchange);
    if (flushing || state !== 'open') return;
    flushing = true;
    setImmediate(flush);
  }

  function flush(): void {
    flushing = false;
    if (state !== 'open' || writtenAt.length === waiting.length) return;
    let text = '';
    let isAscii = true;
    for (let at = writtenAt.length; at < waiting.length; at++) {
      const exchange = waiting[at];
      if (!exchange) break;
      writtenAt.push(ticks);
      text += exchange.text;
      isAscii &&= exchange.isAscii;
    }
    buffering = !socket.write(text, isAscii ? 'latin1' : 'utf8');
  }

  function received(chunk: Buffer): void {
    try {
      if (state !== 'ended') parser.read(chunk);
    } catch (error) {
      end(error);
    }
  }

  function answered(answer: Answer): void {
    const exchange = waiting.shift();
    writtenAt.shift();
    if (exchange && !exchange.settled) {
      exchange.settled = true;
      exchange.answer(answer);
    }
    if (answer.keptMs === 0) {
      closing = true;
      return end(new Error('the server closes the connection after this answer'), true);
    }
    if (waiting.length > 0) return;
    // It has answered what it has not read: what is unsent would be in the way of the next request.
    if (buffering) closing = true;
    const kept = (answer.keptMs ?? keptMsByDefault + marginMs) - marginMs;
    idleUntil = performance.now() + kept;
    if (closing) end(new Error('closed'));
    else onIdle(connection);
  }

  /**
   * The request that is being answered has failed. Those that left after it are queries: they are asked anew elsewhere,
   * unless they have been already.
   */
  function end(cause: unknown, headIsDone = false): void {
    if (state === 'ended') return;
    const failure: Failure = state === 'connecting' ? 'refused' : 'broken';
    const written = writtenAt.length;
    const seen = failure === 'refused' ? waiting.length : headIsDone ? 0 : Math.min(written, 1);
    const left = waiting;
    state = 'ended';
    waiting = [];
    writtenAt = [];
    socket.destroy();
    const moved: Exchange[] = [];
    left.forEach((each, at) => {
      const mayMove = at >= seen && (each.mayShare || at >= written);
      if (mayMove && !each.settled) moved.push(each);
      else lose(each, failure, cause);
    });
    onEnd(connection, moved);
  }

  const connection = {
    send,
    /** Asked on it and not answered. */
    depth: () => waiting.length,
    /** Whether another request may join those on it: not while the server does not even read them. */
    mayJoin: () => !closing && state !== 'ended' && !buffering,
    /** To be called every few milliseconds. Gives whether what was written first takes its time to be answered. */
    tick(): boolean {
      ticks++;
      if (state === 'connecting' && ticks > connectTicks) end(new Error('no connection in time'));
      const [oldest] = writtenAt;
      return oldest !== undefined && ticks - oldest >= patienceTicks;
    },
    /** What is being answered. */
    head: () => waiting[0],
    /**
     * What should be asked elsewhere when the line is late. At first the last one alone: if its server is merely busy, it is
     * answered nowhere sooner, and asking everything twice would make the server busier still. If it was answered elsewhere,
     * all others.
     */
    toAskElsewhere(): Exchange[] {
      const behind = waiting.slice(1);
      const last = behind.at(-1);
      if (last?.mayShare) return [last];
      return last?.settled ? behind.filter(({ settled, mayShare }) => !settled && mayShare) : [];
    },
    isStale: (now: number) => waiting.length === 0 && now >= idleUntil,
    /** Ends once everything asked on it is answered. */
    close(): void {
      closing = true;
      if (waiting.length === 0) end(new Error('closed'));
    },
    destroy: (cause: unknown) => end(cause),
  };
  return connection;
}
export type Connection = ReturnType<typeof createConnection>;
