import {
  BreakingChangeType,
  DangerousChangeType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  type BreakingChange,
  type DangerousChange,
  type GraphQLSchema,
} from 'graphql';

type Place = (words: string[]) => string[];

/** graphql-js says in words what each change is about: the names are the words at these places. */
const field: Place = ([of = '']) => [withoutDot(of)];
const argument: Place = ([of, , name]) => [`${of}(${name}:)`];
const places: Record<BreakingChangeType | DangerousChangeType, Place> = {
  // Product was removed. | Standard scalar Float was removed because …
  TYPE_REMOVED: (words) => [words[words.indexOf('was') - 1] ?? ''],
  // Product changed from an Object type to …
  TYPE_CHANGED_KIND: ([type = '']) => [type],
  // Book was removed from union type Product.
  TYPE_REMOVED_FROM_UNION: (words) => [withoutDot(words.at(-1))],
  TYPE_ADDED_TO_UNION: (words) => [withoutDot(words.at(-1))],
  // PENDING was removed from enum type OrderStatus.
  VALUE_REMOVED_FROM_ENUM: (words) => [`${withoutDot(words.at(-1))}.${words[0]}`],
  VALUE_ADDED_TO_ENUM: (words) => [withoutDot(words.at(-1))],
  // A required field qty on input type PlaceOrderInput was added.
  REQUIRED_INPUT_FIELD_ADDED: (words) => [words[7] ?? ''],
  OPTIONAL_INPUT_FIELD_ADDED: (words) => [words[7] ?? ''],
  // Product no longer implements interface Node. | Node added to interfaces implemented by Product.
  IMPLEMENTED_INTERFACE_REMOVED: (words) => [withoutDot(words.at(-1))],
  IMPLEMENTED_INTERFACE_ADDED: (words) => [withoutDot(words.at(-1))],
  // Product.stock was removed. | Product.stock changed type from Int! to Int.
  FIELD_REMOVED: field,
  FIELD_CHANGED_KIND: field,
  // A required arg qty on Query.products was added.
  REQUIRED_ARG_ADDED: (words) => [words[5] ?? ''],
  OPTIONAL_ARG_ADDED: (words) => [words[5] ?? ''],
  // Query.products arg first was removed. | … has changed type from Int to String.
  ARG_REMOVED: argument,
  ARG_CHANGED_KIND: argument,
  // Query.products arg first has changed defaultValue from 20 to 10: whoever does not send it is surprised.
  ARG_DEFAULT_VALUE_CHANGE: ([of = '']) => [of],
  // include was removed. | A required arg if on directive include was added. | FIELD was removed from include.
  DIRECTIVE_REMOVED: ([name]) => [`@${name}`],
  REQUIRED_DIRECTIVE_ARG_ADDED: (words) => [`@${words[6]}`],
  DIRECTIVE_ARG_REMOVED: (words) => [`@${withoutDot(words.at(-1))}`],
  DIRECTIVE_REPEATABLE_REMOVED: (words) => [`@${withoutDot(words.at(-1))}`],
  DIRECTIVE_LOCATION_REMOVED: (words) => [`@${withoutDot(words.at(-1))}`],
};

const withoutDot = (word = ''): string => word.replace(/\.$/, '');

/** What an operation that is affected by the change uses, as coordinates (see usesOf). */
export function touchedBy(change: BreakingChange | DangerousChange, present: GraphQLSchema): string[] {
  const coordinates = places[change.type](change.description.split(' '));
  return coordinates.flatMap((coordinate) => [coordinate, ...requiredNow(coordinate, present)]);
}

/** What has to be sent now is missing where it was left out before. */
function requiredNow(coordinate: string, present: GraphQLSchema): string[] {
  const [, typeName = '', fieldName = '', argumentName] =
    /^(\w+)\.(\w+)(?:\((\w+):\))?$/.exec(coordinate) ?? [];
  const type = present.getType(typeName);
  if (isInputObjectType(type)) {
    const input = type.getFields()[fieldName];
    return input && isRequiredInputField(input) ? [typeName] : [];
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  const taken = type.getFields()[fieldName]?.args.find(({ name }) => name === argumentName);
  return taken && isRequiredArgument(taken) ? [`${typeName}.${fieldName}`] : [];
}
