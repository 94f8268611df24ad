import type { ApolloServerPlugin } from '@apollo/server';
import type { Span, Tracer } from '@ordermesh/chassis/tracer';
import type { GatewayContext } from './context.ts';

/**
 * A span for the planning of an operation, from when Apollo Server begins to execute it until Apollo Gateway tells the
 * plan. What is answered through a plan compiled earlier has none: nothing is planned.
 */
export function createPlanSpans(tracer: Tracer) {
  const planning = new WeakMap<object, Span>();
  const plugin: ApolloServerPlugin<GatewayContext> = {
    requestDidStart: () =>
      Promise.resolve({
        executionDidStart: ({ contextValue }) => {
          if (tracer.enabled) planning.set(contextValue, tracer.start('plan'));
          return Promise.resolve();
        },
      }),
  };
  return { plugin, planned: (context: object) => planning.get(context)?.end() };
}
