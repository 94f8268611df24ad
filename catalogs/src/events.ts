import { z } from 'zod';
import { InvalidRecordError } from '@ordermesh/chassis/errors';
import { recordIdentity, type ConsumedRecord } from '@ordermesh/chassis/record';
import {
  dateTimeField,
  identifierField,
  integerField,
  moneyField,
  parseFields,
  parseJsonObject,
  recordTime,
  requireProduct,
  show,
} from '@ordermesh/chassis/record-fields';

export const ordersTopic = 'orders.events';

export type OrderPlaced = {
  type: 'OrderPlaced';
  orderId: string;
  userId: string;
  productId: string;
  qty: number;
  unitPrice: number;
  totalPrice: number;
  placedAt: Date;
};

/** Units taken out of stock by hand, outside of any order. */
export type StockMoved = { type: 'StockMoved'; movementId: string; productId: string; qty: number };

export type OrdersEvent = OrderPlaced | StockMoved;

/** Written to orders.events for others. */
const ofNoConcern = ['OrderCancelRequested', 'OrderConfirmed', 'OrderRejected', 'OrderCancelled'];

const movementIdLimit = 300;
const qty = integerField(1, 10_000);

const movement = z.object({
  productId: identifierField,
  qty,
  unitPrice: moneyField.optional(),
  totalPrice: moneyField.optional(),
});
const order = z.object({
  orderId: identifierField,
  userId: identifierField,
  productId: identifierField,
  qty,
  unitPrice: moneyField,
  totalPrice: moneyField,
  placedAt: dateTimeField.optional(),
});

function parseOrder(value: object, record: ConsumedRecord): OrderPlaced {
  const fields = parseFields(order, value);
  requireProduct('totalPrice', fields.totalPrice, fields.qty, fields.unitPrice);
  return { type: 'OrderPlaced', ...fields, placedAt: fields.placedAt ?? recordTime(record) };
}

function parseMovement(value: object, record: ConsumedRecord): StockMoved {
  const { productId, qty: count, unitPrice, totalPrice } = parseFields(movement, value);
  if (unitPrice !== undefined && totalPrice !== undefined) {
    requireProduct('totalPrice', totalPrice, count, unitPrice);
  }
  const movementId = recordIdentity(record);
  if (!movementId.isWellFormed() || [...movementId].length > movementIdLimit) {
    throw new InvalidRecordError(`the record's origin is not text of at most ${movementIdLimit} characters`);
  }
  return { type: 'StockMoved', movementId, productId, qty: count };
}

/**
 * Reads a record of orders.events. Without a `type` header it is taken for OrderPlaced, so that a record typed into a
 * console producer counts; without an orderId that is a plain stock movement. Null for what is of no concern here.
 * Throws InvalidRecordError, saying what was wrong and what was expected.
 */
export function parseOrdersEvent(record: ConsumedRecord): OrdersEvent | null {
  const type = record.headers['type'] ?? 'OrderPlaced';
  if (ofNoConcern.includes(type)) return null;
  if (type !== 'OrderPlaced') {
    throw new InvalidRecordError(`the type ${show(type)} is unknown on ${record.topic}`);
  }
  const value = parseJsonObject(record);
  return 'orderId' in value ? parseOrder(value, record) : parseMovement(value, record);
}
