import { join } from 'node:path';
import { acceptedGatewaySecrets, acceptedPublicKeys } from '../keys.ts';
import { root } from '../paths.ts';
import type { Ports } from '../ports.ts';
import { passwordOf } from '../secrets.ts';
import type { Passwords, Secrets } from '../secrets.ts';
import type { ChildSpec } from '../supervisor/child.ts';
import { answersReady } from './answers-ready.ts';
import { baseEnvironment } from './node.ts';

export const servicesWithDatabase = ['users', 'catalogs', 'orders'] as const;
export type ServiceName = (typeof servicesWithDatabase)[number];

type Config = { ports: Ports; secrets: Secrets; brokers: string };

const jwksUrl = (ports: Ports) => `http://127.0.0.1:${ports.users}/.well-known/jwks.json`;

/** What reaches the database of a service, for its scripts that need nothing else; `account` as in serviceEnvironment. */
export const databaseEnvironment = (
  service: ServiceName,
  { mariadb, secrets }: { mariadb: { host: string; port: number }; secrets: Passwords },
  account: string = service,
): NodeJS.ProcessEnv => ({
  DATABASE_HOST: mariadb.host,
  DATABASE_PORT: String(mariadb.port),
  DATABASE_NAME: service,
  DATABASE_USER: account,
  DATABASE_PASSWORD: passwordOf(secrets, account),
});

/** The variables of a service that has a database; `account` is the service's own or the owner's. */
export const serviceEnvironment = (
  service: ServiceName,
  { ports, secrets, brokers }: Config,
  {
    account = service,
    instance = service,
    port = 0,
  }: { account?: string; instance?: string; port?: number } = {},
): NodeJS.ProcessEnv => ({
  SERVICE_INSTANCE: instance,
  HOST: '127.0.0.1',
  PORT: String(port),
  NODE_ENV: 'development',
  KAFKA_BROKERS: brokers,
  ...databaseEnvironment(service, { mariadb: { host: '127.0.0.1', port: ports.mariadb }, secrets }, account),
  JWKS_URL: jwksUrl(ports),
  GATEWAY_SIGNING_SECRET: secrets.gatewaySigningSecret,
  GATEWAY_PREVIOUS_SIGNING_SECRET: acceptedGatewaySecrets(secrets),
  ...(service === 'users'
    ? { JWT_PRIVATE_KEY: secrets.jwtPrivateKey, JWT_ACCEPTED_PUBLIC_KEYS: acceptedPublicKeys(secrets) }
    : {}),
});

/**
 * One thread collects what is young: several wait for each other where processors are short, and a pause takes as long as
 * the last of them. As in each Dockerfile.
 */
const nodeFlags = ['--no-parallel-scavenge'];

/**
 * The gateway makes much that lives for a millisecond. In a small young generation a part of it grows old before it is found to
 * be garbage (in MB; 32 halves what collecting the young takes), and of the old one as much again as is alive may
 * gather before it is collected (in percent; else four times as much). As in gateway/Dockerfile.
 */
const gatewayFlags = ['--max-semi-space-size=32', '--heap-growing-percent=100'];

function nodeChild(
  name: string,
  entry: string,
  port: number,
  env: NodeJS.ProcessEnv,
  flags: string[] = [],
): ChildSpec {
  return {
    name,
    port,
    command: process.execPath,
    args: [...nodeFlags, ...flags, entry],
    cwd: root,
    env: { ...baseEnvironment(), ...env },
    ready: () => answersReady(`http://127.0.0.1:${port}/health`),
    readyWithin: 90_000,
    stopWithin: 12_000, // services promise ten seconds
  };
}

/** Users and catalogs run once, orders as often as it has ports. */
export function serviceChildren(service: ServiceName, config: Config): ChildSpec[] {
  const ports = service === 'orders' ? config.ports.orders : [config.ports[service]];
  return ports.map((port, index) => {
    const instance = service === 'orders' ? `orders-${index + 1}` : service;
    const env = serviceEnvironment(service, config, { instance, port });
    return nodeChild(instance, `${service}/src/main.ts`, port, env);
  });
}

export function gatewayChild({ ports, secrets }: Config): ChildSpec {
  const subgraph = (port: number) => `http://127.0.0.1:${port}/graphql`;
  const env = {
    SERVICE_INSTANCE: 'gateway',
    HOST: '127.0.0.1',
    PORT: String(ports.gateway),
    NODE_ENV: 'development',
    JWKS_URL: jwksUrl(ports),
    GATEWAY_SIGNING_SECRET: secrets.gatewaySigningSecret,
    USERS_URL: subgraph(ports.users),
    CATALOGS_URL: subgraph(ports.catalogs),
    ORDERS_URLS: ports.orders.map(subgraph).join(','),
    SUPERGRAPH: join(root, 'contracts/supergraph.graphql'),
  };
  return nodeChild('gateway', 'gateway/src/main.ts', ports.gateway, env, gatewayFlags);
}
