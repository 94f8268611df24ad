import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createConnect } from '../src/connect.ts';
import { serveMetrics, type Metrics } from '../src/metrics/serve.ts';
import { watch } from '../src/watch.ts';
import { fakeConnect } from './fake-connect.ts';

let fake: Awaited<ReturnType<typeof fakeConnect>>;
let definitions: string;
let metrics: Metrics;
let port: number;
let stop: AbortController;
let done: Promise<void>;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

beforeEach(async () => {
  fake = await fakeConnect();
  definitions = mkdtempSync(join(tmpdir(), 'definitions-'));
  writeFileSync(
    join(definitions, 'sink.json'),
    '{"name":"sink","config":{"connector.class":"C","topics":"a"}}',
  );
  port = await freePort();
  metrics = await serveMetrics({
    port: String(port),
    host: '127.0.0.1',
    instance: 'watch-1',
    brokers: undefined,
  });
  stop = new AbortController();
  const connect = createConnect({ url: fake.url, signal: stop.signal });
  const { observer } = metrics;
  done = watch({ connect, definitions, log: () => undefined, observer, signal: stop.signal, interval: 20 });
});
afterEach(async () => {
  stop.abort();
  await done;
  await metrics.stop();
  await fake.close();
  rmSync(definitions, { recursive: true });
});

/** The samples of what is told of connectors and the watch itself, without the labels that all have. */
async function told(): Promise<string[]> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => /^(connector|service)_/.test(line))
    .map((line) => line.replace(/,?service="connectors",instance="watch-1"/, '').replace('{}', ''));
}

async function untilTold(expected: string[]): Promise<void> {
  for (const deadline = Date.now() + 8_000; ; await sleep(20)) {
    const seen = await told();
    if (JSON.stringify(seen) === JSON.stringify(expected)) return;
    if (Date.now() > deadline) expect(seen).toEqual(expected);
  }
}

test('each connector and task is told in the one state that it is in', async () => {
  await untilTold([
    'service_ready 1',
    'connector_state{connector="sink",state="RUNNING"} 1',
    'connector_task_state{connector="sink",task="0",state="RUNNING"} 1',
    'connector_task_restarts_total{connector="sink"} 0',
  ]);
  const become = (state: string) => fake.connectors.get('sink')?.tasks.splice(0, 1, { id: 0, state });
  let restarts = 0;
  fake.restarted = () => void restarts++;
  become('FAILED');
  const failed = 'connector_task_state{connector="sink",task="0",state="FAILED"} 1';
  for (
    const deadline = Date.now() + 8_000;
    restarts === 0 || !(await told()).includes(failed);
    await sleep(20)
  )
    if (Date.now() > deadline) throw new Error(JSON.stringify(await told()));
  become('RUNNING');
  await sleep(100);
  await untilTold([
    'service_ready 1',
    'connector_state{connector="sink",state="RUNNING"} 1',
    'connector_task_state{connector="sink",task="0",state="RUNNING"} 1',
    `connector_task_restarts_total{connector="sink"} ${restarts}`,
  ]);
});

test('while Connect is away nothing is told of connectors but that', async () => {
  await untilTold([
    'service_ready 1',
    'connector_state{connector="sink",state="RUNNING"} 1',
    'connector_task_state{connector="sink",task="0",state="RUNNING"} 1',
    'connector_task_restarts_total{connector="sink"} 0',
  ]);
  fake.answer = () => ({ status: 503, body: '{"message":"starting"}' });
  await untilTold(['service_ready 0', 'connector_task_restarts_total{connector="sink"} 0']);
});

test('a port that is none, or taken, is said in one line', async () => {
  const serving = (given: string) =>
    serveMetrics({ port: given, host: '127.0.0.1', instance: 'watch-2', brokers: undefined });
  await expect(serving('84o4')).rejects.toMatchObject({
    exitCode: 2,
    message: 'METRICS_PORT must be a port, not "84o4"',
  });
  await expect(serving(String(port))).rejects.toMatchObject({
    exitCode: 1,
    message: expect.stringContaining(`the metrics cannot be served on 127.0.0.1:${port}: listen EADDRINUSE`),
  });
});
