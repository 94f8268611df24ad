import { MalformedAnswerError, readAnswerHead, type AnswerHead } from './answer-head.ts';

export type Answer = { status: number; body: string; keptMs: number | undefined };

/** In bytes. A head has some hundred; the largest honest answer is some megabytes. */
export type AnswerLimits = { head: number; body: number };
export const answerLimits: AnswerLimits = { head: 16_384, body: 16_777_216 };

const endOfHead = Buffer.from('\r\n\r\n');
const endOfLine = Buffer.from('\r\n');
const nothing = Buffer.alloc(0);
/** In bytes: a body that comes in pieces is collected in at least so many. */
const leastRoom = 4_096;

/** What is being read: heads and lines are held until they are whole, data is collected as it comes. */
type State =
  | { at: 'head' | 'chunk size' | 'trailer' }
  | { at: 'data'; left: number; chunked: boolean }
  | { at: 'data until the end' };

const beforeHead: State = { at: 'head' };

/**
 * Splits what comes in on a connection into HTTP/1.1 answers (RFC 9112) and gives each one to `onAnswer`, before which
 * `expectedId` is asked for the request that is to be answered: what was not asked for is refused, as is what says itself
 * that it answers another one, and everything else that is not understood to the letter.
 * The chunks given to it may be reused by the caller.
 */
export function createAnswerParser(options: {
  /** Undefined if nothing was asked. */
  expectedId: () => string | undefined;
  onAnswer: (answer: Answer) => void;
  limits?: AnswerLimits;
}) {
  const { expectedId, onAnswer, limits = answerLimits } = options;
  let state = beforeHead;
  let held: Buffer | undefined;
  let head: AnswerHead | undefined;
  let trailer = 0;
  /** What has come of the body, in its first `size` bytes. */
  let collected = nothing;
  let size = 0;

  /** @throws MalformedAnswerError after which nothing more can be read from the connection. */
  function read(chunk: Buffer): void {
    const bytes = held ? Buffer.concat([held, chunk]) : chunk;
    held = undefined;
    let from = 0;
    while (from < bytes.length) {
      const next = step(bytes, from);
      if (next === undefined) {
        held = Buffer.from(bytes.subarray(from));
        return;
      }
      from = next;
    }
  }

  /** Reads one piece from `from` on; gives where the next one begins, undefined if this one is not whole yet. */
  function step(bytes: Buffer, from: number): number | undefined {
    switch (state.at) {
      case 'head':
        return readHead(bytes, from);
      case 'data':
        return readData(bytes, from, state);
      case 'data until the end':
        keep(bytes.subarray(from));
        return bytes.length;
      case 'chunk size':
        return readChunkSize(bytes, from);
      case 'trailer':
        return readTrailer(bytes, from);
    }
  }

  function readHead(bytes: Buffer, from: number): number | undefined {
    const expected = expectedId();
    if (expected === undefined) throw new MalformedAnswerError('an answer to nothing');
    const end = bytes.indexOf(endOfHead, from);
    if ((end < 0 ? bytes.length : end) - from > limits.head)
      throw new MalformedAnswerError('the head is too long');
    if (end < 0) return undefined;
    const after = end + endOfHead.length;
    const read = readAnswerHead(bytes.toString('latin1', from, end));
    // Interim answers (100 Continue, 103 Early Hints) come before the real one; nothing was offered to switch to.
    if (read.status === 101) throw new MalformedAnswerError('another protocol');
    if (read.status < 200) return after;
    if (read.id !== undefined && read.id !== expected)
      throw new MalformedAnswerError('an answer to another request');
    head = read;
    const { body } = read;
    if (body.kind === 'length') return readLength(bytes, after, body.length);
    if (body.kind === 'none') finish('');
    else if (body.kind === 'end') state = { at: 'data until the end' };
    else state = { at: 'chunk size' };
    return after;
  }

  /** Nearly every answer comes whole: its text is read from where it is. */
  function readLength(bytes: Buffer, from: number, length: number): number {
    if (length > limits.body) throw new MalformedAnswerError('the body is too long');
    if (bytes.length - from >= length) {
      finish(bytes.toString('utf8', from, from + length));
      return from + length;
    }
    state = { at: 'data', left: length, chunked: false };
    return from;
  }

  function readData(bytes: Buffer, from: number, data: State & { at: 'data' }): number | undefined {
    const some = bytes.subarray(from, from + data.left);
    if (some.length < data.left) {
      keep(some);
      data.left -= some.length;
      return bytes.length;
    }
    const end = from + data.left;
    if (!data.chunked) {
      keep(some);
      finish(collected.toString('utf8', 0, size));
      return end;
    }
    if (bytes.length < end + 2) {
      if (data.left === 0) return undefined;
      keep(some);
      data.left = 0;
      return end;
    }
    if (bytes[end] !== 13 || bytes[end + 1] !== 10) throw new MalformedAnswerError('a chunk without an end');
    keep(some);
    state = { at: 'chunk size' };
    return end + 2;
  }

  /** Nothing but hexadecimal digits: nobody needs the extensions that might follow. */
  function readChunkSize(bytes: Buffer, from: number): number | undefined {
    const end = bytes.indexOf(endOfLine, from);
    const line = bytes.toString('latin1', from, Math.min(end < 0 ? bytes.length : end, from + 9));
    if (!(end < 0 ? /^[0-9a-f]{0,8}\r?$/i : /^[0-9a-f]{1,8}$/i).test(line))
      throw new MalformedAnswerError('no size of a chunk');
    if (end < 0) return undefined;
    const left = Number.parseInt(line, 16);
    trailer = 0;
    state = left === 0 ? { at: 'trailer' } : { at: 'data', left, chunked: true };
    if (size + left > limits.body) throw new MalformedAnswerError('the body is too long');
    return end + 2;
  }

  /** Header lines after the last chunk are of no interest; an empty one is the end. */
  function readTrailer(bytes: Buffer, from: number): number | undefined {
    const end = bytes.indexOf(endOfLine, from);
    if (trailer + (end < 0 ? bytes.length : end) - from > limits.head)
      throw new MalformedAnswerError('the trailer is too long');
    if (end < 0) return undefined;
    trailer += end + 2 - from;
    if (end === from) finish(collected.toString('utf8', 0, size));
    return end + 2;
  }

  /** Copies it: room is doubled, so that a body in many small chunks takes no more than one in few large ones. */
  function keep(some: Buffer): void {
    const least = size + some.length;
    if (least > limits.body) throw new MalformedAnswerError('the body is too long');
    if (least > collected.length) {
      const longer = Buffer.allocUnsafeSlow(Math.max(least, 2 * collected.length, leastRoom));
      collected.copy(longer, 0, 0, size);
      collected = longer;
    }
    some.copy(collected, size);
    size = least;
  }

  function finish(body: string): void {
    const { status = 0, keptMs } = head ?? {};
    state = beforeHead;
    head = undefined;
    collected = nothing;
    size = 0;
    onAnswer({ status, body, keptMs });
  }

  /** The server will send nothing more: the end of a body that has no other. */
  function end(): void {
    if (state.at === 'data until the end') finish(collected.toString('utf8', 0, size));
  }

  return { read, end };
}
