import { Buffer } from 'node:buffer';
import { z } from 'zod';
import { Failure } from '@ordermesh/stack/failure';

/** A Pact Broker and how to speak to it. */
export type Broker = {
  /** Without a slash at the end. */
  url: string;
  headers: Readonly<Record<string, string>>;
  /** What Pact's own tools read of it. */
  env: NodeJS.ProcessEnv;
};

const environment = z.object({
  PACT_BROKER_BASE_URL: z.url({ protocol: /^https?$/ }),
  PACT_BROKER_TOKEN: z.string().optional(),
  PACT_BROKER_USERNAME: z.string().optional(),
  PACT_BROKER_PASSWORD: z.string().optional(),
});

/**
 * The broker that the environment names, by the variables that Pact's own tools read; undefined without one.
 * @throws Failure (exit code 2) when they make no sense
 */
export function brokerFromEnvironment(env: NodeJS.ProcessEnv = process.env): Broker | undefined {
  if (!env['PACT_BROKER_BASE_URL']) return undefined;
  const parsed = environment.safeParse(env);
  if (!parsed.success)
    throw new Failure(
      parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
      { exitCode: 2 },
    );
  const {
    PACT_BROKER_BASE_URL: url,
    PACT_BROKER_TOKEN: token,
    PACT_BROKER_USERNAME: user,
    PACT_BROKER_PASSWORD: password,
  } = parsed.data;
  if (token && user)
    throw new Failure('set PACT_BROKER_TOKEN, or PACT_BROKER_USERNAME and PACT_BROKER_PASSWORD, not both', {
      exitCode: 2,
    });
  const headers: Record<string, string> = {};
  if (token) headers['authorization'] = `Bearer ${token}`;
  else if (user)
    headers['authorization'] = `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}`;
  return { url: url.replace(/\/+$/, ''), headers, env };
}
