import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const peersFolder = join(root, 'bench/peers');

export type Setting = {
  port: number;
  /** The supergraph with the addresses of the front in it. */
  supergraph: string;
  subgraphs: { users: string; catalogs: string; orders: string };
  jwksUrl: string;
  /** A folder for what a gateway wants to have in files. */
  work: string;
};

export type Peer = {
  name: string;
  /** The command that runs it; undefined where it cannot be had on this machine. */
  command: (setting: Setting) => { command: string[]; env: NodeJS.ProcessEnv; cwd: string } | undefined;
};

/** The gateway of this repository as `npm start` and its image run it, with everything on that production needs. */
const ordermesh: Peer = {
  name: 'ordermesh',
  command: ({ port, supergraph, subgraphs, jwksUrl }) => ({
    command: [
      ...[process.execPath, '--no-parallel-scavenge', '--max-semi-space-size=32'],
      ...['--heap-growing-percent=100', 'gateway/src/main.ts'],
    ],
    cwd: root,
    env: {
      NODE_ENV: 'production',
      SERVICE_INSTANCE: 'gateway',
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: 'info',
      SUPERGRAPH: supergraph,
      JWKS_URL: jwksUrl,
      GATEWAY_SIGNING_SECRET: 'x'.repeat(64),
      USERS_URL: subgraphs.users,
      CATALOGS_URL: subgraphs.catalogs,
      ORDERS_URLS: subgraphs.orders,
    },
  }),
};

const apollo: Peer = {
  name: '@apollo/gateway',
  command: ({ port, supergraph }) => ({
    command: [process.execPath, 'apollo-gateway.mjs', supergraph, String(port)],
    cwd: peersFolder,
    env: { NODE_ENV: 'production', APOLLO_TELEMETRY_DISABLED: 'true' },
  }),
};

const hive = (name: string, ...options: string[]): Peer => ({
  name,
  command: ({ port, supergraph }) => ({
    command: [
      ...[process.execPath, 'node_modules/@graphql-hive/gateway/dist/bin.js', 'supergraph', supergraph],
      ...['--host', '127.0.0.1', '--port', String(port), '--fork', '1', ...options],
    ],
    cwd: peersFolder,
    env: { NODE_ENV: 'production' },
  }),
});

/** The native router: HIVE_ROUTER is the path of its binary. */
const hiveRouter: Peer = {
  name: 'hive-router (native)',
  command: ({ port, supergraph, work }) => {
    const binary = process.env['HIVE_ROUTER'];
    if (!binary || !existsSync(binary)) return undefined;
    return {
      command: [binary],
      cwd: work,
      env: { SUPERGRAPH_FILE_PATH: supergraph, PORT: String(port), HOST: '127.0.0.1' },
    };
  },
};

export const peers: Peer[] = [
  ordermesh,
  apollo,
  hive('@graphql-hive/gateway'),
  hive('@graphql-hive/gateway --jit', '--jit'),
  hive('@graphql-hive/gateway --hive-router-runtime', '--hive-router-runtime'),
  hiveRouter,
];
