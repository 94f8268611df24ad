import { signatureHeader, signRequest } from '@ordermesh/chassis/gateway-signature';
import { currentTraceparent } from '@ordermesh/chassis/trace';
import type { Upstream, UpstreamAnswer } from './upstream.ts';

/** Sends a GraphQL request (its JSON) to one subgraph. */
export type SubgraphRequest = (request: {
  body: string;
  authorization: string | undefined;
  /** Whether doing it twice is as good as once: true for queries, never for mutations. */
  repeatable: boolean;
}) => Promise<UpstreamAnswer>;

/** A subgraph is sent the operation, the caller's token as it came, the trace, and the signature by which it knows the gateway. */
export function createSubgraphRequest(options: {
  upstream: Pick<Upstream, 'send'>;
  signingSecret: string;
}): SubgraphRequest {
  const { upstream, signingSecret } = options;
  return ({ body, authorization, repeatable }) => {
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      [signatureHeader]: signRequest(signingSecret, authorization ?? '', body),
    };
    if (authorization !== undefined) headers['authorization'] = authorization;
    const traceparent = currentTraceparent();
    if (traceparent !== undefined) headers['traceparent'] = traceparent;
    return upstream.send({ body, headers, repeatable });
  };
}
