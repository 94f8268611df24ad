import {
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';

/**
 * What of a schema an operation uses, as coordinates: `Type`, `Type.field`, `Type.field(argument:)`, `Input.field`,
 * `Enum.VALUE`, `@directive`. Of what is sent in a variable, or answered, any field and value may occur: all count.
 */
export function usesOf(schema: GraphQLSchema, operation: DocumentNode): Set<string> {
  const uses = new Set<string>();
  const typeInfo = new TypeInfo(schema);

  const useField = (field: string) => {
    const parent = typeInfo.getParentType();
    if (!parent) return;
    const owners = isAbstractType(parent) ? [parent, ...schema.getPossibleTypes(parent)] : [parent];
    for (const { name } of owners) {
      uses.add(name);
      uses.add(`${name}.${field}`);
    }
  };

  visit(
    operation,
    visitWithTypeInfo(typeInfo, {
      VariableDefinition({ type }) {
        useWhole(uses, namedType(typeFromAST(schema, type)));
      },
      Directive({ name }) {
        uses.add(`@${name.value}`);
      },
      Field({ name, arguments: given = [] }) {
        useField(name.value);
        useWhole(uses, namedType(typeInfo.getType()));
        for (const argument of given) useField(`${name.value}(${argument.name.value}:)`);
      },
      InlineFragment() {
        useType(uses, namedType(typeInfo.getType()));
      },
      FragmentDefinition() {
        useType(uses, namedType(typeInfo.getType()));
      },
      ObjectField({ name }) {
        const input = namedType(typeInfo.getParentInputType());
        if (input) uses.add(`${input.name}.${name.value}`);
      },
      ObjectValue() {
        useType(uses, namedType(typeInfo.getInputType()));
      },
      EnumValue({ value }) {
        const type = namedType(typeInfo.getInputType());
        if (type) uses.add(type.name).add(`${type.name}.${value}`);
      },
    }),
  );
  return uses;
}

const namedType = (type: Parameters<typeof getNamedType>[0]): GraphQLNamedType | undefined =>
  getNamedType(type);

function useType(uses: Set<string>, type: GraphQLNamedType | undefined): void {
  if (type) uses.add(type.name);
}

/** A type of which any value may occur. */
function useWhole(uses: Set<string>, type: GraphQLNamedType | undefined): void {
  if (!type || (isInputObjectType(type) && uses.has(type.name))) return;
  uses.add(type.name);
  if (isEnumType(type)) for (const { name } of type.getValues()) uses.add(`${type.name}.${name}`);
  if (!isInputObjectType(type)) return;
  for (const field of Object.values(type.getFields())) {
    uses.add(`${type.name}.${field.name}`);
    useWhole(uses, getNamedType(field.type));
  }
}
