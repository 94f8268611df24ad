import { passwordOf } from '../secrets.ts';
import type { Secrets } from '../secrets.ts';
import { largestRecord } from './broker.ts';

type Neighbours = { brokers: string; mariadb: { host: string; port: number }; secrets: Secrets };

/** The variables that a connector definition may refer to as ${env:NAME}; no other reaches it. */
export const connectorEnvironment = ({ brokers, mariadb, secrets }: Neighbours): Record<string, string> => ({
  MARIADB_HOST: mariadb.host,
  MARIADB_PORT: String(mariadb.port),
  KAFKA_BROKERS: brokers,
  ORDERS_SINK_PASSWORD: passwordOf(secrets, 'orders_sink'),
  ORDERS_PRODUCTS_SINK_PASSWORD: passwordOf(secrets, 'orders_products_sink'),
  CATALOGS_CDC_PASSWORD: passwordOf(secrets, 'catalogs_cdc'),
  USERS_CDC_PASSWORD: passwordOf(secrets, 'users_cdc'),
  REPORTS_SOURCE_PASSWORD: passwordOf(secrets, 'reports_source'),
  REPORTS_SINK_PASSWORD: passwordOf(secrets, 'reports_sink'),
});

type Place = {
  brokers: string;
  listener: string;
  advertisedHost: string;
  pluginPath: string;
  /** Names of the variables that connector definitions may refer to. */
  variables: string[];
};

const internalTopic = (name: string) => ({
  [`${name}.storage.topic`]: `connect.${name}`,
  [`${name}.storage.replication.factor`]: 1,
});

/** The Connect worker's configuration (connect-distributed.properties), the same wherever it runs but for the place. */
export const workerSettings = ({ brokers, listener, advertisedHost, pluginPath, variables }: Place) => ({
  'bootstrap.servers': brokers,
  'group.id': 'connect',
  listeners: listener,
  'rest.advertised.host.name': advertisedHost,
  'plugin.path': pluginPath,
  'plugin.discovery': 'service_load',
  ...internalTopic('config'),
  ...internalTopic('offset'),
  ...internalTopic('status'),
  'offset.storage.partitions': 5,
  'status.storage.partitions': 2,
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'offset.flush.interval.ms': 1000,
  'connector.client.config.override.policy': 'All',
  'config.providers': 'env',
  'config.providers.env.class': 'org.apache.kafka.common.config.provider.EnvVarConfigProvider',
  'config.providers.env.param.allowlist.pattern': `^(${variables.join('|')})$`,
  // A dead letter is the record plus headers that tell why: a 1 MB record's does not fit the default limit.
  'producer.max.request.size': largestRecord,
  'consumer.max.partition.fetch.bytes': largestRecord,
  // A single worker has nobody to wait for when it comes back.
  'scheduled.rebalance.max.delay.ms': 0,
});

export const workerHeap = { first: '208m', most: '768m', eden: '96m' };
