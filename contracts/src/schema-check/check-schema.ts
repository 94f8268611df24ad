import {
  GraphQLError,
  findBreakingChanges,
  findDangerousChanges,
  parse,
  validate,
  type BreakingChange,
  type DangerousChange,
  type DocumentNode,
} from 'graphql';
import type { KnownOperation } from '../operations.ts';
import { readSupergraph, type EntityKey, type ReadSupergraph } from './read-supergraph.ts';
import { touchedBy } from './touched.ts';
import { usesOf } from './uses.ts';

export type Change = {
  description: string;
  /** The names of the known operations that use what changed. */
  operations: string[];
};

export type SchemaCheck = {
  /** What clients send or rely on, or how gateways ask, that no longer holds. */
  breaking: Change[];
  /** What stays valid, but may surprise: a new enum value, another default. */
  dangerous: Change[];
  /** Known operations that the present schema refuses. */
  invalid: { operation: string; reasons: string[] }[];
};

/** Compares what is composed now with what was released (both supergraphs), as the known operations see it. */
export function checkSchema(options: {
  released: string;
  present: string;
  operations: KnownOperation[];
}): SchemaCheck {
  const [released, present] = [readSupergraph(options.released), readSupergraph(options.present)];
  const operations = options.operations.map(readOperation);
  const used = operations.map(({ name, document }) => ({
    name,
    uses: document ? usesOf(released.api, document) : new Set<string>(),
  }));
  const usersOf = (coordinates: string[]): string[] =>
    used.filter(({ uses }) => coordinates.some((each) => uses.has(each))).map(({ name }) => name);
  const asChange = (change: BreakingChange | DangerousChange): Change => ({
    description: change.description,
    operations: usersOf(touchedBy(change, present.api)),
  });
  return {
    breaking: [
      ...findBreakingChanges(released.api, present.api).map(asChange),
      ...removedKeys(released, present).map((key) => ({
        description: `${key.subgraph} no longer answers for ${key.type} by ${key.key}.`,
        operations: usersOf([key.type]),
      })),
    ],
    dangerous: findDangerousChanges(released.api, present.api).map(asChange),
    invalid: operations
      .map((operation) => ({
        operation: operation.name,
        reasons: operation.document
          ? validate(present.api, operation.document).map(describe)
          : [operation.mistake],
      }))
      .filter(({ reasons }) => reasons.length > 0),
  };
}

/** Gateways that still run with the released supergraph go on asking by these keys. */
function removedKeys(released: ReadSupergraph, present: ReadSupergraph): EntityKey[] {
  const same = (one: EntityKey) => (other: EntityKey) =>
    one.type === other.type && one.subgraph === other.subgraph && one.key === other.key;
  return released.keys.filter(
    // A type that is gone is a change of its own.
    (key) => present.api.getType(key.type) && !present.keys.some(same(key)),
  );
}

type ReadOperation =
  { name: string; document: DocumentNode } | { name: string; document?: undefined; mistake: string };

function readOperation({ name, text }: KnownOperation): ReadOperation {
  try {
    return { name, document: parse(text) };
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return { name, mistake: describe(error) };
  }
}

function describe({ message, locations }: GraphQLError): string {
  const [place] = locations ?? [];
  return place ? `${message} (line ${place.line}, column ${place.column})` : message;
}
