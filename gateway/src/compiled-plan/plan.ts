import type { Experimental_DidResolveQueryPlanCallback } from '@apollo/gateway';

/** What Apollo Gateway tells of an operation that it has just validated and planned. */
export type Planned = Parameters<Experimental_DidResolveQueryPlanCallback>[0];
export type OperationContext = Planned['operationContext'];

type AnyNode = NonNullable<Planned['queryPlan']['node']>;
export type PlanNode = Exclude<AnyNode, { kind: 'Subscription' }>;
export type FetchNode = Extract<PlanNode, { kind: 'Fetch' }>;
export type Selection = NonNullable<FetchNode['requires']>[number];

/** Something in an operation or its plan that is left to Apollo for good; the message says what. */
export class NotCompilableError extends Error {
  override name = 'NotCompilableError';
}

/** Something in the answers that is not as it should be: Apollo makes of it what clients get. */
export class IrregularAnswerError extends Error {
  override name = 'IrregularAnswerError';
}
