import type { System } from '../shop/system.ts';
import type { Read } from './read.ts';

const products = 'catalogs.products';
const stock = 'catalogs.stock';
export const catalogueTables = [products, stock];
const newest = Date.UTC(2026, 0, 1);
const asked = 500;
const pageSize = 20;

const idOf = (n: number) => `grown-${String(n).padStart(8, '0')}`;

/** Product n was added n seconds before the newest, and there are n of it. */
export const fillCatalogue = (rows: number) => (table: string, copy: string) =>
  table === products
    ? `INSERT INTO ${copy} (id, name, unit_price, created_at, updated_at)
       SELECT CONCAT('grown-', LPAD(seq, 8, '0')), CONCAT('Product ', seq), seq,
         FROM_UNIXTIME(${newest / 1_000} - seq), FROM_UNIXTIME(${newest / 1_000} - seq)
       FROM catalogs.seq_1_to_${rows}`
    : `INSERT INTO ${copy} (product_id, initial, available)
       SELECT CONCAT('grown-', LPAD(seq, 8, '0')), seq, seq FROM catalogs.seq_1_to_${rows}`;

const shown = (n: number) => `{"id":"${idOf(n)}","unitPrice":${n},"stock":${n}}`;
const page = (from: number) =>
  `"nodes":[${Array.from({ length: pageSize }, (_, index) => shown(from + index)).join(',')}]`;
const cursor = (n: number) => Buffer.from(`${newest - n * 1_000}:${idOf(n)}`).toString('base64url');

/** Reads of a catalogue of so many products, and what each has to answer. */
export function catalogueReads(_system: System, rows: number): Read[] {
  const fields = 'id unitPrice stock';
  const step = Math.floor((rows - 2 * pageSize) / asked);
  const numbers = Array.from({ length: asked }, (_, index) => 1 + index * step);
  const deep = numbers.slice(asked / 2);
  return [
    {
      name: 'one product',
      query: `query ($id: ID!) { product(id: $id) { ${fields} } }`,
      asks: numbers.map((n) => ({ variables: { id: idOf(n) }, answer: `{"data":{"product":${shown(n)}}}` })),
    },
    {
      name: `a page of ${pageSize} products`,
      query: `query ($first: Int!) { products(first: $first) { nodes { ${fields} } } }`,
      asks: [{ variables: { first: pageSize }, answer: `{"data":{"products":{${page(1)}}}}` }],
    },
    {
      name: 'a deep page, by cursor',
      query: `query ($after: ID!) { products(first: ${pageSize}, after: $after) { nodes { ${fields} } } }`,
      asks: deep.map((n) => ({
        variables: { after: cursor(n) },
        answer: `{"data":{"products":{${page(n + 1)}}}}`,
      })),
    },
  ];
}
