import { Kind, type FieldNode } from 'graphql';
import { placeholder } from './names.ts';

export const placeholderField: FieldNode = {
  kind: Kind.FIELD,
  alias: { kind: Kind.NAME, value: placeholder },
  name: { kind: Kind.NAME, value: '__typename' },
};
