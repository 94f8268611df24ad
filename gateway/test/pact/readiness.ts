import { createHealth } from '@ordermesh/chassis/health';
import pino from 'pino';
import { createUpstream } from '../../src/upstream.ts';
import type { Subgraph } from './gateway.ts';

/** Where the gateway looks whether a subgraph is ready; it goes by the status of the answer alone. */
export const health = { path: '/health', description: 'whether it is ready' };

/** What the gateway then says of its own readiness. */
export async function readinessWith(subgraph: Subgraph, url: string) {
  const health = createHealth({ service: 'gateway', instance: 'gateway-pact' });
  const log = pino({ level: 'silent' });
  const upstream = createUpstream({ name: subgraph, urls: [url], health, log });
  await upstream.start();
  try {
    return await health.report();
  } finally {
    await upstream.stop();
  }
}
