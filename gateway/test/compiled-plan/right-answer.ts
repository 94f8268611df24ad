import { execute, isObjectType, parse, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import type { Operation } from './generate-operation.ts';
import { resolve, type Scenario, type Source, type StandInContext } from './stand-in.ts';

/**
 * What an operation has to be answered with: graphql-js executes it on the schema that clients see, as if one server had it
 * all, each field with the data of a subgraph that has it. Only for scenarios in which nothing goes wrong.
 */
export function createRightAnswer(schema: GraphQLSchema, subgraphs: ReadonlyMap<string, GraphQLSchema>) {
  function ownerOf(typeName: string, fieldName: string) {
    for (const subgraph of subgraphs.values()) {
      const type = subgraph.getType(typeName);
      const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
      if (isObjectType(type) && field) return { schema: subgraph, parentType: type, returnType: field.type };
    }
    throw new Error(`no subgraph has ${typeName}.${fieldName}`);
  }

  const resolveAnywhere: GraphQLFieldResolver<Source | undefined, StandInContext> = (
    source,
    args,
    context,
    info,
  ) => {
    const owner = ownerOf(info.parentType.name, info.fieldName);
    const field = (fieldName: string, of = source) =>
      resolve(of, {}, context, { ...info, ...ownerOf(of?.__typename ?? '', fieldName), fieldName });
    // What is computed from other subgraphs' fields is given them.
    const given =
      info.fieldName === 'shipping' ? { weight: field('weight'), size: sizeOf(field) } : undefined;
    const withGiven = source && given ? { ...source, $given: given } : source;
    return resolve(withGiven, args, context, { ...info, ...owner });
  };

  return ({ query, variables, operationName }: Operation, scenario: Scenario) => {
    const result = execute({
      schema,
      document: parse(query),
      variableValues: variables,
      operationName: operationName ?? null,
      contextValue: { ...scenario, world: { writes: 0 } },
      fieldResolver: resolveAnywhere,
      typeResolver: ({ __typename }: Source) => __typename,
    });
    if (result instanceof Promise) throw new Error('not at once');
    return result;
  };
}

function sizeOf(field: (name: string, of?: Source) => unknown): unknown {
  const size = field('size');
  if (!isSource(size)) return null;
  return { width: field('width', size), height: field('height', size) };
}

const isSource = (value: unknown): value is Source =>
  typeof value === 'object' && value !== null && '$id' in value;
