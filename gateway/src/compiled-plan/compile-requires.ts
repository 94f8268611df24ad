import { isAbstractType, isObjectType, Kind, type GraphQLSchema } from 'graphql';
import { IrregularAnswerError, NotCompilableError, type Selection } from './plan.ts';
import { writeAny } from './leaf-writers.ts';
import { isRecord } from './merge.ts';
import type { Json } from './run.ts';

type Field = { key: string; prefix: string; selections: Selection[] | undefined };
/** What is written of entities of one type: its name once, with what stands around it. */
export type OfType = {
  fields: Field[];
  end: string;
  /** The one field whose value tells entities of this type apart; undefined if there are several or it is no leaf. */
  key: string | undefined;
};

/**
 * Compiles what a fetch needs of an entity (`requires`) into functions: `typeOf` gives what is to be written of it,
 * undefined for a type that the fetch is not about; `write` writes its representation as JSON.
 */
export function compileRequires(requires: Selection[], schema: GraphQLSchema) {
  refuseUnknownTypes(requires, schema);
  const byType = new Map<string, OfType | undefined>();

  function typeOf(entity: Json): OfType | undefined {
    const typename = entity['__typename'];
    if (typeof typename !== 'string') throw new IrregularAnswerError('an entity without a type name');
    let ofType = byType.get(typename);
    if (!ofType && !byType.has(typename)) {
      ofType = withTypename(fieldsOf(requires, typename, schema), typename);
      byType.set(typename, ofType);
    }
    return ofType;
  }

  const write = (entity: Json, { fields, end }: OfType): string => writeFields(entity, fields) + end;

  function writeFields(source: Json, fields: Field[]): string {
    let text = '';
    for (const { key, prefix, selections } of fields) text += prefix + writeValue(source[key], selections);
    return text;
  }

  function writeValue(value: unknown, selections: Selection[] | undefined): string {
    if (value === undefined) throw new IrregularAnswerError('a key field that was not answered');
    if (value === null || !selections) return writeAny(value);
    if (Array.isArray(value)) return `[${value.map((item) => writeObject(item, selections)).join(',')}]`;
    return writeObject(value, selections);
  }

  function writeObject(value: unknown, selections: Selection[]): string {
    if (value === null) return 'null';
    if (!isRecord(value)) throw new IrregularAnswerError('a key field that is no object');
    const typename = value['__typename'];
    return `{${writeFields(value, fieldsOf(selections, String(typename), schema))}}`;
  }

  return { typeOf, write };
}
export type Requires = ReturnType<typeof compileRequires>;

function withTypename(fields: Field[], typename: string): OfType | undefined {
  if (!fields.some(({ key }) => key === '__typename')) return undefined;
  const others: Field[] = [];
  let text = '{';
  for (const field of fields) {
    text += field.prefix;
    if (field.key === '__typename') {
      text += JSON.stringify(typename);
    } else {
      others.push({ ...field, prefix: text });
      text = '';
    }
  }
  const [sole] = others;
  const key = others.length === 1 && !sole?.selections ? sole?.key : undefined;
  return { fields: others, end: `${text}}`, key };
}

function fieldsOf(selections: Selection[], typename: string, schema: GraphQLSchema): Field[] {
  const fields = new Map<string, Field>();
  const collect = (some: Selection[]): void => {
    for (const selection of some) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (selection.typeCondition && isOfType(typename, selection.typeCondition, schema))
          collect(selection.selections);
        continue;
      }
      const key = selection.alias ?? selection.name;
      // Merging two selections of the same object would be Apollo's business.
      if (fields.has(key) && selection.selections) throw new IrregularAnswerError(`${key} is required twice`);
      const prefix = `${fields.size > 0 ? ',' : ''}${JSON.stringify(key)}:`;
      if (!fields.has(key)) fields.set(key, { key, prefix, selections: selection.selections });
    }
  };
  collect(selections);
  return [...fields.values()];
}

function isOfType(typename: string, condition: string, schema: GraphQLSchema): boolean {
  if (typename === condition) return true;
  const type = schema.getType(typename);
  const conditionType = schema.getType(condition);
  return isObjectType(type) && isAbstractType(conditionType) && schema.isSubType(conditionType, type);
}

/** Types that the clients' schema does not show are Apollo's to judge. */
function refuseUnknownTypes(selections: Selection[], schema: GraphQLSchema): void {
  for (const selection of selections) {
    if (selection.kind === Kind.INLINE_FRAGMENT && !schema.getType(selection.typeCondition ?? ''))
      throw new NotCompilableError(`requires of a type unknown to clients`);
    refuseUnknownTypes(selection.selections ?? [], schema);
  }
}
