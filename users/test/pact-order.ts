import { matching } from './message-pact.ts';

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

/** The same as every event carries it; any writing of the time is as good. */
export const expectedOrder = {
  ...anOrder,
  placedAt: matching(String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`, anOrder.placedAt),
};

export const traceparent = matching(
  '00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}',
  '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
);
