import { clientError, UnavailableError } from '@ordermesh/chassis/errors';
import { createHealth } from '@ordermesh/chassis/health';
import { Money } from '@ordermesh/chassis/scalars';
import type { Part } from '@ordermesh/chassis/service';
import { createSubgraph } from '@ordermesh/chassis/subgraph';
import type { TokenVerifier, Viewer } from '@ordermesh/chassis/token-verifier';
import pino from 'pino';
import { freePort } from '../servers.ts';

export const signingSecret = 'a secret of the gateway and its subgraphs';
const log = pino({ level: 'silent' });

/** Knows two tokens: of a customer named Ada, and one that only the subgraphs turn away. */
export const verifier: TokenVerifier = {
  name: 'token verifier',
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  isReady: () => Promise.resolve(true),
  viewerOf: (authorization) => {
    if (!authorization) return Promise.resolve(null);
    if (authorization === 'Bearer ada') return Promise.resolve({ userId: 'u1', role: 'customer' });
    return Promise.reject(clientError('UNAUTHENTICATED', 'the token is not valid; log in again'));
  },
};

type Context = { viewer: Viewer | null };
type Resolvers = Parameters<typeof createSubgraph<Context>>[0]['resolvers'];
type Counts = { requests: number; entities: number };

const order = (id: string) => ({ id, qty: 1, user: { id: 'u1' }, product: { id: `p${Number(id) % 5}` } });
const page = (first: number) => ({ nodes: Array.from({ length: first }, (_, n) => order(String(n))) });

const users = (counts: Counts): Resolvers => ({
  Money,
  Query: {
    me: (_: unknown, __: unknown, { viewer }) => {
      if (!viewer) throw clientError('UNAUTHENTICATED', 'log in first');
      return { id: viewer.userId };
    },
  },
  Mutation: {
    logIn: () => {
      throw new Error('secret detail of users');
    },
    deposit: (_: unknown, { amount }) => ({ balance: amount }),
  },
  User: {
    __resolveReference: (reference: { id: string }) => {
      counts.entities++;
      return { id: reference.id };
    },
    name: () => 'Ada',
    email: () => {
      throw clientError('FORBIDDEN', 'the email is for oneself');
    },
    wallet: () => {
      throw new UnavailableError('connect ECONNREFUSED 127.0.0.1:3307');
    },
  },
});

const catalogs = (counts: Counts): Resolvers => ({
  Query: { product: (_: unknown, { id }) => ({ id }) },
  Product: {
    __resolveReference: (reference: { id: string }) => {
      counts.entities++;
      return { id: reference.id };
    },
    name: ({ id }: { id: string }) => `Product ${id}`,
    stock: () => 7,
  },
});

const orders = (counts: Counts): Resolvers => ({
  Money,
  Query: {
    order: (_: unknown, { id }) => order(String(id)),
    orders: (_: unknown, { first }) => page(Number(first)),
  },
  Mutation: { placeOrder: () => order('1') },
  User: {
    __resolveReference: (reference: { id: string }) => {
      counts.entities++;
      return { id: reference.id };
    },
    orders: (_: unknown, { first }) => page(Number(first)),
  },
});
const kinds = { users, catalogs, orders };

export type StandIn = Part & { url: string; counts: Counts };

/** A subgraph on the real chassis, with a part of the service's schema and made-up data. */
export async function createStandIn(kind: keyof typeof kinds, port?: number): Promise<StandIn> {
  const counts: Counts = { requests: 0, entities: 0 };
  const usedPort = port ?? (await freePort());
  const part = createSubgraph<Context>({
    schemaFile: new URL(`${kind}.graphql`, import.meta.url),
    resolvers: kinds[kind](counts),
    context: (viewer) => {
      counts.requests++;
      return { viewer };
    },
    verifier,
    signingSecret,
    host: '127.0.0.1',
    port: usedPort,
    health: createHealth({ service: kind, instance: `${kind}-1` }),
    log,
  });
  return { ...part, url: `http://127.0.0.1:${usedPort}`, counts };
}
