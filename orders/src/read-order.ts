import { z } from 'zod';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import {
  dateTimeField,
  identifierField,
  integerField,
  moneyField,
  parseFields,
  recordTime,
  requireProduct,
} from '@ordermesh/chassis/record-fields';
import { maxQty, type PlacedOrder } from './order.ts';

/** What is needed of an event; whatever else it carries is of no concern here. */
const order = z.object({
  orderId: identifierField,
  userId: identifierField,
  productId: identifierField,
  qty: integerField(1, maxQty),
  unitPrice: moneyField,
  totalPrice: moneyField,
  placedAt: dateTimeField.optional(),
});
const rejection = z.object({ reason: identifierField });

/** The order that every event carries. Throws InvalidRecordError. */
export function readOrder(value: object, record: ConsumedRecord): PlacedOrder {
  const { placedAt = recordTime(record), ...fields } = parseFields(order, value);
  requireProduct('totalPrice', fields.totalPrice, fields.qty, fields.unitPrice);
  return { ...fields, placedAt };
}

/** Why something was refused, 1 to 64 characters. Throws InvalidRecordError. */
export const readReason = (value: object): string => parseFields(rejection, value).reason;
