import { requestIdHeader } from '@ordermesh/chassis/request-id';

/** What the head of an HTTP/1.1 answer says of what follows (RFC 9112). */
export type AnswerHead = {
  status: number;
  /** `none`: there is no body; `end`: it lasts until the connection ends. */
  body: { kind: 'length'; length: number } | { kind: 'chunked' | 'end' | 'none' };
  /** Of the request that it answers, if the server says so. */
  id: string | undefined;
  /** For how long the server keeps the idle connection, in milliseconds: 0 if it closes it, undefined if it does not say. */
  keptMs: number | undefined;
};

/** The server said something that is not HTTP/1.1, or not the part of it that is understood here. */
export class MalformedAnswerError extends Error {
  override name = 'MalformedAnswerError';
}

const malformed = (what: string): never => {
  throw new MalformedAnswerError(what);
};

/** Status line and header lines, to the letter: no folded lines, no blank before a colon, no control characters. */
const wellFormed =
  /^HTTP\/1\.1 [1-5]\d\d(?: [\t\x20-\x7e\x80-\xff]*)?(?:\r\n[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*)*$/;
const close = /(^|,)[\t ]*close[\t ]*(,|$)/i;
const relevant = new RegExp(
  `\\r\\n(content-length|transfer-encoding|connection|keep-alive|${requestIdHeader}):[\\t ]*([^\\r]*)`,
  'gi',
);

/**
 * Reads a head (without the empty line after it). What says twice how long the body is, or says it in a way that is not
 * known here, is refused: where the next answer begins must never be a guess.
 * @throws MalformedAnswerError
 */
export function readAnswerHead(head: string): AnswerHead {
  if (!wellFormed.test(head)) return malformed('not a head of HTTP/1.1');
  const status = Number(head.slice(9, 12));
  let length: number | undefined;
  let chunked = false;
  let closes = false;
  let hint: number | undefined;
  let id: string | undefined;
  relevant.lastIndex = 0;
  for (let found = relevant.exec(head); found; found = relevant.exec(head)) {
    const [, name = '', rest = ''] = found;
    const value = withoutBlanksAtTheEnd(rest);
    switch (name.toLowerCase()) {
      case 'content-length':
        if (length !== undefined || !/^\d{1,15}$/.test(value)) malformed(`content-length ${value}`);
        length = Number(value);
        break;
      case 'transfer-encoding':
        if (chunked || value.toLowerCase() !== 'chunked') malformed(`transfer-encoding ${value}`);
        chunked = true;
        break;
      case 'connection':
        closes ||= close.test(value);
        break;
      case 'keep-alive':
        hint = secondsOf(value);
        break;
      default:
        id = value;
    }
  }
  if (chunked && length !== undefined) malformed('both content-length and transfer-encoding');
  const keptMs = closes ? 0 : hint === undefined ? undefined : hint * 1_000;
  if (status < 200 || status === 204 || status === 304) {
    // Whoever sends one all the same would have it taken for the next answer.
    if (chunked || length) malformed(`a body with status ${status}`);
    return { status, body: { kind: 'none' }, id, keptMs };
  }
  if (chunked) return { status, body: { kind: 'chunked' }, id, keptMs };
  if (length !== undefined) return { status, body: { kind: 'length', length }, id, keptMs };
  return { status, body: { kind: 'end' }, id, keptMs: 0 };
}

/** `Keep-Alive: timeout=5`, as Node and others announce it. */
function secondsOf(keepAlive: string): number | undefined {
  const seconds = /(?:^|,)[\t ]*timeout=(\d{1,6})/i.exec(keepAlive)?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

/** Blanks are spaces and tabs (RFC 9110, section 5.6.3): trimEnd would take more than that. */
function withoutBlanksAtTheEnd(text: string): string {
  let end = text.length;
  while (text[end - 1] === ' ' || text[end - 1] === '\t') end--;
  return text.slice(0, end);
}
