import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, Kind, type ASTVisitor, type DocumentNode, type ValidationContext } from 'graphql';
import type { GatewayContext } from './context.ts';
import { flawOf, neverNull } from './variable-usages.ts';

/**
 * The request errors (GraphQL, section 7.1.2) that neither Apollo Server nor Apollo Gateway looks for: the one would answer
 * them with an internal error, the other ask the subgraphs.
 */
export const requestErrors: ApolloServerPlugin<GatewayContext> = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ schema, document, operation, request }) => {
        if (!operation) throw unresolved(document, request.operationName);
        const variables = request.variables ?? {};
        const flaw = flawOf(variables);
        if (flaw !== undefined) throw badUserInput(flaw);
        const nulls = (operation.variableDefinitions ?? []).filter(
          ({ variable }) => variables[variable.name.value] === null,
        );
        if (nulls.length > 0) {
          const fragments = document.definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
          const [name] = neverNull(schema, operation, fragments).filter((each) => variables[each] === null);
          if (name !== undefined)
            throw badUserInput(
              `the variable "$${name}" must not be null where it is used; leave it out for its default`,
            );
        }
        return Promise.resolve();
      },
    }),
};

/** A validation rule: operations of a type that the schema does not have, which no rule of graphql-js turns away. */
export function rootTypeExists(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(node) {
      if (context.getSchema().getRootType(node.operation)) return;
      context.reportError(new GraphQLError(`this schema has no ${node.operation}s`, { nodes: node }));
    },
  };
}

/** A validation rule: the one valid name of a variable that values of it get lost under, as graphql-js keeps them in an object. */
export function variableNames(context: ValidationContext): ASTVisitor {
  return {
    VariableDefinition({ variable }) {
      if (variable.name.value !== '__proto__') return;
      context.reportError(
        new GraphQLError('a variable named "$__proto__" is not supported', { nodes: variable }),
      );
    },
  };
}

function unresolved({ definitions }: DocumentNode, operationName: string | undefined): GraphQLError {
  const names = definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION && definition.name ? [definition.name.value] : [],
  );
  const list = names.join(', ').slice(0, 200);
  if (typeof operationName !== 'string')
    return requestError(
      'OPERATION_RESOLUTION_FAILURE',
      `operationName must say which operation to execute: ${list}`,
    );
  const right =
    names.length > 0 ? `its operations are ${list}` : 'its operation has no name, so leave operationName out';
  return requestError(
    'OPERATION_RESOLUTION_FAILURE',
    `the document has no operation named ${JSON.stringify(operationName.slice(0, 50))}: ${right}`,
  );
}

/** An error of the request as a whole, for which nothing is executed. */
export const badUserInput = (message: string): GraphQLError => requestError('BAD_USER_INPUT', message);

function requestError(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status: 400 } } });
}
