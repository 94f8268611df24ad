import { describe, expect, test } from '@jest/globals';
import type { OrderStatus } from '../src/order.ts';
import { foldRows } from '../src/rebuild/fold-rows.ts';
import { columns, type Row } from '../src/rebuild/shadow-table.ts';
import { follows } from '../src/rebuild/status.ts';

const statuses: OrderStatus[] = ['PENDING', 'CONFIRMED', 'REJECTED', 'CANCELLED'];

const rowOf = (status: OrderStatus, more: Partial<Row> = {}): Row => ({
  ...{ order_id: 'o', user_id: 'u', product_id: 'p', qty: 1, unit_price: 5, total_price: 5 },
  ...{ status, reason: null, created_at: 1, updated_at: 1, told: columns, recordedAt: 1, partition: 0 },
  ...more,
});

/** What the table has after rows of one order, the projector's, were written to it: its trigger, in short. */
function written(rows: Row[], from?: Row): Row | undefined {
  return rows.reduce<Row | undefined>((held, row) => {
    if (!held) return row;
    const moved = follows(row.status, held.status) ? row : held;
    const { status, reason, updated_at } = moved;
    return { ...row, created_at: held.created_at, status, reason, updated_at };
  }, from);
}

describe('folding rows that are read together', () => {
  test('leaves of an order that moves on the last row only, in its place among the others', () => {
    const [placed, other, confirmed] = [
      rowOf('PENDING'),
      rowOf('PENDING', { order_id: 'other' }),
      rowOf('CONFIRMED', { recordedAt: 2 }),
    ];
    expect(foldRows([placed, other, confirmed])).toEqual([other, confirmed]);
    expect(foldRows([placed, confirmed, rowOf('CANCELLED', { recordedAt: 3 })])).toHaveLength(1);
  });

  test('comes to the same in the table, whatever is in it and in whatever order the rows come', () => {
    const three = statuses.flatMap((a) => statuses.flatMap((b) => statuses.map((c) => [a, b, c])));
    let folded = 0;
    for (const sequence of three) {
      const rows = sequence.map((status, n) =>
        rowOf(status, { recordedAt: 10 + n, updated_at: 10 + n, reason: `r${n}` }),
      );
      for (const held of [undefined, ...statuses.map((status) => rowOf(status))])
        expect(written(foldRows(rows), held)).toEqual(written(rows, held));
      folded += rows.length - foldRows(rows).length;
    }
    expect(folded).toBeGreaterThan(20);
  });

  test.each<[string, Partial<Row>]>([
    ['was typed with fewer columns', { told: columns.slice(0, 8) }],
    ['the sink may yet refuse', { doubted: true }],
    ['says something else than the status, too', { qty: 2, total_price: 10 }],
    ['is in another partition', { partition: 1 }],
    ['was recorded before', { recordedAt: 0 }],
  ])('keeps both when the later one %s', (_, more) => {
    const rows = [rowOf('PENDING'), rowOf('CONFIRMED', more)];
    expect(foldRows(rows)).toEqual(rows);
  });
});
