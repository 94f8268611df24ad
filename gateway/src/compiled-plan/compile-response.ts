import {
  isListType,
  isNonNullType,
  isObjectType,
  isInterfaceType,
  isUnionType,
  type FieldNode,
  type GraphQLAbstractType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { clientName, placeholder } from '../planning/names.ts';
import { collectFields, type Fragments } from './collect-fields.ts';
import type { Included } from './conditions.ts';
import { leafWriter, type Quote, type Write } from './leaf-writers.ts';
import { isRecord } from './merge.ts';
import { IrregularAnswerError, NotCompilableError } from './plan.ts';

/**
 * Compiles the selections of an operation into functions that write the merged answers as JSON: the fields asked for,
 * in the order of the operation, and nothing else. What would need a null in an unforeseen place, or an error, is
 * thrown as irregular.
 */
export function compileResponse(options: {
  schema: GraphQLSchema;
  fragments: Fragments;
  included: Included;
  quote: Quote;
}): (rootType: GraphQLObjectType, operation: FieldNode['selectionSet']) => Write {
  const { schema, fragments, included, quote } = options;

  function compileValue(type: GraphQLOutputType, nodes: FieldNode[]): Write {
    // Every writer refuses what is null or missing, of itself.
    if (isNonNullType(type)) return compilePresent(type.ofType, nodes);
    const write = compilePresent(type, nodes);
    return (value) => (value === null || value === undefined ? 'null' : write(value));
  }

  function compilePresent(
    type: Exclude<GraphQLOutputType, { ofType: unknown }> | GraphQLOutputType,
    nodes: FieldNode[],
  ): Write {
    if (isNonNullType(type)) return compileValue(type, nodes);
    if (isListType(type)) return listOf(compileValue(type.ofType, nodes));
    if (isObjectType(type)) return compileObject(type, nodes);
    if (isInterfaceType(type) || isUnionType(type)) return compileAbstract(type, nodes);
    return leafWriter(type, quote);
  }

  /** One writer for each type that comes. */
  function compileAbstract(type: GraphQLAbstractType, nodes: FieldNode[]): Write {
    const writers = new Map<unknown, Write>();
    return (value) => {
      const typename = isRecord(value) ? value['__typename'] : undefined;
      let write = writers.get(typename);
      if (!write) {
        const actual = schema.getType(String(typename));
        if (!isObjectType(actual) || !schema.isSubType(type, actual))
          throw new IrregularAnswerError(`${String(typename)} where a ${type.name} should be`);
        write = compileObject(actual, nodes);
        writers.set(typename, write);
      }
      return write(value);
    };
  }

  function compileObject(type: GraphQLObjectType, nodes: FieldNode[]): Write {
    return compileFields(type, collectFields({ type, nodes, schema, fragments, included }));
  }

  function compileFields(type: GraphQLObjectType, groups: Map<string, FieldNode[]>): Write {
    const asked = [...groups].filter(([key]) => key !== placeholder);
    const fields = asked.map(([key, nodes], index) => ({
      key,
      prefix: `${index > 0 ? ',' : ''}${JSON.stringify(clientName(key))}:`,
      write: compileField(type, nodes),
    }));
    return (value) => {
      if (!isRecord(value)) throw new IrregularAnswerError(`no object where a ${type.name} should be`);
      const typename = value['__typename'];
      if (typename !== undefined && typename !== type.name)
        throw new IrregularAnswerError(`${String(typename)} where a ${type.name} should be`);
      let text = '{';
      for (const { key, prefix, write } of fields) text += prefix + write(value[key]);
      return text + '}';
    };
  }

  function compileField(type: GraphQLObjectType, nodes: FieldNode[]): Write {
    const name = nodes[0]?.name.value ?? '';
    if (name === '__typename') {
      const text = JSON.stringify(type.name);
      return (value) => {
        if (value !== undefined && value !== type.name) throw new IrregularAnswerError(`not a ${type.name}`);
        return text;
      };
    }
    const field = type.getFields()[name];
    if (!field) throw new NotCompilableError(`${type.name}.${name}`);
    return compileValue(field.type, nodes);
  }

  return (rootType, selectionSet) => {
    const fields = collectFields({ type: rootType, nodes: [{ selectionSet }], schema, fragments, included });
    return compileFields(rootType, fields);
  };
}

function listOf(write: Write): Write {
  return (value) => {
    if (!Array.isArray(value)) throw new IrregularAnswerError('no list where one should be');
    let text = '[';
    for (let index = 0; index < value.length; index++) text += (index > 0 ? ',' : '') + write(value[index]);
    return text + ']';
  };
}
