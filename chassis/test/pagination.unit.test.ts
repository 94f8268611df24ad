import { describe, expect, test } from '@jest/globals';
import { parsePage, toConnection } from '@ordermesh/chassis/pagination';

const rows = [3, 2, 1].map((n) => ({ createdAt: new Date(n * 1000), id: `row-${n}` }));

describe('a connection', () => {
  test('has as many nodes as were asked for, and says that there is more', () => {
    const connection = toConnection(rows, 2, (row) => row);
    expect(connection.nodes).toEqual(rows.slice(0, 2));
    expect(connection.pageInfo.hasNextPage).toBe(true);
    expect(connection.pageInfo.endCursor).toBe(connection.edges[1]?.cursor);
  });

  test('that is empty has no cursor and no next page', () => {
    expect(toConnection([], 5, (row: { createdAt: Date; id: string }) => row).pageInfo).toEqual({
      hasNextPage: false,
      endCursor: null,
    });
  });

  test('goes on after its own cursor, whatever characters the id has', () => {
    const row = { createdAt: new Date(1_700_000_000_123), id: 'ä:🦆 b' };
    const { endCursor } = toConnection([row], 1, (node) => node).pageInfo;
    expect(parsePage({ after: endCursor })).toEqual({ first: 20, after: row });
  });
});

describe('the arguments of a page', () => {
  test('are 20 from the start unless told', () => {
    expect(parsePage({})).toEqual({ first: 20, after: null });
  });

  test.each([0, -1, 101])('refuse first: %d', (first) => {
    expect(() => parsePage({ first })).toThrow('`first` must be from 1 to 100');
  });

  test.each(['', 'nonsense', Buffer.from('x:y').toString('base64url')])(
    'refuse the made-up cursor %j',
    (after) => {
      expect(() => parsePage({ after })).toThrow('`after` must be a cursor');
    },
  );
});
