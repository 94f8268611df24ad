import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { gatewayChild, serviceEnvironment, servicesWithDatabase } from '../src/components/service.ts';
import { readAddresses } from '../src/containers/addresses.ts';
import { filesFor } from '../src/containers/files.ts';
import { root } from '../src/paths.ts';
import { portsFor } from '../src/ports.ts';
import { loadSecrets } from '../src/secrets.ts';

const folder = mkdtempSync(join(tmpdir(), 'ordermesh-containers-'));
const secrets = loadSecrets(join(folder, 'secrets.json'));
rmSync(folder, { recursive: true });

const addresses = readAddresses({
  KAFKA_BROKERS: 'kafka:9092',
  MARIADB_HOST: 'mariadb',
  MARIADB_PORT: '3306',
  CONNECT_URL: 'http://connect:8083',
  GRAPHQL_URL: 'http://gateway:4000/graphql',
  PUBLISHED_KAFKA_PORT: '19092',
  PUBLISHED_GATEWAY_PORT: '14000',
});
const files = filesFor(secrets, addresses);
const compose = readFileSync(join(root, 'compose.yaml'), 'utf8');

/** The lines of a service in compose.yaml. */
const serviceLines = (service: string) =>
  new RegExp(`\\n  ${service}:\\n((?: {4}.*\\n|\\n)*)`).exec(compose)?.[1] ?? '';

test('every variable that the local stack gives a service is given to its container', () => {
  const place = { ports: portsFor(0, 1), secrets, brokers: 'kafka:9092' };
  // The host's name and the file in the image stand in for these.
  const defaults = ['SERVICE_INSTANCE', 'SUPERGRAPH'];
  const shared = /\nx-service-environment:.*\n((?: {2}.*\n)*)/.exec(compose)?.[1] ?? '';
  const environments = {
    ...Object.fromEntries(
      servicesWithDatabase.map((service) => [service, serviceEnvironment(service, place)]),
    ),
    gateway: gatewayChild(place).env ?? {},
  };
  for (const [service, environment] of Object.entries(environments)) {
    const given = shared + serviceLines(service);
    const ownVariables = Object.keys(environment).filter(
      (name) =>
        !['PATH', 'HOME', 'LANG', 'TZ', 'LOG_LEVEL', 'NODE_COMPILE_CACHE', ...defaults].includes(name),
    );
    const missing = ownVariables.filter((name) => !new RegExp(`^ +${name}(_FILE)?:( |$)`, 'm').test(given));
    expect({ service, missing }).toEqual({ service, missing: [] });
  }
});

test('every file that compose.yaml mentions is written', () => {
  const folderOf: Record<string, string> = { 'users-migrations': 'users-owner', 'demo-accounts': 'users' };
  const mentioned = [...servicesWithDatabase, 'gateway', 'users-migrations', 'demo-accounts'].flatMap(
    (service) =>
      [...serviceLines(service).matchAll(/_FILE: \/(conf|demo)\/(\S+)/g)].map(
        ([, mount, name]) => `${mount === 'demo' ? 'demo' : (folderOf[service] ?? service)}/${name}`,
      ),
  );
  expect(mentioned.length).toBeGreaterThan(10);
  expect(mentioned.filter((name) => files[name] === undefined)).toEqual([]);
});

test('a secret is in the files of those containers alone that need it', () => {
  const holders = (secret: string) => [
    ...new Set(
      Object.entries(files)
        .filter(([, content]) => content.includes(secret))
        .map(([name]) => name.split('/')[0]),
    ),
  ];
  const { databases } = secrets;
  expect(holders(databases['orders'] ?? '')).toEqual(['orders', 'databases']);
  expect(holders(databases['users_owner'] ?? '')).toEqual(['users-owner', 'databases', 'console']);
  expect(holders(databases['users_cdc'] ?? '')).toEqual(['connect', 'databases']);
  expect(holders(databases['stack_admin'] ?? '')).toEqual(['mariadb', 'databases', 'grants', 'console']);
  expect(holders(secrets.gatewaySigningSecret).toSorted()).toEqual([
    'catalogs',
    'gateway',
    'orders',
    'users',
  ]);
  // In JSON its line breaks are escaped.
  const keyLine = secrets.jwtPrivateKey.split('\n')[1] ?? '';
  expect(keyLine.length).toBeGreaterThan(40);
  expect(holders(keyLine)).toEqual(['users']);
});

test('the broker is reached as kafka by the others, and on the published port from the machine', () => {
  expect(files['kafka/broker.properties']).toContain(
    'advertised.listeners=INSIDE://kafka:9092,OUTSIDE://127.0.0.1:19092\n',
  );
});

test('containers and the local stack run the same Kafka and the same Node', () => {
  const found = (file: string, pattern: RegExp) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(pattern)].map(([, version]) => version);
  const kafka = [
    ...found('stack/kafka/pom.xml', /<kafka.version>(.*)<\/kafka.version>/g),
    ...found('connectors/plugins/pom.xml', /<kafka.version>(.*)<\/kafka.version>/g),
    ...found('compose.yaml', /image: apache\/kafka:(\S+)/g),
    ...found('connectors/Dockerfile', /FROM apache\/kafka:(\S+)/g),
  ];
  expect(kafka).toHaveLength(4);
  expect(new Set(kafka).size).toBe(1);

  const node = found('package.json', /"node-linux-\w+": "(\d+)\./g);
  const folders = [...servicesWithDatabase, 'gateway', 'connectors', 'stack'];
  const inImages = folders.flatMap((name) => found(`${name}/Dockerfile`, /FROM node:(\d+)-/g));
  expect(inImages.length).toBeGreaterThanOrEqual(2 * folders.length);
  expect(new Set([...node, ...inImages]).size).toBe(1);
});
