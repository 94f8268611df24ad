import {
  Kind,
  visit,
  type ASTNode,
  type BooleanValueNode,
  type DirectiveNode,
  type FieldNode,
  type FragmentSpreadNode,
  type InlineFragmentNode,
  type VariableDefinitionNode,
} from 'graphql';
import { IrregularAnswerError, NotCompilableError } from './plan.ts';
import type { Json } from './run.ts';

/** The value of a Boolean variable, its default included. Throws if it has none: Apollo says what is wrong. */
export type Condition = (variables: Json) => boolean;
/** Whether a selection is in, given what @skip and @include say of it. */
export type Included = (node: FieldNode | FragmentSpreadNode | InlineFragmentNode) => boolean;

/** So many variables in @skip and @include double the number of an operation's shapes; more are not compiled. */
const maxConditions = 10;

export function conditionsOf(nodes: ASTNode[], definitions: readonly VariableDefinitionNode[]) {
  const conditionOf = (name: string): Condition => {
    const fallback = definitions.find(({ variable }) => variable.name.value === name)?.defaultValue;
    const defaultValue = fallback?.kind === Kind.BOOLEAN ? fallback.value : undefined;
    return (variables) => {
      const value = variables[name] ?? (variables[name] === undefined ? defaultValue : undefined);
      if (typeof value !== 'boolean') throw new IrregularAnswerError(`$${name} is no Boolean`);
      return value;
    };
  };

  const names = new Set<string>();
  for (const node of nodes) {
    visit(node, {
      Directive(directive) {
        const value = ifOf(directive);
        if (value?.kind === Kind.VARIABLE) names.add(value.name.value);
      },
    });
  }
  if (names.size > maxConditions) throw new NotCompilableError(`${names.size} conditions`);
  const conditions = [...names].map((name, bit) => ({ name, bit, holds: conditionOf(name) }));

  return {
    conditionOf,
    /** Whether the variables decide over what is in. */
    areThere: conditions.length > 0,
    /** One number for what all conditions come to. */
    shapeOf: (variables: Json): number =>
      conditions.reduce((shape, { bit, holds }) => shape | (holds(variables) ? 1 << bit : 0), 0),
    included: (shape: number): Included => {
      const isTrue = (directive: DirectiveNode): boolean => {
        const value = ifOf(directive);
        if (value?.kind === Kind.BOOLEAN) return value.value;
        const condition = conditions.find(
          ({ name }) => value?.kind === Kind.VARIABLE && value.name.value === name,
        );
        return condition !== undefined && (shape & (1 << condition.bit)) !== 0;
      };
      return ({ directives = [] }) =>
        directives.every(({ name }, index) => {
          const directive = directives[index];
          if (!directive) return true;
          if (name.value === 'skip') return !isTrue(directive);
          return name.value === 'include' ? isTrue(directive) : true;
        });
    },
  };
}

function ifOf({
  name,
  arguments: given,
}: DirectiveNode): BooleanValueNode | { kind: Kind.VARIABLE; name: { value: string } } | undefined {
  if (name.value !== 'skip' && name.value !== 'include') return undefined;
  const value = given?.find((argument) => argument.name.value === 'if')?.value;
  return value?.kind === Kind.BOOLEAN || value?.kind === Kind.VARIABLE ? value : undefined;
}
