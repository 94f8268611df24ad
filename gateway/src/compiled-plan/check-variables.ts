import {
  getVariableValues,
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  isEnumType,
  Kind,
  type GraphQLSchema,
  type TypeNode,
  type VariableDefinitionNode,
} from 'graphql';
import type { Json } from './run.ts';

type Accepts = (value: unknown) => boolean;

const isInt32 = (value: unknown) => Number.isInteger(value) && Math.abs(Number(value)) <= 0x7fffffff;
const scalars: Record<string, Accepts> = {
  [GraphQLString.name]: (value) => typeof value === 'string',
  [GraphQLBoolean.name]: (value) => typeof value === 'boolean',
  [GraphQLFloat.name]: (value) => Number.isFinite(value),
  [GraphQLInt.name]: isInt32,
  [GraphQLID.name]: (value) => typeof value === 'string' || isInt32(value),
};

/**
 * Whether the variables are right for the operation. What is right at first sight is accepted at once; graphql-js
 * itself judges the rest.
 */
export function compileVariablesCheck(schema: GraphQLSchema, definitions: readonly VariableDefinitionNode[]) {
  const checks = definitions.map((definition) => ({
    name: definition.variable.name.value,
    accepts: compileCheck(schema, definition),
  }));
  return (variables: Json): boolean =>
    checks.every(({ name, accepts }) => accepts(variables[name])) ||
    getVariableValues(schema, definitions, variables, { maxErrors: 1 }).errors === undefined;
}

function compileCheck(schema: GraphQLSchema, { type, defaultValue }: VariableDefinitionNode): Accepts {
  const mayBeLeftOut = type.kind !== Kind.NON_NULL_TYPE || defaultValue !== undefined;
  const accepts = typeCheck(schema, type.kind === Kind.NON_NULL_TYPE ? type.type : type);
  return (value) => (value === undefined ? mayBeLeftOut : accepts(value));
}

function typeCheck(schema: GraphQLSchema, type: TypeNode): Accepts {
  if (type.kind !== Kind.NAMED_TYPE) return () => false;
  const known = schema.getType(type.name.value);
  if (isEnumType(known)) {
    const names = new Set<unknown>(known.getValues().map(({ name }) => name));
    return (value) => names.has(value);
  }
  return scalars[type.name.value] ?? (() => false);
}
