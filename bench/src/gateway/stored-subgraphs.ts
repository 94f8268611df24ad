import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { startOnCore } from '../process.ts';
import { createIssuer } from './sign-token.ts';
import { otherCore, type Subgraphs } from './subgraphs.ts';

/** Subgraphs that answer from memory, so that the gateway is what is measured. */
export async function startStoredSubgraphs(): Promise<Subgraphs> {
  const ports = { users: await freePort(), catalogs: await freePort(), orders: await freePort() };
  const issuer = await createIssuer();
  const front = await startOnCore(
    otherCore,
    [
      ...[process.execPath, join(import.meta.dirname, 'front.ts')],
      ...[ports.users, ports.catalogs, ports.orders].map(String),
    ],
    { isReady: async () => (await fetch(`http://127.0.0.1:${ports.orders}/health`)).ok },
  );
  return {
    ports,
    jwksUrl: issuer.jwksUrl,
    token: issuer.token,
    async stop() {
      await front.stop();
      issuer.stop();
    },
  };
}
