import type { System } from '../shop/system.ts';
import type { Read } from './read.ts';

const table = 'orders.orders';
export const orderTables = [table];
/** Somebody has every second order of all; the others have as many as each other. */
const regular = 'customer-0';
const newest = Date.UTC(2026, 0, 1);
/** Different orders, and places in the list, that are asked for: spread over the whole table. */
const asked = 500;
const pageSize = 20;

const idOf = (n: number) => `grown-${String(n).padStart(8, '0')}`;
const timeOf = (n: number) => newest - n * 1_000;

/** Order n was placed n seconds before the newest. */
export const fillOrders = (rows: number) => (_table: string, copy: string) => `
  INSERT INTO ${copy}
    (order_id, user_id, product_id, qty, unit_price, total_price, status, created_at, updated_at)
  SELECT CONCAT('grown-', LPAD(seq, 8, '0')), IF(seq % 2 = 0, '${regular}', CONCAT('customer-', 1 + seq % 99)),
    CONCAT('bench-', seq % 50), 1 + seq % 9, 100 + seq % 50, (1 + seq % 9) * (100 + seq % 50), 'CONFIRMED',
    FROM_UNIXTIME(${newest / 1_000} - seq), FROM_UNIXTIME(${newest / 1_000} - seq)
  FROM orders.seq_1_to_${rows}`;

const totalOf = (n: number) => (1 + (n % 9)) * (100 + (n % 50));
const shown = (n: number) => `{"id":"${idOf(n)}","totalPrice":${totalOf(n)},"status":"CONFIRMED"}`;
const page = (from: number) =>
  `"nodes":[${Array.from({ length: pageSize }, (_, index) => shown(from + 2 * index)).join(',')}]`;
/** As pages give them out. */
const cursor = (n: number) => Buffer.from(`${timeOf(n)}:${idOf(n)}`).toString('base64url');

/** The regular customer's reads of a table with so many rows, and what each has to answer. */
export function orderReads({ shop }: System, rows: number): Read[] {
  const token = shop.customers.find(({ id }) => id === regular)?.token ?? '';
  const fields = 'id totalPrice status';
  // Even numbers are the regular customer's; a page has to fit behind the last one.
  const step = 2 * Math.floor((rows - 4 * pageSize) / (2 * asked));
  const numbers = Array.from({ length: asked }, (_, index) => 2 + index * step);
  const deep = numbers.slice(asked / 2);
  return [
    {
      name: 'one order',
      token,
      query: `query ($id: ID!) { order(id: $id) { ${fields} } }`,
      asks: numbers.map((n) => ({ variables: { id: idOf(n) }, answer: `{"data":{"order":${shown(n)}}}` })),
    },
    {
      name: `a page of ${pageSize} of one's orders`,
      token,
      query: `query ($first: Int!) { orders(first: $first) { nodes { ${fields} } } }`,
      asks: [{ variables: { first: pageSize }, answer: `{"data":{"orders":{${page(2)}}}}` }],
    },
    {
      name: 'a deep page, by cursor',
      token,
      query: `query ($after: ID!) { orders(first: ${pageSize}, after: $after) { nodes { ${fields} } } }`,
      asks: deep.map((n) => ({
        variables: { after: cursor(n) },
        answer: `{"data":{"orders":{${page(n + 2)}}}}`,
      })),
    },
  ];
}
