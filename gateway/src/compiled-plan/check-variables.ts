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
  isNamedType,
  isNonNullType,
  typeFromAST,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
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
const never: Accepts = () => false;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Whether the variables are right for the operation. What is right at first sight is accepted at once; graphql-js
 * itself judges the rest.
 */
export function compileVariablesCheck(schema: GraphQLSchema, definitions: readonly VariableDefinitionNode[]) {
  const checks = definitions.map(({ variable, type, defaultValue }) => ({
    name: variable.name.value,
    accepts: compileCheck(typeFromAST(schema, type), defaultValue !== undefined, inputObjectCheck),
  }));
  return (variables: Json): boolean =>
    checks.every(({ name, accepts }) => accepts(variables[name])) ||
    getVariableValues(schema, definitions, variables, { maxErrors: 1 }).errors === undefined;
}

/** Of a variable, or of a field of an input object. */
function compileCheck(
  type: unknown,
  hasDefault: boolean,
  objectCheck: (type: GraphQLInputObjectType) => Accepts,
): Accepts {
  if (!isInputType(type)) return never;
  const mayBeLeftOut = !isNonNullType(type) || hasDefault;
  const accepts = valueCheck(getNullableType(type), objectCheck);
  return (value) => (value === undefined ? mayBeLeftOut : accepts(value));
}

function valueCheck(type: GraphQLInputType, objectCheck: (type: GraphQLInputObjectType) => Accepts): Accepts {
  if (isEnumType(type)) {
    const names = new Set<unknown>(type.getValues().map(({ name }) => name));
    return (value) => names.has(value);
  }
  if (isInputObjectType(type)) return objectCheck(type);
  return (isNamedType(type) ? scalars[type.name] : undefined) ?? never;
}

/** An object of single values; one within another, which may even be of the same type, is left to graphql-js. */
function inputObjectCheck(type: GraphQLInputObjectType): Accepts {
  if (type.isOneOf) return never;
  const fields = Object.values(type.getFields()).map((field) => ({
    name: field.name,
    accepts: compileCheck(field.type, field.defaultValue !== undefined, () => never),
  }));
  const names = new Set(fields.map(({ name }) => name));
  return (value) =>
    isObject(value) &&
    Object.keys(value).every((name) => names.has(name)) &&
    fields.every(({ name, accepts }) => accepts(value[name]));
}
