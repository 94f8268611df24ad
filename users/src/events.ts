import { z } from 'zod';
import { InvalidRecordError } from '@ordermesh/chassis/errors';
import { eventId, type OutboxEvent } from '@ordermesh/chassis/outbox';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
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
import type { Order, Payment } from './payment.ts';

export const catalogsTopic = 'catalogs.events';

/** What happened to an order's stock, and the trace that the record belongs to. */
export type StockEvent = {
  type: 'StockReserved' | 'StockReleased';
  order: Order;
  traceparent: string | undefined;
};

/** Written to catalogs.events for others. */
const ofNoConcern = ['StockRejected', 'Probe'];

/** What is needed of an event; whatever else it carries is of no concern here. */
const order = z.object({
  orderId: identifierField,
  userId: identifierField,
  productId: identifierField,
  qty: integerField(1, 2 ** 31 - 1),
  unitPrice: moneyField,
  totalPrice: moneyField,
  placedAt: dateTimeField.optional(),
});

/**
 * Reads a record of catalogs.events. Null for what is of no concern here. Throws InvalidRecordError, saying what was
 * wrong and what was expected.
 */
export function parseStockEvent(record: ConsumedRecord): StockEvent | null {
  const { type, traceparent } = record.headers;
  if (type !== undefined && ofNoConcern.includes(type)) return null;
  if (type !== 'StockReserved' && type !== 'StockReleased') {
    throw new InvalidRecordError(
      type === undefined
        ? 'the header type is missing'
        : `the type ${show(type)} is unknown on ${record.topic}`,
    );
  }
  const { placedAt = recordTime(record), ...fields } = parseFields(order, parseJsonObject(record));
  requireProduct('totalPrice', fields.totalPrice, fields.qty, fields.unitPrice);
  return { type, order: { ...fields, placedAt }, traceparent };
}

function paymentEvent(
  type: string,
  payment: Payment,
  outcome: Record<string, unknown>,
  traceparent: string | undefined,
): OutboxEvent {
  const { orderId, userId, productId, qty, unitPrice, totalPrice, placedAt } = payment;
  return {
    id: eventId(type, orderId),
    type,
    aggregateId: orderId,
    payload: {
      ...{ orderId, userId, productId, qty, unitPrice, totalPrice, placedAt: placedAt.toISOString() },
      ...outcome,
    },
    traceparent,
  };
}

/** The event that tells others that a payment has come to this status. */
export function announce(payment: Payment, traceparent?: string): OutboxEvent {
  const { status, reason, amount } = payment;
  switch (status) {
    case 'PAID':
      return paymentEvent('PaymentCompleted', payment, {}, traceparent);
    case 'DECLINED':
      return paymentEvent('PaymentDeclined', payment, { reason }, traceparent);
    case 'REFUNDED':
    case 'VOIDED':
      return paymentEvent('PaymentRefunded', payment, { amount }, traceparent);
  }
}
