import {
  getNullableType,
  getVariableValues,
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  isEnumType,
  isInputObjectType,
  isInputType,
  isNonNullType,
  isScalarType,
  typeFromAST,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  type VariableDefinitionNode,
} from 'graphql';
import { flawOf } from '../variable-usages.ts';
import { isRecord } from './merge.ts';
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
const never: Accepts = () => false;

/**
 * Whether the variables are right for the operation; `notNull` are those that may not be null, though their types say so.
 * What is right at first sight is accepted at once; graphql-js itself judges the rest.
 */
export function compileVariablesCheck(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  notNull: readonly string[] = [],
) {
  const checks = definitions.map(({ variable, type, defaultValue }) => ({
    name: variable.name.value,
    accepts: variableCheck(typeFromAST(schema, type), defaultValue !== undefined),
  }));
  return (variables: Json): boolean =>
    checks.every(({ name, accepts }) => accepts(variables[name])) ||
    (getVariableValues(schema, definitions, variables, { maxErrors: 1 }).errors === undefined &&
      notNull.every((name) => variables[name] !== null) &&
      flawOf(variables) === undefined);
}

function variableCheck(type: unknown, hasDefault: boolean): Accepts {
  if (!isInputType(type)) return never;
  const nullable = getNullableType(type);
  const accepts = isInputObjectType(nullable) ? objectCheck(nullable) : singleCheck(nullable);
  return orLeftOut(type, hasDefault, accepts);
}

function orLeftOut(type: GraphQLInputType, hasDefault: boolean, accepts: Accepts): Accepts {
  const mayBeLeftOut = !isNonNullType(type) || hasDefault;
  return (value) => (value === undefined ? mayBeLeftOut : accepts(value));
}

function singleCheck(type: GraphQLInputType): Accepts {
  if (isEnumType(type)) {
    const names = new Set<unknown>(type.getValues().map(({ name }) => name));
    return (value) => names.has(value);
  }
  return (isScalarType(type) ? scalars[type.name] : undefined) ?? never;
}

/** An object of single values; one within another, which may even be of the same type, is left to graphql-js. */
function objectCheck(type: GraphQLInputObjectType): Accepts {
  if (type.isOneOf) return never;
  const fields = Object.values(type.getFields()).map((field) => ({
    name: field.name,
    accepts: orLeftOut(
      field.type,
      field.defaultValue !== undefined,
      singleCheck(getNullableType(field.type)),
    ),
  }));
  const names = new Set(fields.map(({ name }) => name));
  return (value) =>
    isRecord(value) &&
    Object.keys(value).every((name) => names.has(name)) &&
    fields.every(({ name, accepts }) => accepts(value[name]));
}
