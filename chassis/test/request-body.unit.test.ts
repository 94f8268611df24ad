import { request } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHealth } from '@ordermesh/chassis/health';
import { createHttpServer, sendJson } from '@ordermesh/chassis/http-server';
import { readBody } from '@ordermesh/chassis/request-body';
import pino from 'pino';
import { freePort } from './support/free-port.ts';

let port: number;
let server: ReturnType<typeof createHttpServer>;
const logged: string[] = [];

beforeAll(async () => {
  port = await freePort();
  server = createHttpServer({
    host: '127.0.0.1',
    port,
    routes: { '/echo': async (incoming, response) => sendJson(response, 200, await readBody(incoming)) },
    health: createHealth({ service: 'test', instance: 'test-1' }),
    log: pino({ level: 'error' }, { write: (line: string) => logged.push(line) }),
  });
  await server.start();
});
afterAll(() => server.stop());

function post(
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<{ status: number | undefined; headers: NodeJS.Dict<string | string[]>; body: unknown }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: '/echo', method: 'POST', headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: JSON.parse(text) }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
const refusal = (code: string, message: RegExp) => ({
  errors: [{ message: expect.stringMatching(message), extensions: { code } }],
});
const text = '{"a":"é 漢字"}';

describe('a request body is read as UTF-8', () => {
  test.each([
    ['without a content type', {}],
    ['without a charset', { 'content-type': 'application/json' }],
    ['with the charset', { 'content-type': 'application/json; charset=utf-8' }],
    ['with the charset in capitals and quotes', { 'content-type': 'application/json;charset="UTF-8"' }],
    ['with another parameter', { 'content-type': 'application/json; version=1; charset=utf8' }],
  ])('%s', async (_how, headers) => {
    expect(await post(text, headers)).toMatchObject({ status: 200, body: text });
  });

  test('without its byte order mark', async () => {
    expect(await post(`\ufeff${text}`)).toMatchObject({ status: 200, body: text });
  });

  test.each(['utf-16', 'UTF-16LE', 'iso-8859-1', 'windows-1252', '"x y"', ''])(
    'and not in the charset %s, which is refused by its name',
    async (charset) => {
      const { status, body } = await post(text, { 'content-type': `application/json; charset=${charset}` });
      expect(status).toBe(415);
      const name = charset.replaceAll('"', '').split(' ', 1)[0] ?? '';
      expect(body).toEqual(refusal('BAD_REQUEST', new RegExp(`charset "${name}" is not supported.*UTF-8`)));
    },
  );

  test.each([
    ['UTF-16', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['ISO 8859-1', Buffer.from('{"a":"é"}', 'latin1')],
    ['a character that is cut off', Buffer.from(text).subarray(0, -3)],
    ['a surrogate on its own', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ])('and refused where it is none: %s', async (_what, bytes) => {
    const { status, body } = await post(bytes);
    expect([status, body]).toEqual([400, refusal('BAD_REQUEST', /not valid UTF-8/)]);
  });
});

describe('a compressed request body', () => {
  test.each([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['GZIP', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['br', brotliCompressSync(text)],
    ['identity', Buffer.from(text)],
  ])('is read: %s', async (encoding, bytes) => {
    expect(await post(bytes, { 'content-encoding': encoding })).toMatchObject({ status: 200, body: text });
  });

  test('is as long as it is when decompressed', async () => {
    const limit = 1_048_576;
    const headers = { 'content-encoding': 'gzip' };
    expect((await post(gzipSync('x'.repeat(limit)), headers)).status).toBe(200);
    const { status, body } = await post(gzipSync('x'.repeat(limit + 1)), headers);
    expect([status, body]).toEqual([413, refusal('BAD_USER_INPUT', /larger than 1048576 bytes/)]);
  });

  test('that is not compressed so is refused', async () => {
    for (const encoding of ['gzip', 'deflate', 'br']) {
      const { status, body } = await post(text, { 'content-encoding': encoding });
      expect([status, body]).toEqual([400, refusal('BAD_REQUEST', new RegExp(`not ${encoding}`))]);
    }
  });

  test.each(['compress', 'gzip, gzip', 'x'.repeat(5_000)])(
    'in another way is refused by its name, with those that are read',
    async (encoding) => {
      const { status, body, headers } = await post(text, { 'content-encoding': encoding });
      const message = new RegExp(`content-encoding "${encoding.slice(0, 50)}" is not supported.*gzip`);
      expect([status, body]).toEqual([415, refusal('BAD_REQUEST', message)]);
      expect(headers['accept-encoding']).toBe('gzip, deflate, br');
    },
  );
});

test('what a client did wrong is no error in the log', () => {
  expect(logged).toEqual([]);
});
