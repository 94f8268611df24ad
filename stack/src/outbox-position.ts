import type { Connection } from 'mariadb';
import { z } from 'zod';
import { Failure } from './failure.ts';
import { waitFor } from './wait-for.ts';

const status = z.object({
  connector: z.object({ state: z.string() }),
  tasks: z.array(z.object({ state: z.string(), trace: z.string().optional() })),
});

/** How Debezium says that the server no longer has the binlog at which it stopped reading. */
const binlogIsGone =
  /Could not find (GTID state requested|first log file)|binlog.*(purged|no longer available)/i;

async function call(connectUrl: string, path: string, method = 'GET', body?: unknown): Promise<unknown> {
  const response = await fetch(`${connectUrl}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  if (!response.ok)
    throw new Failure(`Kafka Connect answered ${response.status} to ${method} ${path}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

const readStatus = async (connectUrl: string, connector: string) =>
  status.parse(await call(connectUrl, `/connectors/${connector}/status`));

/** Whether a source connector has failed because the binlog at its place is gone. */
export async function lostItsBinlog(connectUrl: string, connector: string): Promise<boolean> {
  const { tasks } = await readStatus(connectUrl, connector);
  return tasks.some(({ state, trace }) => state === 'FAILED' && binlogIsGone.test(trace ?? ''));
}

/**
 * Puts a MariaDB source connector at the begin of the oldest binlog that the server still has: what is in it is
 * published, what was in those before is not. Offsets can be altered only while the connector is stopped (KIP-875).
 */
export async function restartFromOldestBinlog(
  connectUrl: string,
  connector: string,
  connection: Connection,
): Promise<void> {
  const path = `/connectors/${connector}`;
  const reaches = (state: string) =>
    waitFor(async () => (await readStatus(connectUrl, connector)).connector.state === state, {
      what: `${connector} to be ${state}`,
    });
  const [oldest] = await connection.query<{ Log_name: string }[]>('SHOW BINARY LOGS');
  if (!oldest) throw new Failure('the MariaDB server writes no binlog');
  const [position] = await connection.query<{ gtids: string; server_id: number }[]>(
    'SELECT BINLOG_GTID_POS(?, 4) AS gtids, @@server_id AS server_id',
    [oldest.Log_name],
  );
  await call(connectUrl, `${path}/stop`, 'PUT');
  await reaches('STOPPED');
  const offset = {
    file: oldest.Log_name,
    pos: 4,
    gtids: position?.gtids,
    row: 0,
    event: 0,
    server_id: position?.server_id,
    ts_sec: 0,
  };
  await call(connectUrl, `${path}/offsets`, 'PATCH', {
    offsets: [{ partition: { server: connector }, offset }],
  });
  await call(connectUrl, `${path}/resume`, 'PUT');
  await reaches('RUNNING');
}
