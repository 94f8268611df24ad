import { MatchersV3 } from '@pact-foundation/pact';
import { Kind, parse, type SelectionSetNode } from 'graphql';
import { z } from 'zod';

const record = z.record(z.string(), z.unknown());
/** What a subgraph knows, by root field; of its entities by type and id. */
const knownThings = z.looseObject({ entities: z.record(z.string(), record) });
const representations = z.array(z.looseObject({ __typename: z.string(), id: z.string() }));

/** A fetch of the query planner, as it is sent to a subgraph. */
export const fetchSchema = z.strictObject({
  query: z.string(),
  variables: record.default({}),
  operationName: z.string().optional(),
});
export type Fetch = z.output<typeof fetchSchema>;

/** The part of what is known that a selection asks for; a list of one stands for any list that is not empty. */
function select(selections: SelectionSetNode | undefined, known: unknown): unknown {
  if (!selections || known === null) return known;
  if (Array.isArray(known)) return MatchersV3.eachLike(select(selections, known[0]));
  const fields = record.parse(known);
  const selected: Record<string, unknown> = {};
  for (const selection of selections.selections) {
    if (selection.kind === Kind.FIELD) {
      const { name, alias, selectionSet } = selection;
      if (!(name.value in fields)) throw new Error(`nothing is known of the field ${name.value}`);
      selected[alias?.value ?? name.value] = select(selectionSet, fields[name.value]);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      Object.assign(selected, select(selection.selectionSet, known));
    } else throw new Error('the planner sends no named fragments');
  }
  return selected;
}

/** The answer to a fetch from what is known: each value is a matcher, so the whole is what any true answer looks like. */
export function answerFrom(known: unknown, { query, variables }: Fetch): { data: unknown } {
  const { entities, ...roots } = knownThings.parse(known);
  const [operation] = parse(query).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`no operation: ${query}`);
  const asked = operation.selectionSet.selections.some(
    (selection) => selection.kind === Kind.FIELD && selection.name.value === '_entities',
  );
  if (!asked) return { data: select(operation.selectionSet, roots) };
  const [field] = operation.selectionSet.selections;
  if (field?.kind !== Kind.FIELD || operation.selectionSet.selections.length > 1) {
    throw new Error(`entities are fetched by themselves: ${query}`);
  }
  const found = representations.parse(variables['representations']).map(({ __typename, id }) => {
    return select(field.selectionSet, entities[__typename]?.[id] ?? null);
  });
  return { data: { _entities: found } };
}
