import { clientError } from './errors.ts';

/** Position of a row in a list that is ordered newest first, ties broken by id. */
export type Position = { createdAt: Date; id: string };

export type Connection<N> = {
  nodes: N[];
  edges: { cursor: string; node: N }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
};

const maxPageSize = 100;

function encode(position: Position): string {
  return Buffer.from(`${position.createdAt.getTime()}:${position.id}`).toString('base64url');
}

function decode(cursor: string): Position {
  const [, time, id] =
    /^(\d{1,15}):(.{1,64})$/s.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? [];
  if (time === undefined || id === undefined) {
    throw clientError('BAD_USER_INPUT', '`after` must be a cursor that an earlier page returned');
  }
  return { createdAt: new Date(Number(time)), id };
}

/** The page a client asked for: how many rows, and after which. Throws BAD_USER_INPUT. */
export function parsePage(args: { first?: number | null; after?: string | null }): {
  first: number;
  after: Position | null;
} {
  const first = args.first ?? 20;
  if (first < 1 || first > maxPageSize) {
    throw clientError('BAD_USER_INPUT', `\`first\` must be from 1 to ${maxPageSize}`);
  }
  return { first, after: args.after == null ? null : decode(args.after) };
}

/** A Relay-style connection from `first + 1` rows: the extra one only tells that there is a next page. */
export function toConnection<N>(rows: N[], first: number, positionOf: (row: N) => Position): Connection<N> {
  const nodes = rows.slice(0, first);
  const edges = nodes.map((node) => ({ cursor: encode(positionOf(node)), node }));
  return {
    nodes,
    edges,
    pageInfo: { hasNextPage: rows.length > first, endCursor: edges.at(-1)?.cursor ?? null },
  };
}
