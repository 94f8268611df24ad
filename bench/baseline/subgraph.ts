import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph';
import { GraphQLError, parse } from 'graphql';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { env } from './environment.ts';

/** Who is asking; null without a token. */
export type Context = { userId: string | null };

const keys = createRemoteJWKSet(new URL(env('JWKS_URL')));

/** @throws GraphQLError UNAUTHENTICATED when the token is not valid. */
async function readUserId(authorization: string | undefined): Promise<string | null> {
  if (!authorization) return null;
  try {
    const token = authorization.replace(/^Bearer /, '');
    const { payload } = await jwtVerify(token, keys, { issuer: 'ordermesh', audience: 'ordermesh' });
    return payload.sub ?? null;
  } catch {
    throw new GraphQLError('the token is not valid', { extensions: { code: 'UNAUTHENTICATED' } });
  }
}

export function requireUser({ userId }: Context): string {
  if (userId === null) throw new GraphQLError('log in first', { extensions: { code: 'UNAUTHENTICATED' } });
  return userId;
}

/** The service's own schema, served as Apollo's documentation shows it. */
export async function startSubgraph(service: string, resolvers: GraphQLResolverMap<Context>): Promise<void> {
  const file = join(import.meta.dirname, '../..', service, 'schema.graphql');
  const schema = buildSubgraphSchema([{ typeDefs: parse(readFileSync(file, 'utf8')), resolvers }]);
  const server = new ApolloServer<Context>({ schema });
  await startStandaloneServer(server, {
    listen: { port: Number(env('PORT')), host: '127.0.0.1' },
    context: async ({ req }) => ({ userId: await readUserId(req.headers.authorization) }),
  });
}
