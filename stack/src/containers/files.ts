import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { databases, ownerOf } from '../accounts.ts';
import { heapOptions, jvmOptions, properties } from '../components/java.ts';
import { servicesWithDatabase } from '../components/service.ts';
import { acceptedGatewaySecrets, acceptedPublicKeys } from '../keys.ts';
import { root } from '../paths.ts';
import { adminAccount, passwordOf } from '../secrets.ts';
import type { Secrets } from '../secrets.ts';
import { brokerHeap, brokerSettings } from '../settings/broker.ts';
import { connectorEnvironment, workerHeap, workerSettings } from '../settings/connect-worker.ts';
import { adminAccountSql, databaseServerSettings } from '../settings/database-server.ts';
import type { Addresses } from './addresses.ts';

/** Where the image of the Connect worker has its plugins, and where a container finds its files. */
const pluginPath = '/opt/ordermesh/plugins';
const mounted = '/conf';
/** Services whose events the console can publish anew, with their own accounts. */
const republishing = ['catalogs', 'users'];
/** Inside the broker's container: for the other containers, and for the machine that they run on. */
const inside = 9092;
const outside = 9094;

/**
 * Every file that the containers are given, by `CONTAINER/NAME`: configuration from the same settings as the local stack's,
 * and of the secrets to each what it needs. A folder is a volume that this one container sees.
 */
export function filesFor(secrets: Secrets, addresses: Addresses): Record<string, string> {
  const { brokers, mariadb } = addresses;
  const variables = connectorEnvironment({ brokers, mariadb, secrets });
  return {
    'kafka/broker.properties': properties(
      brokerSettings({
        listeners: `INSIDE://:${inside},OUTSIDE://:${outside}`,
        advertised: `INSIDE://${brokers},OUTSIDE://127.0.0.1:${addresses.publishedKafkaPort}`,
        interBroker: 'INSIDE',
        controller: { host: 'localhost', port: 9093, listenOn: 'localhost' },
        logDirs: '/var/lib/kafka/data',
      }),
    ),
    ...jvm('kafka', heapOptions(brokerHeap), {}),
    'connect/worker.properties': properties(
      workerSettings({
        brokers,
        listener: 'http://0.0.0.0:8083',
        advertisedHost: new URL(addresses.connectUrl).hostname,
        pluginPath,
        variables: Object.keys(variables),
      }),
    ),
    ...jvm('connect', heapOptions(workerHeap), variables),
    'mariadb/ordermesh.cnf': `[mariadbd]\ninit-file=/etc/mysql/conf.d/admin.sql\n${Object.entries(
      databaseServerSettings,
    )
      .map(([name, value]) => `${name}${value && `=${value}`}\n`)
      .join('')}`,
    'mariadb/admin.sql': adminAccountSql(secrets),
    // The image insists on one for root@localhost, which nobody uses.
    'mariadb/root-password': randomBytes(18).toString('base64url'),
    ...Object.fromEntries(
      servicesWithDatabase.flatMap((service) => [
        [`${service}/database-password`, passwordOf(secrets, service)],
        [`${service}/gateway-signing-secret`, secrets.gatewaySigningSecret],
        [`${service}/gateway-previous-signing-secret`, acceptedGatewaySecrets(secrets)],
        [`${service}-owner/database-password`, passwordOf(secrets, `${service}_owner`)],
      ]),
    ),
    'users/jwt-private-key': secrets.jwtPrivateKey,
    'users/jwt-accepted-public-keys': acceptedPublicKeys(secrets),
    'gateway/gateway-signing-secret': secrets.gatewaySigningSecret,
    'demo/customer-email': secrets.demo.customer.email,
    'demo/customer-password': secrets.demo.customer.password,
    'demo/admin-email': secrets.demo.admin.email,
    'demo/admin-password': secrets.demo.admin.password,
    'databases/secrets.json': JSON.stringify({ databases: secrets.databases }),
    'grants/secrets.json': JSON.stringify(passwordsOf(secrets, [adminAccount])),
    'console/secrets.json': JSON.stringify({
      ...passwordsOf(secrets, [adminAccount, ...databases.map(ownerOf), ...republishing]),
      demo: secrets.demo,
    }),
  };
}

const passwordsOf = (secrets: Secrets, names: string[]) => ({
  databases: Object.fromEntries(names.map((name) => [name, passwordOf(secrets, name)])),
});

/** What Kafka's start scripts take from the environment, as a file for the shell: the JVM's options and `more`. */
function jvm(container: string, memory: string[], more: Record<string, string>): Record<string, string> {
  const variables = {
    KAFKA_HEAP_OPTS: memory.join(' '),
    KAFKA_JVM_PERFORMANCE_OPTS: jvmOptions.join(' '),
    KAFKA_LOG4J_OPTS: `-Dlog4j2.configurationFile=${mounted}/log4j2.properties`,
    LOG_DIR: '/tmp',
    ...more,
  };
  return {
    [`${container}/environment`]: Object.entries(variables)
      .map(([name, value]) => `export ${name}='${value}'\n`)
      .join(''),
    [`${container}/log4j2.properties`]: readFileSync(join(root, 'stack/kafka/log4j2.properties'), 'utf8'),
  };
}
