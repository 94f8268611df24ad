import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Failure, saysDiskFull } from '../failure.ts';
import { createKafkaClient } from '@ordermesh/connectors/kafka-client';
import type { Installation } from '../installer/install.ts';
import { cacheDir, root } from '../paths.ts';
import type { Layout } from '../paths.ts';
import type { ChildSpec } from '../supervisor/child.ts';
import { brokerHeap, brokerSettings } from '../settings/broker.ts';
import { explainLog } from '../supervisor/explain-log.ts';
import { ownerVariable } from '../supervisor/process-group.ts';
import { classArchive } from './class-archive.ts';
import { heapOptions, javaArgs, properties } from './java.ts';

type Config = { installation: Installation; layout: Layout; port: number; controllerPort: number };

export const log4j = (file: string) => `-Dlog4j2.configurationFile=${join(root, 'stack/kafka', file)}`;

function writeConfig({ layout, port, controllerPort }: Config): string {
  const path = join(layout.config, 'kafka.properties');
  writeFileSync(
    path,
    properties(
      brokerSettings({
        listeners: `PLAINTEXT://127.0.0.1:${port}`,
        advertised: `PLAINTEXT://127.0.0.1:${port}`,
        interBroker: 'PLAINTEXT',
        controller: { host: '127.0.0.1', port: controllerPort, listenOn: '127.0.0.1' },
        logDirs: layout.kafka,
      }),
    ),
  );
  return path;
}

/** Gives the data folder its cluster id, once. */
export async function formatKafka(config: Config): Promise<void> {
  const { installation, layout } = config;
  const configFile = writeConfig(config);
  if (existsSync(join(layout.kafka, 'meta.properties'))) return;
  rmSync(layout.kafka, { recursive: true, force: true });
  const java = javaArgs({
    jars: installation.kafkaJars,
    memory: ['-Xmx128m'],
    options: [log4j('log4j2-tools.properties')],
  });
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A');
  const args = [...java, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', configFile];
  await promisify(execFile)(installation.tools.java, args, {
    env: { ...process.env, [ownerVariable]: layout.dir },
  }).catch((error: unknown) => {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    if (saysDiskFull(output)) throw new Failure('the disk is full: Kafka could not make its data folder');
    throw new Failure(`Kafka could not make its data folder: ${explainLog(output) ?? ''}`, { cause: error });
  });
}

export function kafkaChild({ installation, layout, port }: Config): ChildSpec {
  const { tools, kafkaJars: jars } = installation;
  const archive = classArchive(cacheDir(), 'kafka', { tools, jars });
  const options = [log4j('log4j2.properties'), ...archive.options];
  return {
    name: 'kafka',
    port,
    command: tools.java,
    args: [
      ...javaArgs({ jars, memory: heapOptions(brokerHeap), options }),
      'kafka.Kafka',
      join(layout.config, 'kafka.properties'),
    ],
    env: { PATH: process.env['PATH'], HOME: layout.dir },
    ready: async () => {
      const admin = createKafkaClient(`127.0.0.1:${port}`).admin({ retry: { retries: 0 } });
      try {
        await admin.connect();
        return (await admin.describeCluster()).brokers.length > 0;
      } finally {
        await admin.disconnect();
      }
    },
    ended: archive.settle,
    readyWithin: 90_000,
    stopWithin: 30_000,
  };
}
