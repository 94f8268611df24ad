import { requestIdHeader } from '@ordermesh/chassis/request-id';
import type { Failure } from '../upstream-failure.ts';
import type { Answer } from './answer-parser.ts';

/** A request and what becomes of it. */
export type Exchange = {
  id: string;
  /** The whole request as it is written. */
  text: string;
  /** Whether the text is ASCII alone. */
  isAscii: boolean;
  /** Whether it may share a connection with others that are not answered yet, and be asked a second time elsewhere. */
  mayShare: boolean;
  /** When its time is up, as performance.now() counts. */
  deadline: number;
  /** On how many connections it is asked, or waits to be: only the failure of the last one is its own. */
  copies: number;
  /** Whether it was answered or has failed: what comes later is for nobody. */
  settled: boolean;
  answer: (answer: Answer) => void;
  fail: (failure: Failure, cause: unknown) => void;
};

/** Tells it that it has failed, unless it was answered or has failed before. */
export function fail(exchange: Exchange, failure: Failure, cause: unknown): void {
  if (exchange.settled) return;
  exchange.settled = true;
  exchange.fail(failure, cause);
}

/** One of its copies cannot be answered any more. */
export function lose(exchange: Exchange, failure: Failure, cause: unknown): void {
  exchange.copies--;
  if (exchange.copies === 0) fail(exchange, failure, cause);
}

export type RequestParts = {
  method: 'GET' | 'POST';
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
};

/** Printable ASCII: nothing that could end a header line and begin another. */
const harmless = /^[\x20-\x7e]*$/;

/** The last long value that was looked at: a caller's token comes with each of its requests, which are several at a time. */
let knownHarmless = '';

function isHarmless(value: string): boolean {
  if (value === knownHarmless) return true;
  if (!harmless.test(value)) return false;
  if (value.length > 100) knownHarmless = value;
  return true;
}

/** A request as HTTP/1.1 writes it. Names of headers are the caller's own constants; their values are looked at. */
export function writeRequest(host: string, id: string, { method, path, headers, body }: RequestParts) {
  let text = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${requestIdHeader}: ${id}\r\n`;
  for (const name in headers) {
    const value = headers[name] ?? '';
    if (!isHarmless(value))
      throw new TypeError(`the header ${name} cannot be sent: it is not printable ASCII`);
    text += `${name}: ${value}\r\n`;
  }
  if (body === undefined) return { text: `${text}\r\n`, isAscii: true };
  const length = Buffer.byteLength(body);
  return { text: `${text}content-length: ${length}\r\n\r\n${body}`, isAscii: length === body.length };
}
