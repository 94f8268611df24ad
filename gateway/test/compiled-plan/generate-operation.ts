import {
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
} from 'graphql';
import { createRandom, hashOf, type Random } from './random.ts';

export type Operation = { query: string; variables: Record<string, unknown>; operationName?: string };

/** What a response name stands for, so that it never stands for two things. */
type Scope = Map<string, { meaning: string; inner: Scope }>;

/**
 * A random operation on the schema; nearly always a valid one. The seed determines its document, both seeds the values
 * of its variables.
 */
export function generateOperation(schema: GraphQLSchema, seed: number, valueSeed = 0): Operation {
  const random = createRandom(seed);
  const isMutation = random.chance(0.25) && schema.getMutationType() !== undefined;
  const root = isMutation ? schema.getMutationType() : schema.getQueryType();
  if (!root) throw new Error('no root type');
  const variables = createVariables(random, createRandom(hashOf(seed, valueSeed)));
  const writer = createWriter(schema, random, variables);
  const selections = isMutation ? writer.mutations(root) : writer.selectionSet(root, 0, new Map());
  const name = random.chance(0.5) ? `Op${seed % 7}` : '';
  const kind = isMutation ? 'mutation' : 'query';
  const head =
    name || variables.definitions() || isMutation || random.chance(0.5)
      ? `${kind} ${name}${variables.definitions()}`
      : '';
  const other = name && random.chance(0.1) ? `\nquery Other { __typename }` : '';
  return {
    query: `${head} ${selections}${writer.fragments()}${other}`,
    variables: variables.values,
    ...(name && (other || random.chance(0.3)) && { operationName: name }),
  };
}

function createVariables(random: Random, value: Random) {
  const declared: string[] = [];
  const values: Record<string, unknown> = {};
  return {
    values,
    definitions: () => (declared.length > 0 ? `(${declared.join(', ')})` : ''),
    /** A variable for a place of the given type, sometimes left out, null or wrong. */
    add(type: GraphQLInputType, hasDefault: boolean): string {
      const name = `v${declared.length}`;
      const nullable = !isNonNullType(type);
      const withDefault = random.chance(0.25);
      const fallback = withDefault ? ` = ${literal(type, random, undefined)}` : '';
      declared.push(`$${name}: ${String(type)}${fallback}`);
      const mayBeLeftOut = nullable || withDefault || hasDefault;
      if (value.chance(0.03)) values[name] = value.pick([[], {}, 'wrong', -1.5, null]);
      else if (!(mayBeLeftOut && value.chance(0.25))) {
        values[name] = nullable && value.chance(0.1) ? null : plain(type, value);
      }
      return `$${name}`;
    },
    /** A condition of @skip or @include. */
    condition(): string {
      if (random.chance(0.15)) return String(random.chance(0.5));
      const known = declared.filter((definition) => definition.includes(': Boolean'));
      const again = known.length > 0 && random.chance(0.5) ? random.pick(known) : undefined;
      if (again) return again.slice(0, again.indexOf(':'));
      const name = `v${declared.length}`;
      const withDefault = random.chance(0.3);
      declared.push(`$${name}: Boolean${withDefault ? ` = ${random.chance(0.5)}` : '!'}`);
      if (!(withDefault && value.chance(0.5))) values[name] = value.chance(0.5);
      return `$${name}`;
    },
  };
}
type Variables = ReturnType<typeof createVariables>;

function createWriter(schema: GraphQLSchema, random: Random, variables: Variables) {
  const fragments: string[] = [];
  const named: { name: string; type: string }[] = [];
  const otherNames = namesOf(schema);
  let left = 16;
  let aliases = 0;

  function directives(): string {
    if (!random.chance(0.12)) return '';
    const one = (name: string) => ` @${name}(if: ${variables.condition()})`;
    return random.chance(0.8) ? one(random.pick(['skip', 'include'])) : one('skip') + one('include');
  }

  function selectionSet(type: GraphQLCompositeType, depth: number, scope: Scope): string {
    const wanted = 1 + random.below(depth === 0 ? 3 : 5);
    const parts: string[] = [];
    for (let count = 0; count < wanted; count++) parts.push(selection(type, depth, scope));
    // In an order of its own, and at times twice.
    if (random.chance(0.1)) parts.push(random.pick(parts));
    return `{ ${parts.join(' ')} }`;
  }

  /** Fields of a mutation, some of them once more after the others: what they read may be other than before. */
  function mutations(type: GraphQLObjectType): string {
    const scope: Scope = new Map();
    const fields = Object.values(type.getFields());
    const parts = Array.from({ length: 1 + random.below(3) }, () => field(random.pick(fields), 0, scope));
    const again = parts
      .filter(() => random.chance(0.5))
      .map((part) => part.replace(/^(\w+: )?/, `a${aliases++}: `));
    return `{ ${[...parts, ...again].join(' ')} }`;
  }

  function selection(type: GraphQLCompositeType, depth: number, scope: Scope): string {
    left--;
    const fields = isAbstractType(type) && !('getFields' in type) ? [] : Object.values(type.getFields());
    const inFragment = fields.length === 0 || isAbstractType(type) ? 0.5 : 0.12;
    if (left > 0 && random.chance(inFragment)) return fragment(type, depth, scope);
    if (fields.length === 0 || random.chance(0.08)) return typename(scope);
    const simple = fields.filter((field) => !isCompositeType(getNamedType(field.type)));
    const deep = depth < 5 && left > 0;
    if (!deep && simple.length === 0) return typename(scope);
    return field(random.pick(deep ? fields : simple), depth, scope);
  }

  function typename(scope: Scope): string {
    const key = keyOf('__typename', '__typename', scope);
    scope.set(key, { meaning: '__typename', inner: new Map() });
    return `${key === '__typename' ? '' : `${key}: `}__typename${directives()}`;
  }

  /** A response name for a field: its own, a new one, or the name of another field, which may be a key. */
  function keyOf(name: string, meaning: string, scope: Scope): string {
    const isFree = (key: string) => (scope.get(key)?.meaning ?? meaning) === meaning;
    const wish = random.chance(0.1) ? random.pick(otherNames) : random.chance(0.12) ? undefined : name;
    return wish !== undefined && isFree(wish) ? wish : `a${aliases++}`;
  }

  function field(definition: GraphQLField<unknown, unknown>, depth: number, scope: Scope): string {
    const text = definition.name + argumentsOf(definition.args);
    const meaning = `${text}: ${String(definition.type)}`;
    const known = [...scope].filter(([, other]) => other.meaning === meaning);
    const again = known.length > 0 && random.chance(0.6) ? random.pick(known)[0] : undefined;
    const key = again ?? keyOf(definition.name, meaning, scope);
    const entry = scope.get(key) ?? { meaning, inner: new Map() };
    scope.set(key, entry);
    const type = getNamedType(definition.type);
    const inner = isCompositeType(type) ? ` ${typed(type, depth, entry.inner)}` : '';
    return `${key === definition.name ? '' : `${key}: `}${text}${directives()}${inner}`;
  }

  /** With type names, the right order of the keys in a response can be told from the response alone. */
  function typed(type: GraphQLCompositeType, depth: number, scope: Scope): string {
    const selections = selectionSet(type, depth + 1, scope);
    const { meaning } = scope.get('__typename') ?? {};
    if (!isAbstractType(type) || (meaning !== undefined && meaning !== '__typename')) return selections;
    scope.set('__typename', { meaning: '__typename', inner: new Map() });
    const inside = selections.slice(1, -1);
    return random.chance(0.5) ? `{ __typename${inside}}` : `{${inside}__typename }`;
  }

  function fragment(type: GraphQLCompositeType, depth: number, scope: Scope): string {
    const fitting = named.filter((each) => each.type === type.name);
    if (fitting.length > 0 && random.chance(0.3)) return `...${random.pick(fitting).name}${directives()}`;
    const condition = random.chance(0.15) ? undefined : random.pick(related(type));
    const inner = selectionSet(condition ?? type, depth, scope);
    if (!condition || random.chance(0.6))
      return `...${condition ? ` on ${condition.name}` : ''}${directives()} ${inner}`;
    const name = `F${fragments.length}`;
    fragments.push(`fragment ${name} on ${condition.name} ${inner}`);
    named.push({ name, type: condition.name });
    return `...${name}${directives()}`;
  }

  /** Types that an object of the given type may also be. */
  function related(type: GraphQLCompositeType): GraphQLCompositeType[] {
    const possible = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
    return Object.values(schema.getTypeMap())
      .filter((other) => !other.name.startsWith('__'))
      .filter((other) => isCompositeType(other))
      .filter((other) =>
        isObjectType(other)
          ? possible.includes(other)
          : possible.some((each) => schema.isSubType(other, each)),
      );
  }

  function argumentsOf(args: readonly GraphQLArgument[]): string {
    const given = args.flatMap((argument) => {
      const required = isNonNullType(argument.type) && argument.defaultValue === undefined;
      if (!required && random.chance(0.5)) return [];
      const value = random.chance(0.5)
        ? variables.add(argument.type, argument.defaultValue !== undefined)
        : literal(argument.type, random, variables);
      return [`${argument.name}: ${value}`];
    });
    return given.length > 0 ? `(${given.join(', ')})` : '';
  }

  return { selectionSet, mutations, fragments: () => fragments.map((text) => `\n${text}`).join('') };
}

/** Names that a client may give to a field, though they are those of others: all fields', and some that are odd. */
function namesOf(schema: GraphQLSchema): string[] {
  const fields = Object.values(schema.getTypeMap())
    .filter((type) => !type.name.startsWith('__'))
    .flatMap((type) => ('getFields' in type ? Object.keys(type.getFields()) : []));
  const keys = ['id', 'sku', 'weight', 'size', 'width', '__typename'].filter(
    (name) => name === '__typename' || fields.includes(name),
  );
  const odd = ['__proto__', 'constructor', '_client', '_client_id', 'representations', 'id__alias_0'];
  return [...new Set(fields), ...Array.from({ length: 8 }, () => keys).flat(), ...odd];
}

function plain(type: GraphQLInputType, random: Random): unknown {
  if (isNonNullType(type)) return plain(type.ofType, random);
  if (isListType(type)) return Array.from({ length: random.below(3) }, () => plain(type.ofType, random));
  if (isEnumType(type)) return random.pick(type.getValues()).name;
  if (isInputObjectType(type)) {
    return Object.fromEntries(
      Object.values(type.getFields())
        .filter((field) => isNonNullType(field.type) || random.chance(0.5))
        .map((field) => [field.name, plain(field.type, random)]),
    );
  }
  switch (type.name) {
    case 'Int':
      return random.below(6);
    case 'Float':
      return random.pick([1, 0.5, -3.25]);
    case 'Boolean':
      return random.chance(0.5);
    case 'Money':
      return random.below(1_000);
    case 'Json':
      return random.pick([1, 'x', { deep: [1, null] }]);
    default:
      return random.pick(['n1', 'n2', 'a "quoted" one', 'é']);
  }
}

/** A value as it is written in a document, at times with variables in it. */
function literal(type: GraphQLInputType, random: Random, variables: Variables | undefined): string {
  if (isNonNullType(type)) return literal(type.ofType, random, variables);
  if (variables && random.chance(0.15)) return variables.add(type, false);
  if (isListType(type)) return `[${literal(type.ofType, random, variables)}]`;
  if (isEnumType(type)) return random.pick(type.getValues()).name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields())
      .filter((field) => isNonNullType(field.type) || random.chance(0.5))
      .map((field) => `${field.name}: ${literal(field.type, random, undefined)}`);
    return `{${fields.join(', ')}}`;
  }
  const value = plain(type, random);
  return typeof value === 'object' ? '{deep: [1, null]}' : JSON.stringify(value);
}
