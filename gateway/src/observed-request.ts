import { UnavailableError } from '@ordermesh/chassis/errors';
import type { Telemetry } from '@ordermesh/chassis/telemetry';
import { inSpan } from '@ordermesh/chassis/tracer';
import type { SubgraphRequest } from './subgraph-request.ts';
import type { UpstreamAnswer } from './upstream.ts';

/** `refused`: the subgraph did not like the request; `failed`: it answered, but not what was asked. */
function outcomeOf({ status }: UpstreamAnswer): 'ok' | 'refused' | 'failed' {
  if (status >= 500) return 'failed';
  return status >= 400 ? 'refused' : 'ok';
}

/**
 * Measures the requests to subgraphs, and makes a client span of each, which is the parent of what the subgraph does. The
 * time is that of the gateway: waiting for a connection and another instance are in it.
 */
export function observeRequests({ tracer, metrics }: Telemetry) {
  const duration = metrics.histogram({
    name: 'subgraph_request_duration_seconds',
    help: 'Time until a subgraph has answered, repetitions included',
    labelNames: ['subgraph', 'outcome'],
  });

  return (subgraph: string, request: SubgraphRequest): SubgraphRequest => {
    function measured(asked: Parameters<SubgraphRequest>[0]): Promise<UpstreamAnswer> {
      const begun = performance.now();
      const observe = (outcome: string): void =>
        duration.observe({ subgraph, outcome }, (performance.now() - begun) / 1_000);
      return request(asked).then(
        (answer) => {
          observe(outcomeOf(answer));
          return answer;
        },
        (error: unknown) => {
          observe(error instanceof UnavailableError ? 'unavailable' : 'failed');
          throw error;
        },
      );
    }
    if (!tracer.enabled) return measured;
    const attributes = {
      'http.request.method': 'POST',
      'url.path': '/graphql',
      'peer.service': subgraph,
    };
    return (asked) =>
      inSpan(tracer, `fetch ${subgraph}`, { kind: 'client', attributes }, async (span) => {
        const answer = await measured(asked);
        span.set({ 'http.response.status_code': answer.status });
        if (answer.status >= 400) span.fail(`HTTP ${answer.status}`);
        return answer;
      });
  };
}
