import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';

/** Largest request body, in bytes, before and after decompression: far above any real operation, far below what would hurt. */
const bodyLimit = 1_048_576;

/** JSON is UTF-8 between systems (RFC 8259, section 8.1), and ASCII is a part of it. */
const charsets = ['utf-8', 'utf8', 'us-ascii'];

type Decode = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;
const decoders = new Map<string, Decode>([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
]);

type RefusalStatus = 400 | 405 | 413 | 415;

/** A request that is refused for how it was sent. The message says to the client what was wrong. */
export class RefusedRequestError extends Error {
  override name = 'RefusedRequestError';
  readonly status: RefusalStatus;
  readonly code: 'BAD_REQUEST' | 'BAD_USER_INPUT';
  readonly headers: Record<string, string>;

  constructor(status: RefusalStatus, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.code = status === 413 ? 'BAD_USER_INPUT' : 'BAD_REQUEST';
    this.headers = headers;
  }
}

class ClientLeftError extends Error {
  override name = 'ClientLeftError';
}

/** A request that was not sent whole, or that was refused for how it was sent. */
export function isClientsFault(error: unknown): boolean {
  return (
    error instanceof RefusedRequestError || error instanceof ClientLeftError || codeOf(error) === 'ECONNRESET'
  );
}

/** Node's code of a system error. */
function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/**
 * Reads a whole request body as text: UTF-8, with or without a byte order mark, compressed as its content-encoding says.
 *
 * @throws RefusedRequestError for a body beyond 1 MiB, and for one that cannot be read as text
 */
export async function readBody(request: IncomingMessage): Promise<string> {
  refuseOtherCharset(request.headers['content-type']);
  const decode = decoderOf(request.headers['content-encoding']);
  const bytes = await readBytes(request);
  return toText(decode ? await decode(bytes) : bytes);
}

/** By events: an iterator over the request costs three times as much as all the rest of reading it. */
function readBytes(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // No event tells of a client that left before this was called.
    if (request.destroyed) return reject(new ClientLeftError('the client left'));
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= bodyLimit) chunks.push(chunk);
      else reject(tooLarge());
    });
    request.on('end', () => {
      const [only] = chunks;
      resolve(chunks.length === 1 && only ? only : Buffer.concat(chunks));
    });
    request.on('error', reject);
  });
}

function refuseOtherCharset(contentType = ''): void {
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(contentType)?.[1];
  if (charset === undefined || charsets.includes(charset.toLowerCase())) return;
  throw new RefusedRequestError(
    415,
    `the charset ${quote(charset)} is not supported: send the request body in UTF-8`,
  );
}

function decoderOf(contentEncoding = ''): ((body: Buffer) => Promise<Buffer>) | undefined {
  const encoding = contentEncoding.trim().toLowerCase();
  if (encoding === '' || encoding === 'identity') return undefined;
  const decode = decoders.get(encoding);
  if (!decode)
    throw new RefusedRequestError(
      415,
      `the content-encoding ${quote(contentEncoding)} is not supported: send gzip, deflate, br or none`,
      { 'accept-encoding': 'gzip, deflate, br' },
    );
  return (body) =>
    decode(body, { maxOutputLength: bodyLimit }).catch((error: unknown) => {
      if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
      throw new RefusedRequestError(400, `the request body is not ${encoding}, as its content-encoding says`);
    });
}

function toText(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new RefusedRequestError(400, 'the request body is not valid UTF-8');
  const text = bytes.toString('utf8');
  const byteOrderMark = 0xfeff;
  return text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text;
}

const tooLarge = () =>
  new RefusedRequestError(413, `the request body is larger than ${bodyLimit} bytes`, { connection: 'close' });

/** A header may be long: its beginning will do. */
const quote = (value: string): string => JSON.stringify(value.slice(0, 50));
