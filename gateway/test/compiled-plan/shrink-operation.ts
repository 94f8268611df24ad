import { Kind, parse, print, visit, type ASTNode, type DocumentNode } from 'graphql';
import type { Operation } from './generate-operation.ts';

/** What can be left out of a document. Whatever is no valid operation without it is no candidate. */
const droppable: readonly string[] = [
  Kind.FIELD,
  Kind.INLINE_FRAGMENT,
  Kind.FRAGMENT_SPREAD,
  Kind.FRAGMENT_DEFINITION,
  Kind.OPERATION_DEFINITION,
  Kind.DIRECTIVE,
  Kind.ARGUMENT,
  Kind.VARIABLE_DEFINITION,
];

/** The operation, with as much left out as can be while it still differs: nothing more can, of what is left. */
export async function shrinkOperation(
  operation: Operation,
  differs: (candidate: Operation) => Promise<boolean>,
): Promise<Operation> {
  let smallest = operation;
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false;
    // From the end on, so that what is before it keeps its place.
    for (let place = count(parse(smallest.query)) - 1; place >= 0; place--) {
      const candidate = { ...smallest, query: without(smallest.query, place) };
      if (!(await differs(candidate))) continue;
      smallest = candidate;
      isSmaller = true;
      place = Math.min(place, count(parse(smallest.query)));
    }
  }
  return smallest;
}

function count(document: DocumentNode): number {
  let found = 0;
  visit(document, { enter: (node) => void (found += Number(isDroppable(node))) });
  return found;
}

/** The document without one of the things that can be left out, and without what is not used any more. */
function without(query: string, place: number): string {
  let at = 0;
  const dropped: DocumentNode = visit(parse(query), {
    enter: (node) => (isDroppable(node) && at++ === place ? null : undefined),
  });
  return print(withoutUnused(dropped));
}

function withoutUnused(document: DocumentNode): DocumentNode {
  const used = new Set<string>();
  visit(document, {
    FragmentSpread: ({ name }) => void used.add(`...${name.value}`),
    VariableDefinition: () => false,
    Variable: ({ name }) => void used.add(`$${name.value}`),
  });
  return visit(document, {
    FragmentDefinition: ({ name }) => (used.has(`...${name.value}`) ? undefined : null),
    VariableDefinition: ({ variable }) => (used.has(`$${variable.name.value}`) ? undefined : null),
  });
}

const isDroppable = (node: ASTNode): boolean => droppable.includes(node.kind);
