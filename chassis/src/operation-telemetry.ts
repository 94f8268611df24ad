import type { ApolloServerPlugin, BaseContext } from '@apollo/server';
import {
  Kind,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { isClientsFault } from './request-body.ts';
import type { Telemetry } from './telemetry.ts';
import { inSpan } from './tracer.ts';

/** What becomes known of a GraphQL request while it is answered. */
export type OperationNotes = {
  /** What the client calls it: for logs and traces, never for metrics. */
  operation: string | null;
  /** Of the errors in the answer. */
  codes: string[];
  type?: 'query' | 'mutation' | 'subscription';
  /** The fields at its root, by their names in the schema: what is not in the schema is never here. */
  fields?: string[];
  /** Whether there is something in the answer beside the errors. */
  hasData?: boolean;
  /** HTTP's, of the answer. */
  status?: number;
};

const ourFault = ['SERVICE_UNAVAILABLE', 'INTERNAL_SERVER_ERROR'];

/** The distinct names of the fields at the root of a valid operation, sorted. */
export function rootFields(
  operation: OperationDefinitionNode,
  fragments: readonly FragmentDefinitionNode[],
): string[] {
  const names = new Set<string>();
  function collect({ selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) names.add(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else {
        const fragment = fragments.find(({ name }) => name.value === selection.name.value);
        if (fragment) collect(fragment.selectionSet);
      }
    }
  }
  collect(operation.selectionSet);
  return [...names].sort();
}

/** `ok`, `partial` (data and errors), or whose fault it is that there is no data. */
export function outcomeOf({ codes, hasData = false, status = 200 }: OperationNotes): string {
  if (codes.length === 0 && status < 400) return 'ok';
  if (hasData) return 'partial';
  const isOurs = codes.length > 0 ? codes.some((code) => ourFault.includes(code)) : status >= 500;
  return isOurs ? 'server_error' : 'client_error';
}

/** Several fields are one label: which of them go together clients choose, and metrics keep each combination. */
function labelOf({ fields = [] }: OperationNotes): string {
  const [only, ...more] = fields;
  return only === undefined ? 'unresolved' : more.length === 0 ? only : 'many';
}

/** Notes what Apollo Server finds out about an operation. `notesOf` finds them in the request's context. */
export function noteOperation<C extends BaseContext>(
  notesOf: (context: C) => OperationNotes,
): ApolloServerPlugin<C> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: ({ operation, document, operationName, contextValue }) => {
          const notes = notesOf(contextValue);
          if (operation) {
            const fragments = document.definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
            notes.operation = operationName;
            notes.type = operation.operation;
            notes.fields = rootFields(operation, fragments);
          }
          return Promise.resolve();
        },
        willSendResponse: ({ response: { body }, operationName, contextValue }) => {
          const notes = notesOf(contextValue);
          if (body.kind === 'single') {
            const { data, errors = [] } = body.singleResult;
            notes.operation ??= operationName ?? null;
            notes.codes = errors.map(({ extensions }) => String(extensions?.['code']));
            notes.hasData = Object.values(data ?? {}).some((value) => value !== null);
          }
          return Promise.resolve();
        },
      }),
  };
}

type Answer<T> = (notes: OperationNotes) => Promise<T>;

/**
 * Measures GraphQL requests, from when they are read until they are answered: one observation and, where it is traced,
 * one span each. The notes are filled in while `answer` runs.
 */
export function createOperationTelemetry({ tracer, metrics }: Telemetry) {
  const duration = metrics.histogram({
    name: 'graphql_operation_duration_seconds',
    help: 'Time to answer a GraphQL request, by the fields at its root',
    labelNames: ['operation', 'type', 'outcome'],
  });

  function finish(notes: OperationNotes, begun: number, outcome: string): void {
    duration.observe(
      { operation: labelOf(notes), type: notes.type ?? 'unknown', outcome },
      (performance.now() - begun) / 1_000,
    );
  }

  async function inItsSpan<T>(notes: OperationNotes, answer: Answer<T>): Promise<T> {
    return inSpan(tracer, 'graphql', {}, async (span) => {
      const answered = await answer(notes);
      span.rename(`${notes.type ?? 'graphql'} ${labelOf(notes)}`);
      span.set({
        ...(notes.type && { 'graphql.operation.type': notes.type }),
        ...(notes.operation !== null && { 'graphql.operation.name': notes.operation }),
        ...(notes.codes.length > 0 && { 'graphql.error.codes': notes.codes }),
      });
      const fault = notes.codes.find((code) => ourFault.includes(code));
      if (fault !== undefined) span.fail(fault);
      return answered;
    });
  }

  return async function observe<T>(answer: Answer<T>): Promise<T> {
    const notes: OperationNotes = { operation: null, codes: [] };
    const begun = performance.now();
    try {
      const result = await (tracer.enabled ? inItsSpan(notes, answer) : answer(notes));
      finish(notes, begun, outcomeOf(notes));
      return result;
    } catch (error) {
      finish(notes, begun, isClientsFault(error) ? 'client_error' : 'server_error');
      throw error;
    }
  };
}
