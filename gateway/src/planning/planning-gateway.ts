import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import { Kind, type DocumentNode, type OperationDefinitionNode } from 'graphql';
import type { GatewayContext } from '../context.ts';
import { toClientResult } from './client-result.ts';
import type { createDocumentPlanning } from './planned-document.ts';

type Gateway = ApolloServerOptionsWithGateway<GatewayContext>['gateway'];

/** A gateway that plans and executes clients' documents as `planDocument` turns them, and answers in the clients' names. */
export function withPlannedDocuments(
  gateway: Gateway,
  planDocument: ReturnType<typeof createDocumentPlanning>,
): Gateway {
  return {
    onSchemaLoadOrUpdate: (callback) => gateway.onSchemaLoadOrUpdate(callback),
    stop: () => gateway.stop(),
    load: async (options) => {
      const { executor } = await gateway.load(options);
      if (!executor) return { executor };
      return {
        executor: async (request) => {
          const { document, isOther } = planDocument(request.document, request.schema);
          if (!isOther) return executor(request);
          const operation = operationOf(document, request.operationName) ?? request.operation;
          return toClientResult(await executor({ ...request, document, operation }), document);
        },
      };
    },
  };
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
