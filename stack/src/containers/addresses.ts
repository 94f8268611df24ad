import { z } from 'zod';
import { Failure } from '../failure.ts';

const port = z.coerce.number().int().min(1).max(65535);

const environment = z.object({
  KAFKA_BROKERS: z.string().regex(/^[^:,]+:\d+$/, 'has to be host:port'),
  MARIADB_HOST: z.string().min(1),
  MARIADB_PORT: port,
  CONNECT_URL: z.url(),
  GRAPHQL_URL: z.url(),
  /** Where the machine that runs the containers reaches them. */
  PUBLISHED_KAFKA_PORT: port,
  PUBLISHED_GATEWAY_PORT: port,
});

/** Where the containers reach each other; compose.yaml, which names them, says so in the environment. */
export function readAddresses(env: NodeJS.ProcessEnv = process.env) {
  const { data, error } = environment.safeParse(env);
  if (!data)
    throw new Failure(error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  return {
    brokers: data.KAFKA_BROKERS,
    mariadb: { host: data.MARIADB_HOST, port: data.MARIADB_PORT },
    connectUrl: data.CONNECT_URL,
    graphql: data.GRAPHQL_URL,
    publishedKafkaPort: data.PUBLISHED_KAFKA_PORT,
    publishedGraphql: `http://127.0.0.1:${data.PUBLISHED_GATEWAY_PORT}/graphql`,
  };
}
export type Addresses = ReturnType<typeof readAddresses>;
