import { orderPlaced } from '@ordermesh/orders/events';
import type { PlacedOrder } from '@ordermesh/orders/order';
import { decideRow } from '@ordermesh/orders/project-orders';
import { decideOutcome } from '@ordermesh/orders/settle-orders';
import type { Message, Producer } from 'kafkajs';

/** So many orders are placed while one is settled. */
const underway = 500;
const batchRecords = 2_000;

type Record = ReturnType<typeof orderPlaced>;

/** In the order of time, like the ids that orders are given (RFC 9562, version 7). */
function idOf(n: number, at: number): string {
  const time = at.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${String(n).padStart(12, '0')}`;
}

function orderNumber(n: number, begun: number): PlacedOrder {
  const [qty, unitPrice] = [1 + (n % 9), 100 + (n % 50)];
  return {
    orderId: idOf(n, begun + n),
    userId: `customer-${n % 100}`,
    productId: `bench-${n % 50}`,
    qty,
    unitPrice,
    totalPrice: qty * unitPrice,
    placedAt: new Date(begun + n),
  };
}

/** What the services append for confirmed orders: two events each, and the row that the projector makes of each. */
function* eventsOf(orders: number, begun: number): Generator<{ event: Record; row: Record; at: number }> {
  const withRow = (event: Record, at: number) => {
    const { topic, headers } = event;
    const [key, value] = [Buffer.from(event.key ?? ''), Buffer.from(event.value ?? '')];
    const texts = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)]));
    const record = { topic, partition: 0, offset: '0', timestamp: String(at), key, value, headers: texts };
    const row = decideRow(record);
    if (!row) throw new Error('an event that makes no row');
    return { event, row, at };
  };
  for (let n = 0; n < orders + underway; n++) {
    if (n < orders) yield withRow(orderPlaced(orderNumber(n, begun)), begun + n);
    const settled = n - underway;
    if (settled < 0) continue;
    const order = orderNumber(settled, begun);
    yield withRow(decideOutcome({ type: 'PaymentCompleted', order }), begun + n);
  }
}

/**
 * Fills the topics orders.events and orders with the history of so many confirmed orders, made by the services' own
 * code, as fast as the broker takes it. Resolves to the number of events; there are as many rows.
 */
export async function appendHistory(producer: Producer, orders: number): Promise<number> {
  const begun = Date.now() - 2 * (orders + underway);
  const waiting = new Map<string, Message[]>();
  let events = 0;
  const flush = async () => {
    const topicMessages = [...waiting].map(([topic, messages]) => ({ topic, messages }));
    waiting.clear();
    await producer.sendBatch({ topicMessages, acks: -1 });
  };
  for (const { event, row, at } of eventsOf(orders, begun)) {
    for (const { topic, key, value, headers } of [event, row]) {
      const messages = waiting.get(topic) ?? [];
      messages.push({ key, value, headers, timestamp: String(at) });
      waiting.set(topic, messages);
    }
    events++;
    if (events % batchRecords === 0) await flush();
  }
  if (waiting.size > 0) await flush();
  return events;
}
