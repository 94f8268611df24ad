import type { Logger } from '@ordermesh/chassis/log';
import { UnavailableError } from '@ordermesh/chassis/errors';
import { UnexpectedAnswerError } from '../subgraph-answer.ts';
import type { SubgraphRequest } from '../subgraph-request.ts';
import { compileOperation, type CompiledOperation } from './compile-operation.ts';
import type { Cutting } from './cut/compile-cutting.ts';
import { UnforeseenTextError } from './cut/piece.ts';
import { createEarlierAnswers, type EarlierAnswers } from './earlier-answers.ts';
import { isRecord } from './merge.ts';
import { createOperationCache } from './operation-cache.ts';
import { IrregularAnswerError, NotCompilableError, type Planned } from './plan.ts';
import { createRun, type Json, type Run } from './run.ts';

/** The whole response to a request, or what Apollo needs to go on with it. */
export type CompiledAnswer =
  | {
      operation: string | null;
      type: 'query' | 'mutation';
      fields: string[];
      body: string;
      /** Whether no subgraph's answer had to be parsed for it. */
      isCut: boolean;
      earlier?: undefined;
    }
  | { earlier: EarlierAnswers };

/** Compiled at its first use (most operations of a stranger come once); null for one that is left to Apollo. */
type Known = {
  planned: Pick<Planned, 'queryPlan' | 'operationContext'> | undefined;
  compiled: CompiledOperation | null | undefined;
};

/**
 * Answers operations that Apollo Gateway has planned before, through plans compiled once. It takes what is regular
 * only: at the first thing that is not (an error, a null where none may be, a subgraph that is down), Apollo goes
 * on with the answers that are there, and so decides what clients see of it.
 */
export function createCompiledPlans(options: {
  requests: ReadonlyMap<string, SubgraphRequest>;
  log: Logger;
}) {
  const { requests, log } = options;
  const operations = createOperationCache<Known>();

  /** To be told of every operation that Apollo has validated and planned. */
  function learn({ queryPlan, operationContext, requestContext }: Planned): void {
    const { query, operationName } = requestContext.request;
    if (!query || operationName === '' || operations.get(query, operationName)) return;
    operations.set(query, operationName, { planned: { queryPlan, operationContext }, compiled: undefined });
  }

  function compiledOf(known: Known): CompiledOperation | null {
    if (known.compiled !== undefined || !known.planned) return known.compiled ?? null;
    try {
      known.compiled = compileOperation(known.planned);
    } catch (error) {
      if (!(error instanceof NotCompilableError)) log.error({ error }, 'an operation cannot be compiled');
      known.compiled = null;
    }
    known.planned = undefined;
    return known.compiled;
  }

  /** Answers the JSON body of a request, or gives undefined for what Apollo is to do from the start. */
  async function answer(
    body: unknown,
    authorization: string | undefined,
  ): Promise<CompiledAnswer | undefined> {
    const request = readRequest(body);
    const known = request && operations.get(request.query, request.operationName);
    const operation = known && compiledOf(known);
    if (!request || !operation) return undefined;
    const { variables } = request;
    const { name, type, fields, cutting } = operation;
    const isMutation = type === 'mutation';
    let run = createRun({ variables, authorization, requests, isMutation });
    try {
      if (!operation.accepts(variables)) return undefined;
      const whole = (data: string, isCut: boolean) => ({
        operation: name,
        type,
        fields,
        body: `{"data":${data}}\n`,
        isCut,
      });
      const cut = cutting && (await cutOut(cutting, run));
      if (cut !== undefined) return whole(cut, true);
      if (cutting) run = run.again();
      const write = operation.writerFor(variables);
      await operation.fetch(run);
      return whole(write(run), false);
    } catch (error) {
      if (!isForeseen(error)) log.error({ error }, 'a compiled operation failed');
      return { earlier: createEarlierAnswers(run.end(), isMutation) };
    }
  }

  /** Undefined if an answer is not as foreseen: what was asked is not asked again for that. */
  async function cutOut({ fetch, write }: Cutting, run: Run): Promise<string | undefined> {
    try {
      await fetch(run);
      return write(run);
    } catch (error) {
      if (error instanceof UnforeseenTextError) return undefined;
      throw error;
    }
  }

  return { learn, answer };
}
export type CompiledPlans = ReturnType<typeof createCompiledPlans>;

function isForeseen(error: unknown): boolean {
  return [IrregularAnswerError, NotCompilableError, UnavailableError, UnexpectedAnswerError].some(
    (kind) => error instanceof kind,
  );
}

/** The request, if it is one that needs no second look: anything unusual in it is for Apollo. */
function readRequest(
  body: unknown,
): { query: string; operationName: string | undefined; variables: Json } | undefined {
  if (!isRecord(body)) return undefined;
  const { query, operationName, variables, extensions } = body;
  if (typeof query !== 'string' || (extensions !== undefined && extensions !== null)) return undefined;
  const named = operationName ?? undefined;
  if (named !== undefined && (typeof named !== 'string' || named === '')) return undefined;
  const given = variables ?? {};
  return isRecord(given) ? { query, operationName: named, variables: given } : undefined;
}
