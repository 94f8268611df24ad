import type { GraphQLResolverMap } from '@apollo/subgraph';

export type Subgraph = { typeDefs: string; resolvers: GraphQLResolverMap<unknown> };

/** An operation, and what it has to be answered with by the schemas and the data alone. */
export type Case = {
  query: string;
  variables?: Record<string, unknown>;
  data?: unknown;
  /** Codes of the errors beside the data. */
  codes?: string[];
  /** What is said to an operation that is refused, for want of a right plan. */
  refused?: RegExp;
  /** Apollo's own gateway is not right here. */
  apolloIsWrong?: true;
};

/** One thing that federated schemas do, in subgraphs that do little else. */
export type Theme = {
  subgraphs: Record<string, Subgraph>;
  cases: Case[];
  /** Puts the data back as they were before an operation. */
  reset?: () => void;
};

/** The head of a subgraph's schema (Federation 2). */
export const link = (...directives: string[]): string =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${directives.map((name) => `"@${name}"`).join(', ')}])`;

type Reference = Record<string, unknown>;

/** Resolves references by the keys in them. What else a reference brings along (`@requires`) is there for resolvers, too. */
export function byKey<Row extends object>(rows: readonly Row[], ...keys: (keyof Row & string)[]) {
  return (reference: Reference) => {
    const row = rows.find((each) => keys.every((key) => each[key] === reference[key]));
    return row ? { ...reference, ...row } : null;
  };
}
