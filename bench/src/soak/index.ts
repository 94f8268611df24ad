import { messageOf } from '@ordermesh/stack/testing';
import { requireBalancedBooks } from '@ordermesh/acceptance/src/books.ts';
import { megabytes } from '../memory.ts';
import { table, writeResults } from '../report.ts';
import { placeAtRate } from '../shop/placing.ts';
import { createOrders } from '../shop/requests.ts';
import { startOrdermesh, type System } from '../shop/system.ts';
import { countMissing, untilConfirmed } from '../shop/table.ts';
import { readSteadily } from './read-steadily.ts';
import { watchMemory, type Watched } from './watch-memory.ts';

export type Options = {
  minutes: number;
  /** Orders a second. */
  rate: number;
  signal: AbortSignal;
  say: (line: string) => void;
};

/** A look at one's orders for so many orders placed. */
const ordersPerRead = 4;

const at = (samples: Watched['samples'], share: number): string => {
  const sample = samples[Math.min(samples.length - 1, Math.floor(samples.length * share))];
  return megabytes(sample?.bytes ?? NaN).toFixed(0);
};

const describe = (watched: Watched[]): string =>
  table([
    ['process', 'MB at first', 'after a third', 'at the end', 'judged by', 'level, MB', 'growth, MB', 'flat'],
    ...watched.map(({ process, samples, trend, judgedBy }) => [
      process,
      at(samples, 0),
      at(samples, 1 / 3),
      at(samples, 1),
      judgedBy,
      megabytes(trend.levelBytes).toFixed(0),
      megabytes(trend.growthBytes).toFixed(1),
      trend.isFlat ? 'yes' : 'no',
    ]),
  ]);

async function run(system: System, { minutes, rate, signal, say }: Options) {
  const seconds = minutes * 60;
  const orders = createOrders(system.shop, system.gatewayPort);
  const memory = watchMemory(system, seconds);
  const stopReading = await readSteadily(system, rate / ordersPerRead, say);
  try {
    say(`${rate} orders/s and ${rate / ordersPerRead} reads/s for ${minutes} minutes`);
    const placed = await placeAtRate({ port: system.gatewayPort, orders, perSecond: rate, seconds, signal });
    const { reads, wrong } = await stopReading();
    if (placed.wrong[0] !== undefined) say(`${placed.wrong.length} wrong answers, as in ${placed.wrong[0]}`);
    const watched = await memory.end();
    await untilConfirmed(system, placed.ids.length, { signal });
    const missing = await countMissing(system, placed.ids);
    const books = await requireBalancedBooks(system.sql).then(
      () => 'balanced',
      (error: unknown) => messageOf(error),
    );
    return {
      watched,
      placed: placed.ids.length,
      wrong: placed.wrong.length,
      reads,
      wrongReads: wrong,
      missing,
      books,
    };
  } finally {
    memory.stop();
    await stopReading().catch(() => undefined);
  }
}

/** A steady load for a long time: whether memory grows, and all is right in the end. */
export async function benchSoak(options: Options): Promise<boolean> {
  const { minutes, rate, say } = options;
  const system = await startOrdermesh(options);
  try {
    const result = await run(system, options);
    const { watched, placed, wrong, reads, wrongReads, missing, books } = result;
    const page = [
      '# Soak',
      `${rate} orders a second and ${rate / ordersPerRead} looks at one's orders for ${minutes} minutes; memory (PSS) of every process every 5 s. Growth is that of a ` +
        'straight line through the last two thirds, of which in each of 12 stretches the least counts; flat is growth of less than a tenth, or ' +
        '16 MB, in that time. Of the heaps of Java and JavaScript the growth is between two full collections, after a third and at the end.',
      describe(watched),
      table([
        [
          'orders answered',
          'wrong answers',
          'not CONFIRMED in the end',
          'reads',
          'wrong reads',
          'stock, orders and money',
        ],
        [placed, wrong, missing, reads, wrongReads, books].map(String),
      ]),
    ].join('\n\n');
    say(`\n${page}\n\nwritten to ${writeResults('soak', { minutes, rate, ...result }, page)}`);
    const isRight = wrong === 0 && wrongReads === 0 && missing === 0 && books === 'balanced';
    return isRight && watched.every(({ trend }) => trend.isFlat);
  } finally {
    await system.stop();
  }
}
