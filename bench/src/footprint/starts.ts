import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startStack } from '@ordermesh/stack/testing';
import { memoryOf } from '../memory.ts';

type Options = { signal: AbortSignal; say: (line: string) => void };

/** After a start everything is busy for a while with what it only does once. */
const calmAfterMs = 30_000;

export type Start = {
  coldSeconds: number;
  warmSeconds: number;
  stopSeconds: number;
  /** Bytes that each process holds when nothing happens. */
  idle: Record<string, number>;
};

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const begun = performance.now();
  const result = await work();
  return [result, (performance.now() - begun) / 1_000];
}

/** A start on an empty data folder, one on the same again, and what is held in memory after that. */
export async function measureStart({ signal, say }: Options): Promise<Start> {
  const data = mkdtempSync(join(tmpdir(), 'ordermesh-footprint-'));
  try {
    const [cold, coldSeconds] = await timed(() => startStack({ data, signal }));
    const [, stopSeconds] = await timed(() => cold.stop());
    const [warm, warmSeconds] = await timed(() => startStack({ data, signal }));
    try {
      say(`  cold ${coldSeconds.toFixed(1)} s, warm ${warmSeconds.toFixed(1)} s`);
      await delay(calmAfterMs, undefined, { signal });
      const children = [...(warm.file()?.children ?? []), { name: 'supervisor', pid: warm.pid }];
      const idle = Object.fromEntries(children.map(({ name, pid }) => [name, memoryOf(pid)]));
      return { coldSeconds, warmSeconds, stopSeconds, idle };
    } finally {
      await warm.stop();
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}
