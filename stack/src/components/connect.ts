import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Installation } from '../installer/install.ts';
import { cacheDir } from '../paths.ts';
import type { Layout } from '../paths.ts';
import type { Secrets } from '../secrets.ts';
import { connectorEnvironment, workerHeap, workerSettings } from '../settings/connect-worker.ts';
import type { ChildSpec } from '../supervisor/child.ts';
import { answersReady } from './answers-ready.ts';
import { classArchive } from './class-archive.ts';
import { heapOptions, javaArgs, properties } from './java.ts';
import { log4j } from './kafka.ts';

type Config = {
  installation: Installation;
  layout: Layout;
  port: number;
  brokers: string;
  mariadbPort: number;
  secrets: Secrets;
};

export function connectChild(config: Config): ChildSpec {
  const { installation, layout, port, brokers } = config;
  const mariadb = { host: '127.0.0.1', port: config.mariadbPort };
  const environment = connectorEnvironment({ brokers, mariadb, secrets: config.secrets });
  const configFile = join(layout.config, 'connect.properties');
  writeFileSync(
    configFile,
    properties(
      workerSettings({
        brokers,
        listener: `http://127.0.0.1:${port}`,
        advertisedHost: '127.0.0.1',
        pluginPath: installation.plugins,
        variables: Object.keys(environment),
      }),
    ),
  );
  const { tools, kafkaJars: jars } = installation;
  const archive = classArchive(cacheDir(), 'connect', { tools, jars });
  const options = [log4j('log4j2.properties'), ...archive.options];
  return {
    name: 'connect',
    port,
    command: tools.java,
    args: [
      ...javaArgs({ jars, memory: heapOptions(workerHeap), options }),
      'org.apache.kafka.connect.cli.ConnectDistributed',
      configFile,
    ],
    env: { PATH: process.env['PATH'], HOME: layout.dir, ...environment },
    ready: () => answersReady(`http://127.0.0.1:${port}/connectors`),
    ended: archive.settle,
    readyWithin: 120_000,
    stopWithin: 30_000,
    inBackground: true,
  };
}
