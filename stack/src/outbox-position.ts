import type { Connection } from 'mariadb';
import { z } from 'zod';
import { Failure } from './failure.ts';
import { waitFor } from './wait-for.ts';

const status = z.object({
  connector: z.object({ state: z.string() }),
  tasks: z.array(z.object({ state: z.string(), trace: z.string().optional() })),
});
const offsets = z.object({
  offsets: z.array(z.object({ offset: z.object({ file: z.string(), gtids: z.string().optional() }) })),
});

/** How Debezium says that the server no longer has the binlog at which it stopped reading, or, restored, never had it. */
const binlogIsGone =
  /Could not find (GTID state requested|first log file)|binlog.*(purged|no longer available)|not in the master's binlog|impossible position/i;

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

/** The oldest binlog that the server has, and the GTID state at its begin. */
async function oldestBinlog(connection: Connection) {
  const logs = await connection.query<{ Log_name: string }[]>('SHOW BINARY LOGS');
  const [oldest] = logs;
  if (!oldest) throw new Failure('the MariaDB server writes no binlog');
  const [position] = await connection.query<{ gtids: string; server_id: number }[]>(
    'SELECT BINLOG_GTID_POS(?, 4) AS gtids, @@server_id AS server_id',
    [oldest.Log_name],
  );
  return { file: oldest.Log_name, files: logs.map((log) => log.Log_name), ...position };
}

/**
 * Whether the binlog at the place of a source connector is gone. The failure alone does not tell: a task that is
 * restarted again and again is RUNNING for seconds each time. So the place itself is looked up among the server's logs;
 * one at the very end of a log that was purged has lost nothing.
 */
export async function lostItsBinlog(
  connectUrl: string,
  connector: string,
  connection: Connection,
): Promise<boolean> {
  const { tasks } = await readStatus(connectUrl, connector);
  if (tasks.some(({ state, trace }) => state === 'FAILED' && binlogIsGone.test(trace ?? ''))) return true;
  const place = offsets.parse(await call(connectUrl, `/connectors/${connector}/offsets`)).offsets[0]?.offset;
  if (!place) return false;
  const { files, gtids } = await oldestBinlog(connection);
  return !files.includes(place.file) && place.gtids !== gtids;
}

/** Offsets can be changed only while the connector is stopped (KIP-875). Resolves when its tasks run again. */
async function whileStopped(connectUrl: string, connector: string, change: () => Promise<unknown>) {
  const path = `/connectors/${connector}`;
  await call(connectUrl, `${path}/stop`, 'PUT');
  await waitFor(async () => (await readStatus(connectUrl, connector)).connector.state === 'STOPPED', {
    what: `${connector} to be STOPPED`,
  });
  try {
    // Refused for as long as its last task has not ended.
    await waitFor(() => change().then(() => true), { what: `new offsets of ${connector}`, interval: 500 });
  } finally {
    await call(connectUrl, `${path}/resume`, 'PUT');
  }
  const runs = async () => {
    const { connector: now, tasks } = await readStatus(connectUrl, connector);
    return now.state === 'RUNNING' && tasks.length > 0 && tasks.every(({ state }) => state === 'RUNNING');
  };
  await waitFor(runs, { what: `${connector} to be RUNNING` });
}

/**
 * Puts a MariaDB source connector at the begin of the oldest binlog that the server still has: what is in it is
 * published, what was in those before is not.
 */
export async function restartFromOldestBinlog(
  connectUrl: string,
  connector: string,
  connection: Connection,
): Promise<void> {
  const { file, gtids, server_id } = await oldestBinlog(connection);
  // Before the first transaction of a server, such as one that was just restored, there is no GTID, and Debezium's client
  // fails on a place without one. Without any place it reads all that the server has ever written, which is the same.
  if (!gtids) return forgetPlace(connectUrl, connector);
  const offset = { file, pos: 4, gtids, row: 0, event: 0, server_id, ts_sec: 0 };
  const body = { offsets: [{ partition: { server: connector }, offset }] };
  await whileStopped(connectUrl, connector, () =>
    call(connectUrl, `/connectors/${connector}/offsets`, 'PATCH', body),
  );
}

/** Makes a source connector that has a table to read (snapshot.mode=initial) publish all its rows, and go on from there. */
export const snapshotAnew = (connectUrl: string, connector: string): Promise<void> =>
  forgetPlace(connectUrl, connector);

const forgetPlace = (connectUrl: string, connector: string): Promise<void> =>
  whileStopped(connectUrl, connector, () => call(connectUrl, `/connectors/${connector}/offsets`, 'DELETE'));
