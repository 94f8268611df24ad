import {
  getNullableType,
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  type GraphQLEnumType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLScalarType,
} from 'graphql';
import { NotCompilableError } from '../plan.ts';
import type { Field } from './source.ts';

/** Text without anything that JSON would have to escape; whole numbers that JavaScript keeps exactly, written in the one way. */
const text = '"[^"\\\\\\u0000-\\u001f]*"';
const integer = '(?:0|-?[1-9][0-9]{0,14})';

const scalars: Record<string, string> = {
  [GraphQLString.name]: text,
  [GraphQLID.name]: `(?:${text}|${integer})`,
  [GraphQLInt.name]: integer,
  [GraphQLBoolean.name]: '(?:true|false)',
};

/**
 * A regular expression for the values of a scalar or enum that are the same in JSON however they are written. None can
 * match one and the same text in two ways, so they take time in proportion to the text.
 */
function leafPattern(type: GraphQLScalarType | GraphQLEnumType): string {
  if (type.name === GraphQLFloat.name)
    throw new NotCompilableError('a Float, which may be written in several ways');
  if (isEnumType(type))
    return `"(?:${type
      .getValues()
      .map(({ name }) => name)
      .join('|')})"`;
  return scalars[type.name] ?? `(?:${text}|${integer})`;
}

/** For an answered value, that of a type with these fields if it is one of objects; not for lists. */
export function valuePattern(type: GraphQLOutputType, fields: Field[] | undefined): string {
  if (isNonNullType(type)) return presentPattern(type.ofType, fields);
  return `(?:null|${presentPattern(type, fields)})`;
}

function presentPattern(type: GraphQLOutputType, fields: Field[] | undefined): string {
  if (isScalarType(type) || isEnumType(type)) return leafPattern(type);
  if (!isObjectType(type) || isListType(type) || !fields)
    throw new NotCompilableError(`${String(type)} as a whole`);
  return `\\{${fields.map((field) => fieldPattern(type, field)).join(',')}\\}`;
}

/** Names of GraphQL mean nothing else in a regular expression. */
export function fieldPattern(type: GraphQLObjectType, { key, name, fields }: Field): string {
  const value = name === '__typename' ? `"${type.name}"` : valuePattern(fieldOf(type, name).type, fields);
  return `"${key}":${value}`;
}

export function fieldOf(type: GraphQLObjectType, name: string) {
  const field = type.getFields()[name];
  if (!field) throw new NotCompilableError(`${type.name}.${name}, which clients do not know`);
  return field;
}

/** The type of objects that a value is one of, or a list of. */
export function objectType(type: GraphQLOutputType): GraphQLObjectType {
  const present = getNullableType(type);
  const item = isListType(present) ? getNullableType(present.ofType) : present;
  if (!isObjectType(item))
    throw new NotCompilableError(`${String(type)}: neither an object nor a list of them`);
  return item;
}
