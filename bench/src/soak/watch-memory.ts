import { javaHeapAfterCollection, memoryOf } from '../memory.ts';
import type { System } from '../shop/system.ts';
import { nodeHeapAfterCollection } from './node-heap.ts';
import { trendBetween, trendOf, type Sample, type Trend } from './trend.ts';

const java = ['kafka', 'connect'];
const everyMs = 5_000;

export type Watched = { process: string; samples: Sample[]; trend: Trend; judgedBy: string };

/**
 * Watches the memory of every process of the stack from now on, for so many seconds. Heaps fill with garbage, and grow
 * and shrink with how often they are collected; the database fills its buffer pool: of the ones what is left after a full
 * collection is judged, of the other what it holds beside the pool.
 */
export function watchMemory(system: System, seconds: number) {
  const begun = performance.now();
  const samples = new Map<string, Sample[]>();
  const firstHeap = new Map<string, number>();
  const children = () => {
    const file = system.stack.file();
    return [...(file?.children ?? []), ...(file ? [{ name: 'supervisor', pid: file.supervisor.pid }] : [])];
  };
  async function heaps(): Promise<[string, number][]> {
    const found: [string, number][] = [];
    for (const { name, pid } of children()) {
      if (name === 'mariadb') continue;
      const used = java.includes(name) ? javaHeapAfterCollection(pid) : await nodeHeapAfterCollection(pid);
      if (used !== undefined) found.push([name, used]);
    }
    return found;
  }
  const pool = async () => {
    const [row] = await system.sql.query<{ Value: string }[]>(
      `SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_bytes_data'`,
    );
    return Number(row?.Value ?? 0);
  };

  async function look(): Promise<void> {
    const at = (performance.now() - begun) / 1_000;
    if (firstHeap.size === 0 && at > seconds / 3)
      for (const [name, used] of await heaps()) firstHeap.set(name, used);
    const inPool = await pool();
    for (const { name, pid } of children()) {
      const bytes = memoryOf(pid) - (name === 'mariadb' ? inPool : 0);
      samples.set(name, [...(samples.get(name) ?? []), { seconds: at, bytes }]);
    }
  }
  let failure: unknown;
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(look).catch((error: unknown) => void (failure ??= error));
  }, everyMs);

  return {
    stop: () => clearInterval(timer),
    async end(): Promise<Watched[]> {
      clearInterval(timer);
      await looking;
      if (failure !== undefined) throw failure;
      const lastHeap = new Map(await heaps());
      return [...samples].map(([process, found]) => {
        const [first, last] = [firstHeap.get(process), lastHeap.get(process)];
        if (first !== undefined && last !== undefined)
          return {
            process,
            samples: found,
            trend: trendBetween(first, last),
            judgedBy: 'heap after a full collection',
          };
        const judgedBy = process === 'mariadb' ? 'memory beside the buffer pool' : 'memory';
        return { process, samples: found, trend: trendOf(found), judgedBy };
      });
    },
  };
}
