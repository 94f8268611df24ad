import { rootFields } from '@ordermesh/chassis/operation-telemetry';
import { visit, type FragmentDefinitionNode, type OperationDefinitionNode } from 'graphql';
import { looksPlanned } from '../planning/names.ts';
import { neverNull } from '../variable-usages.ts';
import { compileVariablesCheck } from './check-variables.ts';
import { compilePlan } from './compile-plan.ts';
import { compileResponse } from './compile-response.ts';
import { conditionsOf } from './conditions.ts';
import { compileCutting, type Cutting } from './cut/compile-cutting.ts';
import { compileFetch, type Step } from './compile-fetch.ts';
import { quoteAny, quotePlain, type Quote } from './leaf-writers.ts';
import { NotCompilableError, type Planned } from './plan.ts';
import type { Json, Run } from './run.ts';

export type CompiledOperation = {
  name: string | null;
  type: 'query' | 'mutation';
  /** The fields at its root. */
  fields: string[];
  /** Whether the variables fit; those that do not are left to Apollo. */
  accepts(variables: Json): boolean;
  /** For operations whose answers need not be parsed as long as they are as foreseen. */
  cutting: Cutting | undefined;
  fetch: Step;
  /** How to write the response, given what the variables say of @skip and @include. */
  writerFor(variables: Json): (run: Pick<Run, 'data' | 'isPlain'>) => string;
};

/** Kept of one operation: a client uses one or two; more than these are compiled anew now and then. */
const maxShapes = 16;

/** Throws NotCompilableError for what is left to Apollo. */
export function compileOperation({
  queryPlan,
  operationContext,
}: Pick<Planned, 'queryPlan' | 'operationContext'>): CompiledOperation {
  const { schema, operation } = operationContext;
  const { variableDefinitions = [], selectionSet } = operation;
  const fragments: Record<string, FragmentDefinitionNode> = operationContext.fragments;
  const nodes = [operation, ...Object.values(fragments)];
  nodes.forEach(refuseOddNames);
  const rootType = schema.getRootType(operation.operation);
  if (!rootType || operation.operation === 'subscription') throw new NotCompilableError('a subscription');
  const plan = queryPlan.node;
  if (plan?.kind === 'Subscription') throw new NotCompilableError('a subscription');

  const { areThere, conditionOf, shapeOf, included } = conditionsOf(nodes, variableDefinitions);
  const writers = new Map<number, ReturnType<CompiledOperation['writerFor']>>();
  const compile = (shape: number) => {
    const using = (quote: Quote) =>
      compileResponse({ schema, fragments, included: included(shape), quote })(rootType, selectionSet);
    const [plain, any] = [using(quotePlain), using(quoteAny)];
    return ({ data, isPlain }: Pick<Run, 'data' | 'isPlain'>) => (isPlain ? plain : any)(data);
  };

  return {
    name: operation.name?.value ?? null,
    type: operation.operation,
    fields: rootFields(operation, Object.values(fragments)),
    accepts: compileVariablesCheck(
      schema,
      variableDefinitions,
      neverNull(schema, operation, Object.values(fragments)),
    ),
    cutting:
      areThere || nodes.some(hasPlannedNames)
        ? undefined
        : cuttingOf({ plan, schema, fragments, included: included(0), rootType, selectionSet }),
    fetch: compilePlan(plan, (fetch, path) => compileFetch(fetch, path, schema), conditionOf),
    writerFor: (variables) => {
      const shape = shapeOf(variables);
      let write = writers.get(shape);
      if (!write) {
        write = compile(shape);
        if (writers.size >= maxShapes) writers.clear();
        writers.set(shape, write);
      }
      return write;
    },
  };
}

function cuttingOf(options: Parameters<typeof compileCutting>[0]): Cutting | undefined {
  try {
    return compileCutting(options);
  } catch (error) {
    if (error instanceof NotCompilableError) return undefined;
    throw error;
  }
}

/** Whether subgraphs are asked for response names that are not the client's: their text is no text of the response. */
function hasPlannedNames(node: OperationDefinitionNode | FragmentDefinitionNode): boolean {
  let found = false;
  visit(node, {
    Field({ alias, name }) {
      found ||= looksPlanned((alias ?? name).value);
    },
  });
  return found;
}

/** Names of variables that JavaScript's objects have of themselves, and the schema's own fields, are left to Apollo. */
function refuseOddNames(node: OperationDefinitionNode | FragmentDefinitionNode): void {
  visit(node, {
    Field({ name }) {
      if (name.value === '__schema' || name.value === '__type') throw new NotCompilableError('introspection');
    },
    Variable({ name }) {
      if (name.value in Object.prototype) throw new NotCompilableError(`the name ${name.value}`);
    },
  });
}
