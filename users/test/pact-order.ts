import { dateTime } from '@ordermesh/chassis/testing/matchers';

/** The order that the messages of a pact are about. */
export const anOrder = {
  orderId: 'order-1',
  userId: 'user-1',
  productId: 'CATALOG-001',
  qty: 10,
  unitPrice: 1500,
  totalPrice: 15_000,
  placedAt: '2026-07-01T01:30:05.123Z',
};
export const ofAnOrder = { given: 'an order', about: anOrder };

/** The same as every event carries it. */
export const expectedOrder = { ...anOrder, placedAt: dateTime(anOrder.placedAt) };
