import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { createKafka } from '../../src/kafka.ts';
import { createLogger } from '../../src/log.ts';

const stackFile = z.object({ kafkaBrokers: z.string() });

/** The Kafka of the stack whose folder ORDERMESH_DATA names. */
export function stackKafka() {
  const folder = process.env['ORDERMESH_DATA'];
  if (!folder) throw new Error('ORDERMESH_DATA must name the folder of a running stack');
  const { kafkaBrokers } = stackFile.parse(JSON.parse(readFileSync(join(folder, 'stack.json'), 'utf8')));
  return createKafka({ brokers: kafkaBrokers.split(','), clientId: 'chassis-test', log: testLog });
}

export const testLog = createLogger({
  service: 'chassis',
  instance: 'test',
  level: process.env['TEST_LOG_LEVEL'] ?? 'silent',
});

export const unique = (name: string) => `${name}-${randomUUID().slice(0, 8)}`;

/** Waits until `seen()` equals `expected`; on a miss says what was seen last. */
export async function eventually<T>(
  seen: () => T | Promise<T>,
  expected: T,
  withinMs = 20_000,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const last = JSON.stringify(await seen());
    if (last === JSON.stringify(expected)) return;
    if (Date.now() > deadline) {
      throw new Error(`expected ${JSON.stringify(expected)} within ${withinMs} ms, last saw ${last}`);
    }
    await delay(50);
  }
}
