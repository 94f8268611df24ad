import { root } from '../paths.ts';
import type { ChildSpec } from '../supervisor/child.ts';
import { baseEnvironment } from './node.ts';

export const connectorsArgs = (data: string, command: string) => [
  'connectors/src/cli.ts',
  '--data',
  data,
  command,
];

/** `connectors watch`: restarts tasks that failed, and tells of them on /metrics. */
export const connectorsWatchChild = (data: string, port: number): ChildSpec => ({
  name: 'connectors',
  port,
  command: process.execPath,
  args: connectorsArgs(data, 'watch'),
  cwd: root,
  env: { ...baseEnvironment(), METRICS_PORT: String(port) },
  ready: () => Promise.resolve(true),
  readyWithin: 60_000,
  stopWithin: 5_000,
});
