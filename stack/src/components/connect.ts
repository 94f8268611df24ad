import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Installation } from '../installer/install.ts';
import { cacheDir } from '../paths.ts';
import type { Layout } from '../paths.ts';
import { passwordOf } from '../secrets.ts';
import type { Secrets } from '../secrets.ts';
import type { ChildSpec } from '../supervisor/child.ts';
import { classArchive } from './class-archive.ts';
import { javaArgs, properties } from './java.ts';
import { largestRecord, log4j } from './kafka.ts';

type Config = {
  installation: Installation;
  layout: Layout;
  port: number;
  brokers: string;
  mariadbPort: number;
  secrets: Secrets;
};

/** The variables that a connector definition may refer to as ${env:NAME}; no other reaches it. */
const connectorEnvironment = ({ brokers, mariadbPort, secrets }: Config): Record<string, string> => ({
  MARIADB_HOST: '127.0.0.1',
  MARIADB_PORT: String(mariadbPort),
  KAFKA_BROKERS: brokers,
  ORDERS_SINK_PASSWORD: passwordOf(secrets, 'orders_sink'),
  ORDERS_PRODUCTS_SINK_PASSWORD: passwordOf(secrets, 'orders_products_sink'),
  CATALOGS_CDC_PASSWORD: passwordOf(secrets, 'catalogs_cdc'),
  USERS_CDC_PASSWORD: passwordOf(secrets, 'users_cdc'),
  REPORTS_SOURCE_PASSWORD: passwordOf(secrets, 'reports_source'),
  REPORTS_SINK_PASSWORD: passwordOf(secrets, 'reports_sink'),
});

export function connectChild(config: Config): ChildSpec {
  const { installation, layout, port, brokers } = config;
  const environment = connectorEnvironment(config);
  const internalTopic = (name: string) => ({
    [`${name}.storage.topic`]: `connect.${name}`,
    [`${name}.storage.replication.factor`]: 1,
  });
  const configFile = join(layout.config, 'connect.properties');
  writeFileSync(
    configFile,
    properties({
      'bootstrap.servers': brokers,
      'group.id': 'connect',
      listeners: `http://127.0.0.1:${port}`,
      'rest.advertised.host.name': '127.0.0.1',
      'plugin.path': installation.plugins,
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
      'config.providers.env.param.allowlist.pattern': `^(${Object.keys(environment).join('|')})$`,
      // A dead letter is the record plus headers that tell why: a 1 MB record's does not fit the default limit.
      'producer.max.request.size': largestRecord,
      'consumer.max.partition.fetch.bytes': largestRecord,
      // A single worker has nobody to wait for when it comes back.
      'scheduled.rebalance.max.delay.ms': 0,
    }),
  );
  const { tools, kafkaJars: jars } = installation;
  const archive = classArchive(cacheDir(), 'connect', { tools, jars });
  const options = [log4j('log4j2.properties'), ...archive.options];
  return {
    name: 'connect',
    port,
    command: tools.java,
    args: [
      ...javaArgs({ jars, heap: '768m', options }),
      'org.apache.kafka.connect.cli.ConnectDistributed',
      configFile,
    ],
    env: { PATH: process.env['PATH'], HOME: layout.dir, ...environment },
    ready: async () =>
      (await fetch(`http://127.0.0.1:${port}/connectors`, { signal: AbortSignal.timeout(2000) })).ok,
    ended: archive.settle,
    readyWithin: 120_000,
    stopWithin: 30_000,
  };
}
