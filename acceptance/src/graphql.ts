import { z } from 'zod';

const answer = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }).optional() }))
    .default([]),
});

export class GraphQLFailure extends Error {
  override name = 'GraphQLFailure';
  readonly codes: string[];
  constructor(codes: string[], message: string) {
    super(message);
    this.codes = codes;
  }
}

/** Sends one operation as a client would: JSON over HTTP. Gives data and error codes as they came. */
export async function execute(
  url: string,
  query: string,
  options: { variables?: Record<string, unknown>; token?: string; headers?: Record<string, string> } = {},
): Promise<{ data: unknown; codes: string[]; messages: string[] }> {
  const { variables, token, headers } = options;
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(15_000),
  });
  const { data, errors } = answer.parse(await response.json());
  const codes = errors.map((error) => error.extensions?.code ?? 'none');
  return { data, codes, messages: errors.map((error) => error.message) };
}

/** The data of an operation that must succeed, in the shape given. */
export async function ask<S extends z.ZodType>(
  url: string,
  shape: S,
  query: string,
  options: Parameters<typeof execute>[2] = {},
): Promise<z.output<S>> {
  const { data, codes, messages } = await execute(url, query, options);
  if (codes.length > 0) throw new GraphQLFailure(codes, messages.join('; '));
  return shape.parse(data);
}
