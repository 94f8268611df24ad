import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import pino from 'pino';
import { createTelemetry } from '../src/telemetry.ts';
import { eventually } from './support/kafka.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Takes exports, and keeps what was sent of them. */
async function collector(port = 0) {
  const exports: { url: string | undefined; headers: Record<string, unknown>; body: string }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('latin1');
      exports.push({ url: request.url, headers: request.headers, body });
      response.end();
    });
  });
  servers.push(server);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, port: address.port, exports };
}

function telemetryWith(settings: Record<string, string>) {
  // The exporter reads its own variables from the process, so they are there as in a service.
  const before = { ...process.env };
  Object.assign(process.env, settings);
  const lines: { level: string; msg: string }[] = [];
  const log = pino(
    { formatters: { level: (label) => ({ level: label }) } },
    { write: (line) => void lines.push(JSON.parse(line)) },
  );
  const telemetry = createTelemetry({ service: 'shop', instance: 'shop-1', log });
  process.env = before;
  return { ...telemetry, lines: () => lines.map(({ level, msg }) => `${level}: ${msg}`) };
}

describe('traces', () => {
  test.each([
    ['nothing says where to', {}],
    ['the SDK is disabled', { OTEL_SDK_DISABLED: 'true' }],
    ['the exporter is none', { OTEL_TRACES_EXPORTER: 'none' }],
    ['the endpoint is empty', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
  ])('are off where %s', async (_, settings) => {
    const endpoint = 'OTEL_SDK_DISABLED' in settings || 'OTEL_TRACES_EXPORTER' in settings;
    const telemetry = telemetryWith({
      ...(endpoint && { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }),
      ...settings,
    });
    expect(telemetry.tracer.enabled).toBe(false);
    expect(telemetry.lines()).toEqual([]);
    await telemetry.stop();
  });

  test('are exported as the standard variables say, the last of them when the service stops', async () => {
    const { url, exports } = await collector();
    const telemetry = telemetryWith({
      OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/prefix`,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20abc',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    });
    telemetry.tracer.start('a piece of work').end();
    expect(exports).toEqual([]);
    await telemetry.stop();
    expect(exports).toMatchObject([
      {
        url: '/prefix/v1/traces',
        headers: { 'content-type': 'application/x-protobuf', authorization: 'Basic abc' },
      },
    ]);
    for (const text of ['a piece of work', 'shop', 'shop-1', 'deployment.environment.name'])
      expect(exports[0]?.body).toContain(text);
    expect(telemetry.lines()).toEqual([]);
  });

  test.each([
    ['always_off', undefined, 0],
    ['traceidratio', '0', 0],
    ['traceidratio', '1', 1],
    ['parentbased_always_off', undefined, 0],
    ['parentbased_traceidratio', '1', 1],
  ])('are sampled by %s %s', async (sampler, argument, expected) => {
    const { url, exports } = await collector();
    const telemetry = telemetryWith({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url,
      OTEL_TRACES_SAMPLER: sampler,
      ...(argument && { OTEL_TRACES_SAMPLER_ARG: argument }),
    });
    telemetry.tracer.start('a piece of work').end();
    await telemetry.stop();
    expect(exports).toHaveLength(expected);
  });

  test('mistakes in the variables are said and keep nobody from starting', async () => {
    for (const endpoint of ['collector:4318', 'no url']) {
      const noUrl = telemetryWith({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
      expect([noUrl.tracer.enabled, noUrl.lines()]).toEqual([
        false,
        ['error: the endpoint for traces is not a URL of http or https: nothing is traced'],
      ]);
    }
    const mistaken = telemetryWith({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_TRACES_SAMPLER: 'sometimes',
      OTEL_BSP_MAX_QUEUE_SIZE: 'many',
    });
    expect([mistaken.tracer.enabled, mistaken.lines()]).toEqual([
      true,
      [
        'warn: traces are exported by http/protobuf, the one protocol there is here',
        'warn: unknown sampler, everything is sampled',
      ],
    ]);
    await mistaken.stop();
  });

  test('a collector that is away is said once, as is its return, and holds up no stop', async () => {
    const first = await collector();
    const gone = servers.pop();
    gone?.closeAllConnections();
    gone?.close();
    const telemetry = telemetryWith({
      OTEL_EXPORTER_OTLP_ENDPOINT: first.url,
      OTEL_BSP_SCHEDULE_DELAY: '20',
      OTEL_EXPORTER_OTLP_TIMEOUT: '100',
    });
    const trouble = 'warn: traces cannot be exported and are dropped';
    telemetry.tracer.start('lost').end();
    await eventually(telemetry.lines, [trouble]);
    telemetry.tracer.start('lost too').end();
    const { exports } = await collector(first.port);
    await eventually(() => {
      telemetry.tracer.start('seen').end();
      return exports.length > 0;
    }, true);
    await eventually(telemetry.lines, [trouble, 'info: traces are exported again']);
    await telemetry.stop();

    const away = telemetryWith({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_EXPORTER_OTLP_TIMEOUT: '6000',
    });
    away.tracer.start('lost').end();
    const begun = Date.now();
    await away.stop();
    expect(Date.now() - begun).toBeLessThan(5_000);
  });
});
