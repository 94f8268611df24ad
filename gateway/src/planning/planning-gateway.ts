import { createHash } from 'node:crypto';
import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import { Kind, print, type DocumentNode, type OperationDefinitionNode } from 'graphql';
import type { GatewayContext } from '../context.ts';
import { toClientResult } from './client-result.ts';
import type { DocumentPlanning } from './planned-document.ts';

type Gateway = ApolloServerOptionsWithGateway<GatewayContext>['gateway'];

/**
 * A gateway that plans and executes clients' documents as `planDocument` turns them, and answers in the clients' names.
 * `isDecided` says of a document that was planned whether it is right for one request only.
 */
export function withPlannedDocuments(gateway: Gateway, planDocument: DocumentPlanning) {
  const decided = new WeakSet<DocumentNode>();

  const planning: Gateway = {
    onSchemaLoadOrUpdate: (callback) => gateway.onSchemaLoadOrUpdate(callback),
    stop: () => gateway.stop(),
    load: async (options) => {
      const { executor } = await gateway.load(options);
      if (!executor) return { executor };
      return {
        executor: async (request) => {
          const {
            schema,
            operation: asked,
            request: { variables },
          } = request;
          const { document, isOther, isDecided } = planDocument(request.document, schema, asked, variables);
          if (!isOther) return executor(request);
          const operation = operationOf(document, request.operationName) ?? asked;
          const planned = { ...request, document, operation };
          if (!isDecided) return toClientResult(await executor(planned), document);
          decided.add(document);
          // Plans are kept by it.
          const queryHash = createHash('sha256').update(print(document)).digest('hex');
          return toClientResult(await executor({ ...planned, queryHash }), document);
        },
      };
    },
  };
  return { gateway: planning, isDecided: (document: DocumentNode) => decided.has(document) };
}

function operationOf(
  { definitions }: DocumentNode,
  name: string | null,
): OperationDefinitionNode | undefined {
  return definitions.find(
    (each): each is OperationDefinitionNode =>
      each.kind === Kind.OPERATION_DEFINITION && (each.name?.value ?? null) === name,
  );
}
