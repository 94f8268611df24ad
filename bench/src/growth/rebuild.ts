import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { appendHistory } from '@ordermesh/acceptance/src/log-of-orders.ts';
import { createKafkaClient, startStack } from '@ordermesh/stack/testing';
import type { Connection } from 'mariadb';
import { whole } from '../report.ts';
import { connectAsAdministrator } from '../shop/system.ts';

type Options = { orders: number; signal: AbortSignal; say: (line: string) => void };

const root = join(import.meta.dirname, '../../..');
const neededPerSecond = 10_000;

export type Rebuilt = {
  events: number;
  orders: number;
  seconds: number;
  /** What the command said. */
  printed: string;
  /** Rows of the table that are not what the log says; of a table that was empty before. */
  wrongRows: number;
};

async function rebuild(data: string, signal: AbortSignal): Promise<{ seconds: number; printed: string }> {
  const begun = performance.now();
  const child = spawn(process.execPath, ['stack/src/rebuild.ts', '--data', data, 'orders'], {
    cwd: root,
    signal,
  });
  const [printed, complaint] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  if (child.exitCode !== 0) throw new Error(`the rebuild failed: ${complaint}`);
  return { seconds: (performance.now() - begun) / 1_000, printed: printed.trim() };
}

async function countWrong(sql: Connection, orders: number): Promise<number> {
  const [row] = await sql.query<{ right: number; all: number }[]>(
    `SELECT COUNT(*) AS \`all\`, SUM(status = 'CONFIRMED' AND total_price = qty * unit_price AND updated_at > created_at) AS \`right\`
     FROM orders.orders`,
  );
  if (!row) throw new Error('the table cannot be counted');
  return Math.abs(orders - Number(row.right)) + (row.all - Number(row.right));
}

/** The empty table made anew from the log of so many confirmed orders, two events each, by the operator's own command. */
export async function measureRebuild({ orders, signal, say }: Options): Promise<Rebuilt> {
  say('starting MariaDB and Kafka for the rebuild');
  const stack = await startStack({ infra: true, signal });
  const producer = createKafkaClient(stack.addresses.kafkaBrokers).producer();
  try {
    await producer.connect();
    say(`appending ${2 * orders} events and as many rows`);
    const events = await appendHistory(producer, orders);
    signal.throwIfAborted();
    say('rebuilding');
    const { seconds, printed } = await rebuild(stack.dir, signal);
    const sql = await connectAsAdministrator(stack);
    const wrongRows = await countWrong(sql, orders);
    await sql.end();
    return { events, orders, seconds, printed, wrongRows };
  } finally {
    await producer.disconnect().catch(() => undefined);
    await stack.stop();
  }
}

export const isFastEnough = ({ orders, seconds, wrongRows }: Rebuilt): boolean =>
  wrongRows === 0 && orders / seconds >= neededPerSecond;

export function describeRebuild(rebuilt: Rebuilt): string {
  const { events, orders, seconds, printed, wrongRows } = rebuilt;
  const rate = (count: number) => whole(count / seconds);
  return [
    '    npm run -s rebuild -- orders',
    printed.replaceAll(/^/gm, '    '),
    `${whole(events)} events, two of each order, and the row that each made on the topic orders, into an ` +
      `empty table: ${seconds.toFixed(1)} s from the command to its end, ${rate(events)} events/s, ${rate(orders)} rows of the table/s ` +
      `(target ${whole(neededPerSecond)}): ${isFastEnough(rebuilt) ? 'met' : 'missed'}. Rows that are missing or wrong: ${wrongRows}.`,
  ].join('\n\n');
}
