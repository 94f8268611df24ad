import { columns, type Column, type Row } from './shadow-table.ts';
import { follows } from './status.ts';

const changing: readonly Column[] = ['status', 'reason', 'updated_at'];
const lasting = columns.filter((column) => !changing.includes(column));

/**
 * Whether writing `later` alone comes to the same as writing `earlier` first, whatever the table holds before: a whole
 * row of the same order in the same partition that only moves its status on.
 */
const covers = (later: Row, earlier: Row): boolean =>
  follows(later.status, earlier.status) &&
  later.told.length === columns.length &&
  earlier.told.length === columns.length &&
  !later.doubted &&
  !earlier.doubted &&
  later.partition !== undefined &&
  later.partition === earlier.partition &&
  later.recordedAt >= earlier.recordedAt &&
  lasting.every((column) => later[column] === earlier[column]);

/**
 * Leaves out rows that a later one of them covers. Most orders are settled soon after they were placed, so that their
 * rows are read together: half of the statements are saved.
 */
export function foldRows(rows: Row[]): Row[] {
  const lastOf = new Map<string, number>();
  const folded: (Row | undefined)[] = [...rows];
  for (const [index, row] of rows.entries()) {
    const before = lastOf.get(row.order_id);
    const earlier = before === undefined ? undefined : folded[before];
    if (before !== undefined && earlier && covers(row, earlier)) folded[before] = undefined;
    lastOf.set(row.order_id, index);
  }
  return folded.filter((row) => row !== undefined);
}
