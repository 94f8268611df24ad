import { expect, test } from '@jest/globals';
import { createOperationTelemetry } from '../src/operation-telemetry.ts';
import { currentTraceId, withTrace } from '../src/trace.ts';
import { recordingTelemetry } from './support/spans.ts';

test('an operation is labelled by its one field, several by no name that a client could choose', async () => {
  const telemetry = recordingTelemetry();
  const observe = createOperationTelemetry(telemetry);
  for (const fields of [['me'], ['me', 'orders'], ['orders', 'products'], ['a', 'b', 'c', 'd'], []])
    await observe((notes) => Promise.resolve(Object.assign(notes, { fields, type: 'query' })));
  const counts = (await telemetry.metrics.text())
    .split('\n')
    .filter((line) => line.startsWith('graphql_operation_duration_seconds_count'))
    .map((line) => [/operation="([^"]*)"/.exec(line)?.[1], Number(line.split(' ').at(-1))]);
  expect(counts).toEqual([
    ['me', 1],
    ['many', 3],
    ['unresolved', 1],
  ]);
});

test('what is asked at a scrape is in no trace, whoever scrapes', async () => {
  const { metrics } = recordingTelemetry();
  const seen: (string | undefined)[] = [];
  metrics.onScrape(() => Promise.resolve(void seen.push(currentTraceId())));
  await withTrace(undefined, () => metrics.text());
  expect(seen).toEqual([undefined]);
});
