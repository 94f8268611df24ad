import { join } from 'node:path';
import { expect } from '@jest/globals';
import { MatchersV3 } from '@pact-foundation/pact';
import { createMessagePact } from '@ordermesh/chassis/testing/message-pact';
import { definitionsFolder, readDefinition } from '@ordermesh/connectors';
import { asWritten, createSink } from './support/sink.ts';

const pact = createMessagePact('orders-sink', 'orders');

const sink = createSink(readDefinition(join(definitionsFolder, 'orders-sink.json')));

const placedAt = '2026-07-01T01:30:05.123Z';
const changedAt = '2026-07-01T01:30:06.456Z';
const order = {
  orderId: 'order-1',
  userId: 'user-1',
  productId: 'CATALOG-001',
  qty: 10,
  unitPrice: 1500,
  totalPrice: 15_000,
  placedAt,
};

const time = { type: 'int64', name: 'io.debezium.time.Timestamp', version: 1, optional: false };
const text = { type: 'string', optional: false };

/** The columns of the table, in Kafka Connect's types. */
const schema = {
  type: 'struct',
  name: 'orders',
  optional: false,
  fields: [
    { field: 'order_id', ...text },
    { field: 'user_id', ...text },
    { field: 'product_id', ...text },
    { field: 'qty', type: 'int32', optional: false },
    { field: 'unit_price', type: 'int64', optional: false },
    { field: 'total_price', type: 'int64', optional: false },
    { field: 'status', ...text },
    { field: 'reason', type: 'string', optional: true },
    { field: 'created_at', ...time },
    { field: 'updated_at', ...time },
  ],
};

for (const [what, status, reason, at] of [
  ['placed', 'PENDING', null, placedAt],
  ['confirmed', 'CONFIRMED', null, changedAt],
  ['rejected', 'REJECTED', 'OUT_OF_STOCK', changedAt],
  ['cancelled', 'CANCELLED', null, changedAt],
] as const) {
  const row = {
    order_id: order.orderId,
    user_id: order.userId,
    product_id: order.productId,
    qty: order.qty,
    unit_price: order.unitPrice,
    total_price: order.totalPrice,
    status,
    reason,
    created_at: Date.parse(placedAt),
    updated_at: Date.parse(at),
  };
  const expected = {
    description: `the row of an order that was ${what}`,
    given: 'an order',
    about: { ...order, changedAt: at, ...(reason !== null && { reason }) },
    topic: 'orders',
    // No tolerant reader: a column that the table does not have makes a dead letter, and each change of the schema
    // from one row to the next ends a batch. Key and headers the sink does not read.
    value: MatchersV3.equal({ schema, payload: row }),
  };
  pact.expects(`the row of an order that was ${what} is written whole`, expected, (record) => {
    expect(sink(asWritten(record))).toMatchObject({ table: 'orders', row });
  });
}
