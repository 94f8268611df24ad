import { z } from 'zod';
import type { Append } from '@ordermesh/chassis/appender';
import { identifier, money, unixMilliseconds, type PublishedEvent } from '@ordermesh/chassis/published-event';

const topic = 'cdc.catalogs.products';

const row = z.object({
  id: identifier('The product.'),
  name: z.string().max(200).describe('What it is called.'),
  unit_price: money('What one piece costs from now on.'),
  created_at: unixMilliseconds('When it was added.'),
  updated_at: unixMilliseconds('When it was changed last.'),
});

const column = z.object({
  field: z.enum(Object.keys(row.shape)).describe('The column.'),
  type: z.enum(['string', 'int64']).describe('Kafka Connect’s type of it.'),
  optional: z.literal(false),
  name: z.literal('io.debezium.time.Timestamp').optional().describe('Of a time: int64 Unix milliseconds.'),
  version: z.literal(1).optional().describe('Of that type.'),
  default: z.literal(0).optional().describe('Debezium’s, of a column that the database fills in.'),
});

const envelope = z.object({
  schema: z
    .object({
      type: z.literal('struct'),
      name: z.literal('cdc.catalogs.products.Value'),
      optional: z.literal(false),
      fields: z.array(column).describe('The columns of the table.'),
    })
    .describe('As Debezium writes it of the table.'),
  payload: row.describe('The row.'),
});

const [text, time] = [
  { type: 'string', optional: false },
  { type: 'int64', optional: false, name: 'io.debezium.time.Timestamp', version: 1, default: 0 },
];

/** What Debezium made of a product of the demo catalogue. */
const recorded: Append = {
  topic,
  key: 'CATALOG-001',
  headers: {},
  value: JSON.stringify({
    schema: {
      type: 'struct',
      fields: [
        { ...text, field: 'id' },
        { ...text, field: 'name' },
        { type: 'int64', optional: false, field: 'unit_price' },
        { ...time, field: 'created_at' },
        { ...time, field: 'updated_at' },
      ],
      optional: false,
      name: 'cdc.catalogs.products.Value',
    },
    payload: {
      id: 'CATALOG-001',
      name: 'Berlin',
      unit_price: 1500,
      created_at: Date.UTC(2026, 6, 1, 9, 0, 0, 828),
      updated_at: Date.UTC(2026, 6, 1, 9, 0, 0, 828),
    },
  }),
};

const described = {
  topic,
  key: identifier('The product id. The topic is compacted: it keeps the last record of each product.'),
  headers: z.object({}),
  connector: 'catalogs-products-source',
};

/** The catalogue for those who keep a copy of it: the table `products` itself, row by row. */
export const productRows: PublishedEvent[] = [
  {
    ...described,
    name: 'ProductRow',
    summary: 'A product was added or changed: its row in the table `products`.',
    notes: 'Stock is not part of it: selling does not change the row.',
    value: envelope,
    recorded: [recorded],
  },
  {
    ...described,
    name: 'ProductRowDeleted',
    summary: 'A product is no longer offered: its row was deleted.',
    value: z.null().describe('A tombstone: compaction forgets the product.'),
    recorded: [{ ...recorded, value: null }],
  },
];
