import { z } from 'zod';

/** A JSON schema, as far as the catalogue shows it. */
const shown = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  description: z.string().optional(),
  'x-unit': z.string().optional(),
  format: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  pattern: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  items: z.unknown().optional(),
});
type Shown = z.output<typeof shown>;

export type JsonSchema = Record<string, unknown>;

/** As AsyncAPI takes it (JSON Schema, draft 7), and open: readers let pass what they do not know. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const json = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema }) => {
      // The format says it; the pattern is as long as a page.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
    },
  });
  return Object.fromEntries(
    Object.entries(json).filter(([name]) => !['$schema', '~standard'].includes(name)),
  );
}

/** A field as a line of a table. */
export type Field = {
  path: string;
  type: string;
  /** The values of an enumeration. */
  choices: unknown[];
  required: boolean;
  unit: string;
  description: string;
};

/** The fields of an object, nested ones by their path; those of a list as `list[].field`. */
export function fieldsOf(schema: z.ZodType): Field[] {
  return walk(shown.parse(jsonSchemaOf(schema)), '', true);
}

function walk(schema: Shown, path: string, required: boolean): Field[] {
  const { properties, items, description = '' } = schema;
  const unit = schema['x-unit'] ?? '';
  const own =
    path === ''
      ? []
      : [{ path, type: typeOf(schema), choices: schema.enum ?? [], required, unit, description }];
  const inside = Object.entries(properties ?? {}).flatMap(([name, each]) =>
    walk(shown.parse(each), path === '' ? name : `${path}.${name}`, schema.required?.includes(name) ?? false),
  );
  const element = items === undefined ? [] : walk(shown.parse(items), `${path}[]`, true).slice(1);
  return [...own, ...inside, ...element];
}

const largest = (value: number): string => (value === Number.MAX_SAFE_INTEGER ? '2^53-1' : String(value));

/** In words: what a value can be. */
export function typeOf(schema: Shown): string {
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum) return schema.enum.map(code).join(' or ');
  const types = [schema.type ?? 'anything'].flat();
  const of = types.map((type) =>
    type === 'integer' ? `integer${rangeOf(schema)}` : `${type}${lengthOf(schema)}`,
  );
  return (schema.anyOf ? schema.anyOf.map((each) => typeOf(shown.parse(each))) : of).join(' or ');
}

const code = (value: unknown): string => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;

function rangeOf({ minimum, maximum }: Shown): string {
  const [least, most] = [minimum ?? -Infinity, maximum ?? Infinity];
  if (Math.abs(least) >= Number.MAX_SAFE_INTEGER && Math.abs(most) >= Number.MAX_SAFE_INTEGER) return '';
  return ` ${largest(least)} … ${largest(most)}`;
}

function lengthOf({ type, minLength, maxLength, format }: Shown): string {
  if (![type].flat().includes('string')) return '';
  if (format !== undefined) return ` (${format})`;
  return maxLength === undefined ? '' : ` of ${minLength ?? 0} to ${maxLength} characters`;
}
