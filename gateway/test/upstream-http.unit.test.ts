import { afterEach, describe, expect, test } from '@jest/globals';
import { createClient, endAll, ok, serveRaw, type Asked, type Result } from './upstream-http/raw-server.ts';
import { eventually, freePort } from './servers.ts';

afterEach(endAll);

const answer = ({ socket, body }: Asked) => void socket.write(ok(body));
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Nothing is read and no timer fires: as if the process had too much to do. */
const block = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const many = Array.from({ length: 20 }, (_, n) => `q${n}`);
const answered = (bodies: string[]) => bodies.map((body) => ({ status: 200, body }));

describe('requests of one moment', () => {
  test('share a connection if they are queries, and each gets its own answer', async () => {
    const { port, connections } = await serveRaw(answer);
    const { query } = createClient(port);
    expect(await Promise.all(many.map((body) => query(body)))).toEqual(answered(many));
    expect(connections()).toBe(1);
  });

  test('have connections of their own if they are mutations', async () => {
    const { port, seen } = await serveRaw(answer);
    const { query, mutation } = createClient(port);
    await Promise.all([query('a'), mutation('b'), mutation('c'), query('d')]);
    const of = (body: string) => seen.find((request) => request.body === body)?.connection;
    expect(of('a')).toBe(of('d'));
    expect(new Set([of('a'), of('b'), of('c')]).size).toBe(3);
  });

  test('wait for a connection when there are as many as may be', async () => {
    const { port, connections } = await serveRaw(answer);
    const { mutation } = createClient(port, { maxConnections: 2 });
    expect(await Promise.all(many.map((body) => mutation(body)))).toEqual(answered(many));
    expect(connections()).toBe(2);
  });

  test('use a connection that others have shared, whatever they are', async () => {
    const { port, connections } = await serveRaw(answer);
    const { query, mutation } = createClient(port, { maxConnections: 1 });
    await Promise.all([query('a'), query('b')]);
    expect(await mutation('c', 300)).toEqual({ status: 200, body: 'c' });
    expect(await query('d', 300)).toEqual({ status: 200, body: 'd' });
    expect(connections()).toBe(1);
  });

  test('find a connection under churn: none is lost', async () => {
    // In every way there is: the server closes, breaks off, takes its time; requests are long and short.
    const { port } = await serveRaw(({ socket, body }) => {
      const n = Number(/\d+/.exec(body)?.[0]);
      if (n % 19 === 7) socket.destroy();
      else if (n % 13 === 5) socket.end(ok('x', 'connection: close\r\n'));
      else if (n % 31 === 3) setTimeout(() => socket.write(ok('x')), 40);
      else socket.write(ok('x'));
    });
    const { query, mutation } = createClient(port, { maxConnections: 8 });
    const results: Promise<Result>[] = [];
    for (let n = 0; n < 1_000; n++) {
      const body = `${n}-${'z'.repeat(n % 20 === 0 ? 70_000 : 5)}`;
      results.push((n % 5 === 0 ? mutation : query)(body, 2_000));
      if (n % 10 === 9) await wait(2);
    }
    expect(await Promise.all(results)).not.toContain('timeout');
    // And all that are left can be used.
    await Promise.all(many.map((body) => mutation(body, 500)));
  });

  test('carry any text', async () => {
    const { port } = await serveRaw(
      ({ socket, body }) => void socket.write(ok(String(Buffer.from(body, 'latin1')))),
    );
    const { query } = createClient(port);
    const texts = ['plain', 'é ü', '漢字 \u2028', '😀'];
    expect(await Promise.all(texts.map((text) => query(text)))).toEqual(answered(texts));
  });

  test('are not sent with a header that could become two', async () => {
    const { port } = await serveRaw(answer);
    const { pool } = createClient(port);
    for (const value of ['a\r\nb: c', 'a\nb: c', 'ċ'])
      expect(() =>
        pool.send(
          { method: 'GET', path: '/', headers: { a: value }, repeatable: true, deadline: Infinity },
          () => undefined,
          () => undefined,
        ),
      ).toThrow('not printable ASCII');
  });
});

describe('a head of the line that takes its time', () => {
  test('holds up no query: those behind it are asked elsewhere', async () => {
    const stuck: number[] = [];
    const { port } = await serveRaw((asked) => {
      if (asked.body === 'slow') stuck.push(asked.connection);
      if (!stuck.includes(asked.connection)) answer(asked);
    });
    const { query } = createClient(port, { maxConnections: 30 });
    const slow = query('slow', 1_000);
    expect(await Promise.all(many.map((body) => query(body, 500)))).toEqual(answered(many));
    expect(await slow).toBe('timeout');
  });

  test('is one that was asked long ago, not one that others were answered before', async () => {
    const last = new Map<number, Promise<unknown>>();
    const { port } = await serveRaw((asked) => {
      const before = last.get(asked.connection) ?? Promise.resolve();
      last.set(
        asked.connection,
        before.then(() => wait(12)).then(() => answer(asked)),
      );
    });
    const { query } = createClient(port, { maxConnections: 30 });
    const begin = performance.now();
    const bodies = [...many, ...many.slice(0, 10)];
    expect(await Promise.all(bodies.map((body) => query(body)))).toEqual(answered(bodies));
    expect(performance.now() - begin).toBeLessThan(250);
  });

  test('has one of those behind it asked elsewhere at first: a busy server is not asked everything twice', async () => {
    const { port, seen } = await serveRaw((asked) => void setTimeout(() => answer(asked), 150));
    const { query } = createClient(port, { maxConnections: 30 });
    expect(await Promise.all(many.map((body) => query(body)))).toEqual(answered(many));
    expect(seen).toHaveLength(many.length + 1);
  });

  test('is waited for by those behind it if they cannot be asked elsewhere', async () => {
    const { port } = await serveRaw((asked) => {
      if (asked.connection === 1) setTimeout(() => answer(asked), 150);
      else asked.socket.destroy();
    });
    const { query } = createClient(port);
    expect(await Promise.all([query('a'), query('b')])).toEqual(answered(['a', 'b']));
  });

  test('has nothing asked elsewhere that was answered before there was a connection for it', async () => {
    const { port, seen } = await serveRaw((asked) => void setTimeout(() => answer(asked), 80));
    const { query } = createClient(port, { maxConnections: 1 });
    expect(await Promise.all([query('a'), query('b')])).toEqual(answered(['a', 'b']));
    await wait(50);
    expect(seen.map(({ body }) => body)).toEqual(['a', 'b']);
  });

  test('is waited for as long as it has time, and its late answer is its own', async () => {
    const { port } = await serveRaw((asked) => {
      if (asked.connection === 1) setTimeout(() => answer(asked), 150);
      else answer(asked);
    });
    const { query } = createClient(port, { maxConnections: 30 });
    const [slow, ...quick] = await Promise.all([query('slow'), ...many.map((body) => query(body))]);
    expect(slow).toEqual({ status: 200, body: 'slow' });
    expect(quick).toEqual(answered(many));
  });

  test('has those behind it answered by whichever answer comes first', async () => {
    // Nothing is answered on any connection but the first: the answers that come late there must do.
    const { port, seen } = await serveRaw((asked) => {
      if (asked.connection === 1) setTimeout(() => answer(asked), 150);
    });
    const { query } = createClient(port, { maxConnections: 30 });
    expect(await Promise.all([query('a'), query('b'), query('c')])).toEqual(answered(['a', 'b', 'c']));
    expect(seen.filter(({ body }) => body === 'c')).toHaveLength(2);
  });
});

describe('a server', () => {
  test('that nobody is at is refused, for all that waited for the connection', async () => {
    const { query, mutation } = createClient(await freePort());
    expect(await Promise.all([query(), query(), mutation()])).toEqual(['refused', 'refused', 'refused']);
  });

  test.each<[string, (asked: Asked) => void]>([
    ['closes without an answer', ({ socket }) => void socket.end()],
    ['resets the connection', ({ socket }) => void socket.resetAndDestroy()],
    ['closes within the head', ({ socket }) => void socket.end('HTTP/1.1 200 OK\r\ncontent-le')],
    [
      'closes within the body',
      ({ socket }) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhal'),
    ],
    [
      'closes within a chunk',
      ({ socket }) => void socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhal'),
    ],
    [
      'closes before the last chunk',
      ({ socket }) => void socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n'),
    ],
    ['answers garbage', ({ socket }) => void socket.write('\u0000\u0001garbage\r\n\r\n')],
    [
      'sends a head without an end',
      ({ socket }) => void socket.write(`HTTP/1.1 200 OK\r\na: ${'b'.repeat(70_000)}`),
    ],
    ['sends a body too long', ({ socket }) => void socket.write(ok('x'.repeat(100_001)))],
    [
      'sends a body without an end',
      ({ socket }) => void socket.write(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(100_001)}`),
    ],
  ])('that %s breaks the request, and nothing is sent a second time of itself', async (_what, onRequest) => {
    const { port, seen } = await serveRaw(onRequest);
    const { query, mutation } = createClient(port);
    expect(await mutation('m')).toBe('broken');
    expect(await query('q')).toBe('broken');
    expect(seen.map(({ body }) => body)).toEqual(['m', 'q']);
  });

  test.each<[string, (asked: Asked) => void]>([
    ['closes', ({ socket }) => void socket.end()],
    ['resets', ({ socket }) => void socket.resetAndDestroy()],
    ['answers garbage', ({ socket }) => void socket.write('garbage\r\n\r\n')],
  ])('that %s at one request answers those behind it, which are asked anew', async (_what, fail) => {
    const { port } = await serveRaw((asked) => (asked.body === 'bad' ? fail(asked) : answer(asked)));
    const { query } = createClient(port);
    const [bad, ...others] = await Promise.all([query('bad'), ...many.map((body) => query(body))]);
    expect(bad).toBe('broken');
    expect(others).toEqual(answered(many));
  });

  test('that closes after each answer answers all', async () => {
    const { port } = await serveRaw(({ socket, body }) => void socket.end(ok(body, 'connection: close\r\n')));
    const { query, mutation } = createClient(port, { maxConnections: 3 });
    expect(await Promise.all(many.map((body) => query(body)))).toEqual(answered(many));
    expect(await Promise.all(many.map((body) => mutation(body)))).toEqual(answered(many));
  });

  test('that ends its answers by closing is understood; a reset is no end', async () => {
    const { port } = await serveRaw(({ socket, body }) => {
      socket.write(`HTTP/1.1 200 OK\r\n\r\n${body}`);
      if (body === 'reset') setTimeout(() => socket.resetAndDestroy(), 20);
      else socket.end('.');
    });
    const { query } = createClient(port);
    expect(await query('whole')).toEqual({ status: 200, body: 'whole.' });
    expect(await query('reset')).toBe('broken');
  });

  test('that says more than it was asked is not asked again on that connection', async () => {
    const { port, seen } = await serveRaw(
      ({ socket, body }) => void socket.write(ok(body) + ok('an answer to nothing')),
    );
    const { mutation } = createClient(port);
    expect(await mutation('a')).toEqual({ status: 200, body: 'a' });
    expect(await mutation('b')).toEqual({ status: 200, body: 'b' });
    expect(seen.map(({ connection }) => connection)).toEqual([1, 2]);
  });

  test('that answers twice gives nobody what is of another', async () => {
    const { port } = await serveRaw(
      ({ socket, body, id }) =>
        void socket.write(ok(body, `x-gateway-request: ${id}\r\n`).repeat(body === 'alice' ? 2 : 1)),
    );
    const { query } = createClient(port);
    expect(await Promise.all([query('alice'), query('bob'), query('carol')])).toEqual([
      { status: 200, body: 'alice' },
      'broken',
      { status: 200, body: 'carol' },
    ]);
  });

  test('that answers without having read everything is not asked again on that connection', async () => {
    const { port, connections } = await serveRaw(({ socket, body }) => void socket.write(ok(body)), {
      onConnection: (socket, connection) => {
        if (connection === 1) socket.once('readable', () => socket.pause().write(ok('early')));
      },
    });
    const { mutation } = createClient(port);
    expect(await mutation('x'.repeat(20_000_000))).toEqual({ status: 200, body: 'early' });
    expect(await mutation('m', 500)).toEqual({ status: 200, body: 'm' });
    expect(connections()).toBe(2);
  });

  test('that closes an idle connection is asked on another one', async () => {
    const closed = Promise.withResolvers<undefined>();
    const { port, seen } = await serveRaw((asked) => {
      answer(asked);
      if (asked.body === 'a') asked.socket.end(() => closed.resolve(undefined));
    });
    const { mutation } = createClient(port);
    await mutation('a');
    await closed.promise;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await mutation('b')).toEqual({ status: 200, body: 'b' });
    expect(seen.map(({ connection }) => connection)).toEqual([1, 2]);
  });

  test('that keeps connections for a second only is not asked on one that old', async () => {
    const { port, seen } = await serveRaw(
      ({ socket, body }) => void socket.write(ok(body, 'keep-alive: timeout=1\r\n')),
    );
    const { mutation } = createClient(port);
    await mutation('a');
    await eventually(
      () => seen,
      () => seen.length === 1,
      1_000,
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    await mutation('b');
    expect(seen.map(({ connection }) => connection)).toEqual([1, 2]);
  });

  test('that keeps connections for two seconds is not asked on one that is older, even if no tick came', async () => {
    const { port, seen } = await serveRaw(
      ({ socket, body }) => void socket.write(ok(body, 'keep-alive: timeout=2\r\n')),
    );
    const { mutation } = createClient(port);
    await mutation('a');
    block(1_100);
    await mutation('b');
    expect(seen.map(({ connection }) => connection)).toEqual([1, 2]);
  });

  test('whose answer lies unread, as there was too much to do here, has answered in time', async () => {
    const { port } = await serveRaw((asked) => {
      answer(asked);
      if (asked.body === 'a') block(200);
    });
    const { mutation } = createClient(port);
    await mutation('warm');
    expect(await mutation('a', 100)).toEqual({ status: 200, body: 'a' });
  });

  test.each<[string, (asked: Asked) => void]>([
    ['never answers', () => undefined],
    ['never ends its head', ({ socket }) => void socket.write('HTTP/1.1 200 OK\r\n')],
    [
      'never ends its body',
      ({ socket }) => {
        if (socket.bytesWritten === 0) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx');
      },
    ],
    ['answers for ever in the interim', ({ socket }) => void socket.write('HTTP/1.1 102 Processing\r\n\r\n')],
  ])('that %s costs a request its time, whatever kind it is', async (_what, onRequest) => {
    const { port } = await serveRaw(onRequest);
    const { query, mutation } = createClient(port);
    expect(await Promise.all([query('q', 120), query('r', 120), mutation('m', 120)])).toEqual([
      'timeout',
      'timeout',
      'timeout',
    ]);
  });

  test('that dawdles, byte by byte, is waited for within the time', async () => {
    const { port } = await serveRaw(({ socket, body }) => {
      const text = ok(body);
      let at = 0;
      const timer = setInterval(() => {
        socket.write(text.slice(at, ++at));
        if (at === text.length) clearInterval(timer);
      }, 2);
    });
    const { query } = createClient(port);
    expect(await query('slowly')).toEqual({ status: 200, body: 'slowly' });
  });

  test('that does not read fills no more memory than its requests, which end in time', async () => {
    const { port } = await serveRaw(() => undefined, { onConnection: (socket) => void socket.pause() });
    const { query } = createClient(port, { maxConnections: 4 });
    const large = 'x'.repeat(1_000_000);
    const results = await Promise.all(Array.from({ length: 20 }, () => query(large, 300)));
    expect(new Set(results)).toEqual(new Set(['timeout']));
  });

  test('whose connections are all taken costs those that wait their time', async () => {
    const { port } = await serveRaw(() => undefined);
    const { mutation } = createClient(port, { maxConnections: 1 });
    expect(await Promise.all([mutation('a', 2_000), mutation('b', 100)].toReversed())).toEqual([
      'timeout',
      'timeout',
    ]);
  });
});

describe('the end', () => {
  test('lets what is under way be answered, when it is a gentle one', async () => {
    const { port } = await serveRaw((asked) => void setTimeout(() => answer(asked), 50));
    const { pool, query, mutation } = createClient(port);
    const asked = [query('a'), mutation('b')];
    await pool.close();
    expect(await Promise.all(asked)).toEqual(answered(['a', 'b']));
    expect(await query('c')).toBe('refused');
  });

  test.each([1, 2])('answers what waits for one of %d connections, too', async (maxConnections) => {
    const { port, connections } = await serveRaw((asked) => void setTimeout(() => answer(asked), 50));
    const { pool, mutation } = createClient(port, { maxConnections });
    const asked = ['a', 'b', 'c'].map((body) => mutation(body, 1_000));
    const all = Promise.all(asked);
    let answeredAll = false;
    void all.then(() => (answeredAll = true));
    await pool.close();
    await wait(0);
    expect(answeredAll).toBe(true);
    expect(await all).toEqual(answered(['a', 'b', 'c']));
    expect(connections()).toBe(maxConnections);
  });

  test('breaks what is under way, and what waits, otherwise', async () => {
    const { port } = await serveRaw(() => undefined);
    const { pool, mutation, query } = createClient(port, { maxConnections: 1 });
    const asked = [mutation('a'), mutation('b'), query('c')];
    await new Promise((resolve) => setTimeout(resolve, 20));
    pool.destroy();
    expect(await Promise.all(asked)).toEqual(['broken', 'broken', 'broken']);
  });
});
