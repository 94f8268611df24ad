import {
  GraphQLError,
  isCompositeType,
  getNamedType,
  Kind,
  type ASTVisitor,
  type FieldNode,
  type GraphQLCompositeType,
  type SelectionSetNode,
  type ValueNode,
  type ValidationContext,
} from 'graphql';

/** Words and signs in a document: parsing stops there. */
export const maxTokens = 5_000;
/** Levels of fields: twice what a client of this schema has a use for. */
const maxDepth = 16;
/** Fields at the root: each is a request of its own (a log-in, an order) however small it looks. */
const maxRootFields = 20;
/** Fields in the answer, a page counted as often as it may have rows. */
const maxFields = 20_000;
/** Levels of lists and objects in a value: the time that planning takes doubles with each level of lists. */
const maxValueDepth = 8;
/** What a page may hold at most where a variable says how much (the subgraphs see to it). */
const maxPageSize = 100;

/** Of a set of selections: the fields in it, those in it and below as often as they are answered, and the levels. */
type Weight = { own: number; fields: number; depth: number };
const nothing: Weight = { own: 0, fields: 0, depth: 0 };

function add(a: Weight, b: Weight): Weight {
  return { own: a.own + b.own, fields: a.fields + b.fields, depth: Math.max(a.depth, b.depth) };
}

/**
 * A validation rule that turns away operations whose answer would be out of all proportion, before anything is fetched:
 * by depth, by fields at the root (aliases included), by fields in the answer, and by the depth of values.
 */
export function limits(context: ValidationContext): ASTVisitor {
  const schema = context.getSchema();
  const fragments = new Map<string, Weight>();
  let valueDepth = 0;
  const nestedValue = {
    enter(node: ValueNode): false | undefined {
      if (++valueDepth <= maxValueDepth) return undefined;
      const message = `a value is nested too deeply (at most ${maxValueDepth} levels)`;
      context.reportError(new GraphQLError(message, { nodes: node }));
      valueDepth--;
      return false;
    },
    leave(): void {
      valueDepth--;
    },
  };

  function weigh(selections: SelectionSetNode | undefined, parent: GraphQLCompositeType | undefined): Weight {
    let total = nothing;
    for (const selection of selections?.selections ?? []) {
      if (selection.kind === Kind.FIELD) {
        total = add(total, weighField(selection, parent));
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const name = selection.typeCondition?.name.value;
        total = add(total, weigh(selection.selectionSet, name ? composite(name) : parent));
      } else {
        total = add(total, weighFragment(selection.name.value));
      }
    }
    return total;
  }

  function weighField(field: FieldNode, parent: GraphQLCompositeType | undefined): Weight {
    // Introspection reads a schema of fixed size, and has its own limits.
    if (field.name.value.startsWith('__')) return nothing;
    const definition = parent && 'getFields' in parent ? parent.getFields()[field.name.value] : undefined;
    const type = definition && getNamedType(definition.type);
    const inner = weigh(field.selectionSet, type && isCompositeType(type) ? type : undefined);
    const rows = definition?.args.some((argument) => argument.name === 'first') ? pageSize(field) : 1;
    return { own: 1, fields: 1 + rows * inner.fields, depth: 1 + inner.depth };
  }

  function weighFragment(name: string): Weight {
    const known = fragments.get(name);
    if (known) return known;
    // A fragment that contains itself weighs nothing here; another rule turns it away.
    fragments.set(name, nothing);
    const fragment = context.getFragment(name);
    const weight = fragment
      ? weigh(fragment.selectionSet, composite(fragment.typeCondition.name.value))
      : nothing;
    fragments.set(name, weight);
    return weight;
  }

  function composite(name: string): GraphQLCompositeType | undefined {
    const type = schema.getType(name);
    return type && isCompositeType(type) ? type : undefined;
  }

  return {
    ListValue: nestedValue,
    ObjectValue: nestedValue,
    OperationDefinition(operation) {
      const root = schema.getRootType(operation.operation) ?? undefined;
      const { own, fields, depth } = weigh(operation.selectionSet, root);
      const tooMuch = [
        depth > maxDepth && `${depth} levels deep (at most ${maxDepth})`,
        own > maxRootFields && `${own} fields at its root (at most ${maxRootFields})`,
        fields > maxFields &&
          `up to ${fields} fields in its answer (at most ${maxFields}; ask for smaller pages)`,
      ].filter((reason) => reason !== false);
      if (tooMuch.length === 0) return;
      context.reportError(
        new GraphQLError(`the operation asks for too much: ${tooMuch.join(', ')}`, { nodes: operation }),
      );
    },
  };
}

function pageSize(field: FieldNode): number {
  const value = field.arguments?.find((argument) => argument.name.value === 'first')?.value;
  if (!value) return 20;
  return value.kind === Kind.INT ? Math.min(Math.max(Number(value.value), 1), maxPageSize) : maxPageSize;
}
