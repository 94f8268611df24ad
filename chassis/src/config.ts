import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';

const port = z.coerce.number().int().min(1).max(65535);

/** What every service is told by its environment; a service extends it with what it alone needs. */
export const serviceEnvironment = z.object({
  /** Without it the host's name, which a container has to itself. */
  SERVICE_INSTANCE: z.string().min(1).default(hostname),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: port,
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  NODE_ENV: z.enum(['development', 'production', 'test']).default('production'),
  JWKS_URL: z.url(),
  GATEWAY_SIGNING_SECRET: z.string().min(32),
  /** Those before, comma-separated, which subgraphs accept too: so that they can be given a new one before the gateway is. */
  GATEWAY_PREVIOUS_SIGNING_SECRET: z
    .string()
    .default('')
    .transform((list) => list.split(',').filter((secret) => secret !== ''))
    .pipe(z.array(z.string().min(32))),
});

/** The database of a service, and nothing else of that server. */
export const databaseEnvironment = z.object({
  DATABASE_HOST: z.string().min(1),
  DATABASE_PORT: port,
  DATABASE_NAME: z.string().min(1),
  DATABASE_USER: z.string().min(1),
  DATABASE_PASSWORD: z.string().min(1),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(200).default(10),
});

export const kafkaEnvironment = z.object({
  /** Comma-separated host:port. */
  KAFKA_BROKERS: z
    .string()
    .min(1)
    .transform((list) => list.split(',').map((broker) => broker.trim())),
});

/**
 * Parses the environment by a schema. A variable may also come from a file, as secrets do in containers: NAME_FILE is its
 * path, and a line break at its end does not count. All mistakes are reported together on standard error, by name and
 * without the values (one may be a secret); then the process ends with exit code 1.
 */
export function loadConfig<S extends z.ZodObject>(schema: S, environment = process.env): z.output<S> {
  const { values, mistakes } = readFiles(Object.keys(schema.shape), environment);
  const parsed = schema.safeParse({ ...environment, ...values });
  if (parsed.success && mistakes.length === 0) return parsed.data;
  const reported = new Set(mistakes.map(({ name }) => name));
  for (const { path, message } of parsed.error?.issues ?? []) {
    const name = path.join('.');
    if (!reported.has(name)) mistakes.push({ name, message });
  }
  for (const { name, message } of mistakes) process.stderr.write(`configuration: ${name}: ${message}\n`);
  process.exit(1);
}

function readFiles(names: string[], environment: NodeJS.ProcessEnv) {
  const values: Record<string, string> = {};
  const mistakes: { name: string; message: string }[] = [];
  for (const name of names) {
    const path = environment[`${name}_FILE`];
    if (!path) continue;
    try {
      if (environment[name]) throw new Error(`given twice, as ${name} and as ${name}_FILE`);
      values[name] = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    } catch (error) {
      mistakes.push({ name, message: error instanceof Error ? error.message : String(error) });
    }
  }
  return { values, mistakes };
}
