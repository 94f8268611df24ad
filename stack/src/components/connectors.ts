import { root } from '../paths.ts';
import type { ChildSpec } from '../supervisor/child.ts';
import { baseEnvironment } from './node.ts';

export const connectorsArgs = (data: string, command: string) => [
  'connectors/src/cli.ts',
  '--data',
  data,
  command,
];

/** `connectors watch`: restarts tasks that failed. It has nothing that could be asked whether it is ready. */
export const connectorsWatchChild = (data: string): ChildSpec => ({
  name: 'connectors',
  command: process.execPath,
  args: connectorsArgs(data, 'watch'),
  cwd: root,
  env: baseEnvironment(),
  ready: () => Promise.resolve(true),
  readyWithin: 10_000,
  stopWithin: 5_000,
});
