import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { apply, createConnect, watch } from '../src/index.ts';
import { fakeConnect } from './fake-connect.ts';

// Back-off and settling take real seconds.
jest.setTimeout(30_000);

let fake: Awaited<ReturnType<typeof fakeConnect>>;
let definitions: string;
let progress: string[];
const define = (name: string, more: Record<string, string> = {}) =>
  writeFileSync(
    join(definitions, `${name}.json`),
    JSON.stringify({ name, config: { 'connector.class': 'X', ...more } }),
  );
const applying = (timeout = 5000) =>
  apply({
    connect: createConnect({ url: fake.url }),
    definitions,
    timeout,
    progress: (line) => void progress.push(line),
  });
const failed = (trace: string) => [{ id: 0, state: 'FAILED', trace }];

beforeEach(async () => {
  fake = await fakeConnect();
  definitions = mkdtempSync(join(tmpdir(), 'definitions-'));
  progress = [];
  define('sink', { topics: 'a' });
});
afterEach(() => fake.close());

describe('apply', () => {
  test('creates, updates, deletes, and the second time changes nothing', async () => {
    define('source');
    expect(await applying()).toMatchObject({ created: ['sink', 'source'], updated: [], deleted: [] });
    define('sink', { topics: 'b' });
    rmSync(join(definitions, 'source.json'));
    fake.connectors.set('own', { config: { name: 'own' }, state: 'RUNNING', tasks: failed('x') });
    expect(await applying()).toMatchObject({ created: [], updated: ['sink'], deleted: ['source'] });
    fake.requests.length = 0;
    expect(await applying()).toMatchObject({ created: [], updated: [], deleted: [], unchanged: ['sink'] });
    expect(fake.requests).toEqual([]);
    expect([...fake.connectors.keys()]).toEqual(['sink', 'own']);
  });

  test('waits through rebalances and half a start, saying so', async () => {
    const answers = [
      { status: 404, body: '<html>Jetty</html>' },
      { status: 500, body: '{"error_code":500,"message":"Request timed out"}' },
      {
        status: 409,
        body: '{"error_code":409,"message":"Cannot complete request because of a conflicting operation"}',
      },
    ];
    fake.answer = () => answers.shift();
    expect((await applying()).created).toEqual(['sink']);
    expect(progress.join('\n')).toMatch(/answers 404[^]*answers 500[^]*answers 409/);
  });

  test('gives up on an unreachable Connect in one line', async () => {
    const url = fake.url;
    await fake.close();
    const connect = createConnect({ url });
    await expect(
      apply({ connect, definitions, timeout: 1500, progress: (line) => void progress.push(line) }),
    ).rejects.toThrow(
      /^Kafka Connect at http:\S+ did not answer in \d s \(connection refused\): is the stack running \(npm start\)\?$/,
    );
    expect(progress[0]).toMatch(/^waiting for Kafka Connect at .*: connection refused$/);
    fake = await fakeConnect();
  });

  test('restarts a task that FAILED until it runs', async () => {
    fake.startTasks = () => failed('java.lang.X: y');
    let restarts = 0;
    fake.restarted = (name) => {
      const connector = fake.connectors.get(name);
      if (connector && ++restarts === 2) connector.tasks = [{ id: 0, state: 'RUNNING' }];
    };
    await applying();
    expect(restarts).toBe(2);
    expect(fake.requests).toContain('POST /connectors/sink/restart?includeTasks=true&onlyFailed=true');
    expect(progress).toContain('sink: task 0 FAILED: X: y');
  });

  test('fails with the root cause of a task that does not come to run, and for a connector without tasks', async () => {
    fake.startTasks = () => failed('a.B: outer\nCaused by: java.sql.SQLException: Access denied\n\tat x');
    await expect(applying(1500)).rejects.toThrow(
      'not every task runs: sink: task 0 FAILED: SQLException: Access denied',
    );
    fake.connectors.clear();
    fake.startTasks = () => [];
    await expect(applying(1500)).rejects.toThrow('not every task runs: sink: no task yet');
  });

  test('does not wait for a paused connector, and names it', async () => {
    await applying();
    const sink = fake.connectors.get('sink');
    if (sink) Object.assign(sink, { state: 'PAUSED', tasks: [{ id: 0, state: 'PAUSED' }] });
    expect(await applying()).toMatchObject({ unchanged: ['sink'], halted: ['sink'] });
  });

  test('refuses to take over a connector that somebody created', async () => {
    fake.connectors.set('sink', { config: { name: 'sink' }, state: 'RUNNING', tasks: [] });
    await expect(applying()).rejects.toThrow(/sink: defined here, but created by hand: delete it/);
    expect(fake.requests).toEqual([]);
  });

  test('tells at once why a configuration is refused, but waits for a database that is away', async () => {
    const refusal = (why: string) => ({
      status: 400,
      body: JSON.stringify({
        message: `Connector configuration is invalid and contains the following 1 error(s):\n${why}`,
      }),
    });
    fake.answer = (line) =>
      line.startsWith('PUT') ? refusal('Missing required configuration "topics"') : undefined;
    await expect(applying(60_000)).rejects.toThrow(
      /^sink: Kafka Connect refuses its configuration: Missing required/,
    );
    let refusals = 1;
    fake.answer = (line) =>
      line.startsWith('PUT') && refusals-- > 0 ? refusal('Unable to connect: refused') : undefined;
    expect((await applying()).created).toEqual(['sink']);
  });
});

describe('watch', () => {
  const watching = async (
    during: (log: string[], until: (line: RegExp) => Promise<void>) => Promise<void>,
  ) => {
    const stop = new AbortController();
    const log: string[] = [];
    const connect = createConnect({ url: fake.url, signal: stop.signal });
    const done = watch({
      connect,
      definitions,
      log: (line) => void log.push(line),
      signal: stop.signal,
      interval: 20,
    });
    const until = async (line: RegExp) => {
      for (const deadline = Date.now() + 8000; !log.some((each) => line.test(each)); await sleep(10))
        if (Date.now() > deadline) throw new Error(`no line ${line}: ${JSON.stringify(log)}`);
    };
    try {
      await during(log, until);
    } finally {
      stop.abort();
      await done;
    }
  };

  test('creates what is defined, follows the files, and logs each change once', () =>
    watching(async (log, until) => {
      await until(/^sink: task 0 RUNNING$/);
      await sleep(200);
      expect(log).toEqual(['created sink', 'sink: task 0 RUNNING']);
      define('sink', { topics: 'b' });
      define('second');
      await until(/^updated sink \(topics\)$/);
      await until(/^created second$/);
      rmSync(join(definitions, 'second.json'));
      await until(/^deleted second, which is no longer defined$/);
    }));

  test('deletes nothing while a definition is mistaken', () =>
    watching(async (log, until) => {
      await until(/^created sink$/);
      writeFileSync(join(definitions, 'sink.json'), '{');
      await until(/sink\.json: .*JSON/);
      await sleep(100);
      expect([...fake.connectors.keys()]).toEqual(['sink']);
      expect(log.filter((line) => line.includes('sink.json'))).toHaveLength(1);
    }));

  test('restarts what FAILED with growing delays, other people’s too', () =>
    watching(async (_log, until) => {
      fake.connectors.set('own', { config: { name: 'own' }, state: 'RUNNING', tasks: failed('a.B: no') });
      await until(/^own: task 0 FAILED: B: no; restarted, next attempt in 1 s$/);
      await until(/^own: task 0 FAILED: B: no; restarted, next attempt in 2 s$/);
      await until(/^own: task 0 FAILED: B: no; restarted, next attempt in 4 s$/);
      fake.connectors.get('own')?.tasks.splice(0, 1, { id: 0, state: 'RUNNING' });
      await until(/^own: task 0 RUNNING$/);
      expect(fake.connectors.get('own')?.config).toEqual({ name: 'own' });
    }));

  test('outlives Connect’s absence and ends when told to', () =>
    watching(async (_log, until) => {
      await until(/^created sink$/);
      fake.answer = () => ({ status: 503, body: '{"message":"starting"}' });
      await until(/^Kafka Connect at \S+ is away: it answers 503: starting$/);
      fake.answer = () => undefined;
      await until(/^Kafka Connect at \S+ is there$/);
    }));
});
