import { z } from 'zod';

const port = z.coerce.number().int().min(1).max(65535);

/** What every service is told by its environment; a service extends it with what it alone needs. */
export const serviceEnvironment = z.object({
  SERVICE_INSTANCE: z.string().min(1),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: port,
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  NODE_ENV: z.enum(['development', 'production', 'test']).default('production'),
  JWKS_URL: z.url(),
  GATEWAY_SIGNING_SECRET: z.string().min(32),
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
 * Parses the environment by a schema. All mistakes are reported together on standard error, by name and without
 * the values (one may be a secret); then the process ends with exit code 1.
 */
export function loadConfig<S extends z.ZodType>(schema: S, environment = process.env): z.output<S> {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    process.stderr.write(`configuration: ${issue.path.join('.')}: ${issue.message}\n`);
  }
  process.exit(1);
}
