import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { runLoad } from '../load.ts';
import { startOnCore, type Child } from '../process.ts';
import { percentile, spread, type Spread } from '../statistics.ts';
import { createAnswers } from './answers.ts';
import { peers, type Peer, type Setting } from './peers.ts';
import type { Query } from './queries.ts';
import { gatewayCore, otherCore, type Subgraphs } from './subgraphs.ts';

const root = join(import.meta.dirname, '../../..');
export type Options = {
  rounds: number;
  seconds: number;
  clients: number;
  signal: AbortSignal;
  say: (line: string) => void;
};
export type GatewayFigures = {
  gateway: string;
  query: string;
  requestsPerSecond: Spread;
  cpuMicrosecondsPerRequest: Spread;
  p50Ms: Spread;
  p99Ms: Spread;
  rssMb: Spread;
  wrongAnswers: number;
};

/** The peers have a lockfile of their own: nobody else has to install them. */
function installPeers(say: Options['say']): void {
  const cwd = join(root, 'bench/peers');
  if (existsSync(join(cwd, 'node_modules/@graphql-hive/gateway'))) return;
  say('installing the other gateways (some minutes, once)');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the other gateways could not be installed: see above');
}

function writeSupergraph(work: string, subgraphs: Setting['subgraphs']): string {
  const file = join(work, 'supergraph.graphql');
  const committed = readFileSync(join(root, 'contracts/supergraph.graphql'), 'utf8');
  const addressed = Object.entries(subgraphs).reduce(
    (sdl, [name, url]) => sdl.replace(`http://${name}.invalid/graphql`, `${url}/graphql`),
    committed,
  );
  writeFileSync(file, addressed);
  return file;
}

async function start(peer: Peer, setting: Setting): Promise<Child | undefined> {
  const how = peer.command(setting);
  if (!how) return undefined;
  const isReady = async () => {
    const response = await fetch(`http://127.0.0.1:${setting.port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    });
    return response.ok;
  };
  return startOnCore(gatewayCore, how.command, { env: how.env, cwd: how.cwd, isReady });
}

/** The load generator, which is this process, and whatever it starts from then on. */
const pinTo = (cores: string) => void spawnSync('taskset', ['-cp', cores, String(process.pid)]);

/**
 * All gateways in front of the same subgraphs. Rounds are interleaved: what slows the machine down for a while slows every
 * gateway down.
 */
export async function measureGateways(
  { ports, jwksUrl, token }: Subgraphs,
  queries: Query[],
  options: Options,
): Promise<{ figures: GatewayFigures[]; notMeasured: string[] }> {
  const { rounds, seconds, clients, signal, say } = options;
  installPeers(say);
  const work = mkdtempSync(join(tmpdir(), 'ordermesh-bench-'));
  pinTo(String(otherCore));
  const url = (port: number) => `http://127.0.0.1:${port}`;
  const subgraphs = { users: url(ports.users), catalogs: url(ports.catalogs), orders: url(ports.orders) };
  const supergraph = writeSupergraph(work, subgraphs);
  const running: { peer: Peer; child: Child; port: number }[] = [];
  const notMeasured: string[] = [];
  try {
    for (const peer of peers) {
      const port = await freePort();
      const child = await start(peer, { port, supergraph, subgraphs, jwksUrl, work });
      if (child) running.push({ peer, child, port });
      else notMeasured.push(peer.name);
      say(`${peer.name}: ${child ? 'started' : 'not measured, it is not on this machine'}`);
    }
    // Apollo's own gateway first: its answers are the ones that the others are held to.
    running.sort(
      (a, b) => Number(b.peer.name === '@apollo/gateway') - Number(a.peer.name === '@apollo/gateway'),
    );
    const figures: GatewayFigures[] = [];
    for (const { name: query, bodies } of queries) {
      const answers = createAnswers();
      const measured = running.map((each) => ({
        ...each,
        isRight: answers.judge(bodies),
        results: [] as {
          perSecond: number;
          cpu: number;
          p50: number;
          p99: number;
          rss: number;
          wrong: number;
        }[],
      }));
      const headers = { authorization: `Bearer ${token}` };
      for (let round = 0; round <= rounds; round++) {
        for (const { peer, child, port, isRight, results } of measured) {
          signal.throwIfAborted();
          const warmUp = round === 0;
          const before = child.measure();
          const load = { port, headers, bodies, clients, seconds: warmUp ? seconds / 2 : seconds, isRight };
          const result = await runLoad(load);
          const after = child.measure();
          if (result.wrong > 0) say(`${peer.name}, ${query}: ${result.wrong} wrong answers`);
          if (warmUp) continue;
          results.push({
            perSecond: result.answers / result.seconds,
            cpu: (after.cpuMicroseconds - before.cpuMicroseconds) / result.answers,
            p50: percentile(result.latencies, 0.5),
            p99: percentile(result.latencies, 0.99),
            rss: after.rssBytes / 2 ** 20,
            wrong: result.wrong,
          });
        }
        say(`${query}: ${round === 0 ? 'warmed up' : `round ${round} of ${rounds}`}`);
      }
      for (const { peer, results } of measured)
        figures.push({
          gateway: peer.name,
          query,
          requestsPerSecond: spread(results.map(({ perSecond }) => perSecond)),
          cpuMicrosecondsPerRequest: spread(results.map(({ cpu }) => cpu)),
          p50Ms: spread(results.map(({ p50 }) => p50)),
          p99Ms: spread(results.map(({ p99 }) => p99)),
          rssMb: spread(results.map(({ rss }) => rss)),
          wrongAnswers: results.reduce((sum, { wrong }) => sum + wrong, 0),
        });
    }
    return { figures, notMeasured };
  } finally {
    await Promise.all(running.map(({ child }) => child.stop()));
    pinTo(`0-${cpus().length - 1}`);
    rmSync(work, { recursive: true, force: true });
  }
}
