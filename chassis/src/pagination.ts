import { clientError } from './errors.ts';

/** Position of a row in a list that is ordered newest first, ties broken by id. */
export type Position = { createdAt: Date; id: string };

export type Connection<N> = {
  nodes: N[];
  edges: { cursor: string; node: N }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
};

/** The page a client asked for: how many rows, and after which. */
export type Page = { first: number; after: Position | null };

const maxPageSize = 100;
/** The range of MariaDB's DATETIME. */
const [earliest, latest] = [Date.parse('1000-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')];

function encode(position: Position): string {
  return Buffer.from(`${position.createdAt.getTime()}:${position.id}`).toString('base64url');
}

function decode(cursor: string): Position {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const [, digits, id] = /^(-?\d{1,15}):(.{1,64})$/su.exec(text) ?? [];
  const time = Number(digits);
  if (id === undefined || time < earliest || time > latest) {
    throw clientError('BAD_USER_INPUT', '`after` must be a cursor that an earlier page returned');
  }
  return { createdAt: new Date(time), id };
}

/** Throws BAD_USER_INPUT. */
export function parsePage(args: { first?: number | null; after?: string | null }): Page {
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
