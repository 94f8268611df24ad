import { describe, expect, test } from '@jest/globals';
import { createAnswerParser, type Answer } from '../src/upstream-http/answer-parser.ts';

const limits = { head: 200, body: 50 };

/** What is read of the text when it comes in pieces of the given length. */
function read(text: string | Buffer, { pieces = text.length, expected = 1, ends = false } = {}): Answer[] {
  const answers: Answer[] = [];
  const parser = createAnswerParser({
    expectedId: () => (answers.length < expected ? '1' : undefined),
    onAnswer: (answer) => answers.push(answer),
    limits,
  });
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  // As sockets do: the memory of the chunk is used again for the next one.
  const memory = Buffer.alloc(bytes.length);
  for (let at = 0; at < bytes.length; at += pieces) {
    const length = bytes.copy(memory, 0, at, at + pieces);
    parser.read(memory.subarray(0, length));
    memory.fill('X');
  }
  if (ends) parser.end();
  return answers;
}

const lines = (...all: string[]) => all.join('\r\n');

describe('an answer', () => {
  test.each<[string, string, Partial<Answer>]>([
    [
      'with a length',
      lines('HTTP/1.1 200 OK', 'Content-Length: 5', '', 'hällo').replace('5', '6'),
      { status: 200, body: 'hällo' },
    ],
    ['without a body', lines('HTTP/1.1 200 OK', 'content-length:0', '', ''), { body: '' }],
    ['without content', lines('HTTP/1.1 204 No Content', '', ''), { status: 204, body: '' }],
    ['without a reason', lines('HTTP/1.1 404', 'content-length: 1', '', 'x'), { status: 404, body: 'x' }],
    [
      'in chunks',
      lines(
        'HTTP/1.1 200 OK',
        'Transfer-Encoding: chunked',
        '',
        '5',
        'hello',
        '00C',
        ' and good by',
        '1',
        'e',
        '0',
        '',
        '',
      ),
      { body: 'hello and good bye' },
    ],
    [
      'with a trailer',
      lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '1', 'x', '0', 'a: b', 'c: d', '', ''),
      { body: 'x' },
    ],
    [
      'in chunks of which there are none',
      lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '0', '', ''),
      { body: '' },
    ],
    [
      'after interim ones',
      lines(
        'HTTP/1.1 100 Continue',
        '',
        'HTTP/1.1 103 Early Hints',
        'link: </a>',
        '',
        'HTTP/1.1 200 OK',
        'content-length: 1',
        '',
        'x',
      ),
      { status: 200, body: 'x' },
    ],
    [
      'after which the server closes',
      lines('HTTP/1.1 200 OK', 'content-length: 1', 'connection: Close', '', 'x'),
      { keptMs: 0 },
    ],
    [
      'that says for how long',
      lines(
        'HTTP/1.1 200 OK',
        'content-length: 1',
        'connection: keep-alive',
        'keep-alive: timeout=7, max=9',
        '',
        'x',
      ),
      { keptMs: 7_000 },
    ],
  ])('%s is read, however it is cut', (_what, text, expected) => {
    for (let pieces = 1; pieces <= text.length; pieces++)
      expect(read(text, { pieces })).toEqual([expect.objectContaining(expected)]);
  });

  test('is followed by the next one', () => {
    const text = [1, 2, 3].map((n) => lines('HTTP/1.1 200 OK', 'content-length: 1', '', String(n))).join('');
    for (let pieces = 1; pieces <= text.length; pieces++)
      expect(read(text, { pieces, expected: 3 }).map(({ body }) => body)).toEqual(['1', '2', '3']);
  });

  test('whose length nobody says lasts until the connection ends', () => {
    const text = lines('HTTP/1.1 200 OK', '', 'to the end');
    expect(read(text)).toEqual([]);
    for (let pieces = 1; pieces <= text.length; pieces++)
      expect(read(text, { pieces, ends: true })).toEqual([{ status: 200, body: 'to the end', keptMs: 0 }]);
  });

  test('in chunks of one byte each takes no more memory than its bytes', () => {
    const count = 1_000_000;
    const answers: Answer[] = [];
    const parser = createAnswerParser({
      expectedId: () => '1',
      onAnswer: (answer) => answers.push(answer),
    });
    const chunks = Buffer.from('1\r\nx\r\n'.repeat(count / 100));
    parser.read(Buffer.from(lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '')));
    const before = process.memoryUsage();
    for (let n = 0; n < 100; n++) parser.read(chunks);
    const after = process.memoryUsage();
    parser.read(Buffer.from(lines('0', '', '')));
    expect(answers.map(({ body }) => body.length)).toEqual([count]);
    // What was thrown away may still lie on the heap.
    expect(after.heapUsed - before.heapUsed).toBeLessThan(90_000_000);
  });

  test('may say which request it answers', () => {
    const text = lines('HTTP/1.1 200 OK', 'X-Gateway-Request: 1 \t', 'content-length: 1', '', 'x');
    for (let pieces = 1; pieces <= text.length; pieces++)
      expect(read(text, { pieces })).toEqual([{ status: 200, body: 'x', keptMs: undefined }]);
  });

  test.each([
    ['to another request', lines('HTTP/1.1 200 OK', 'x-gateway-request: 2', 'content-length: 1', '', 'x')],
    ['without content that has some', lines('HTTP/1.1 204 No Content', 'content-length: 1', '', '')],
    ['not modified that has content', lines('HTTP/1.1 304 Not Modified', 'content-length: 1', '', '')],
    [
      'without content that has chunks',
      lines('HTTP/1.1 204 No Content', 'transfer-encoding: chunked', '', ''),
    ],
    ['in the interim that has content', lines('HTTP/1.1 103 Early Hints', 'content-length: 1', '', 'x')],
    [
      'with another blank after its length',
      Buffer.from(lines('HTTP/1.1 200 OK', 'content-length: 1\u00a0', '', 'x'), 'latin1'),
    ],
    ['of HTTP/1.0', lines('HTTP/1.0 200 OK', 'content-length: 0', '', '')],
    ['of something else', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
    ['with an odd status', lines('HTTP/1.1 2000 OK', '', '')],
    ['with a folded line', lines('HTTP/1.1 200 OK', 'a: b', ' c', '', '')],
    ['with a blank before a colon', lines('HTTP/1.1 200 OK', 'content-length : 0', '', '')],
    ['with a bare line feed', lines('HTTP/1.1 200 OK', 'a: b\ncontent-length: 0', '', '')],
    ['with a control character', lines('HTTP/1.1 200 OK', 'a: \u0000', '', '')],
    ['with two lengths', lines('HTTP/1.1 200 OK', 'content-length: 1', 'content-length: 1', '', 'x')],
    ['with a list of lengths', lines('HTTP/1.1 200 OK', 'content-length: 1, 1', '', 'x')],
    ['with a negative length', lines('HTTP/1.1 200 OK', 'content-length: -1', '', 'x')],
    [
      'with a length and chunks',
      lines('HTTP/1.1 200 OK', 'content-length: 1', 'transfer-encoding: chunked', '', ''),
    ],
    ['that is compressed on the way', lines('HTTP/1.1 200 OK', 'transfer-encoding: gzip, chunked', '', '')],
    ['that switches to another protocol', lines('HTTP/1.1 101 Switching Protocols', '', '')],
    ['with a head too long', lines('HTTP/1.1 200 OK', `a: ${'b'.repeat(200)}`, 'content-length: 0', '', '')],
    ['with a head that never ends', `HTTP/1.1 200 OK\r\na: ${'b'.repeat(300)}`],
    ['with a body too long', lines('HTTP/1.1 200 OK', 'content-length: 51', '', '')],
    ['with chunks too long', lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '33', '')],
    [
      'with chunks too many',
      lines(
        'HTTP/1.1 200 OK',
        'transfer-encoding: chunked',
        '',
        '20',
        'x'.repeat(32),
        '20',
        'x'.repeat(32),
        '',
      ),
    ],
    ['with a body too long that has no length', lines('HTTP/1.1 200 OK', '', 'x'.repeat(51))],
    [
      'with a trailer too long',
      lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '0', `a: ${'b'.repeat(300)}`),
    ],
    ['with a chunk of no size', lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '', '')],
    [
      'with a chunk of an odd size',
      lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '0x1', 'x', '0', '', ''),
    ],
    [
      'with an endless size of a chunk',
      lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '0000000001', 'x', ''),
    ],
    [
      'with a chunk longer than it says',
      lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '1', 'xyz', '0', '', ''),
    ],
    ['and more than was asked for', lines('HTTP/1.1 200 OK', 'content-length: 0', '', 'HTTP/1.1 200 OK', '')],
  ])('%s is refused, however it is cut', (_what, text: string | Buffer) => {
    for (let pieces = 1; pieces <= text.length; pieces++)
      expect(() => read(text, { pieces })).toThrow(expect.objectContaining({ name: 'MalformedAnswerError' }));
  });
});
