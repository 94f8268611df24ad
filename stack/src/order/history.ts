import { showPosition } from '../dlq/letter.ts';
import { count, oneLine, table } from '../dlq/text.ts';
import type { Event } from './event.ts';

export type History = {
  orderId: string;
  /** When it was placed (ISO 8601): what its events say, or else when the first of them was appended. */
  placedAt: string;
  events: (Event & { sincePlacementMs: number })[];
};

/** Cause before effect, for events within the same millisecond. */
const lifeCycle = [
  ...['OrderPlaced', 'OrderCancelRequested', 'StockReserved', 'StockRejected', 'PaymentCompleted'],
  ...[
    'PaymentDeclined',
    'StockReleased',
    'PaymentRefunded',
    'OrderConfirmed',
    'OrderRejected',
    'OrderCancelled',
  ],
];
const stepOf = (event: Event) => {
  const step = lifeCycle.indexOf(event.type);
  return (event.deadLetter ? 100 : 0) + (step < 0 ? lifeCycle.length : step);
};

const isTime = (text: string | undefined): text is string => !Number.isNaN(Date.parse(text ?? ''));

/** Puts the events of an order in order of time. Undefined when there are none. */
export function toHistory(orderId: string, events: Event[]): History | undefined {
  const sorted = events.toSorted(
    (a, b) => Date.parse(a.at) - Date.parse(b.at) || stepOf(a) - stepOf(b) || a.offset - b.offset,
  );
  const [first] = sorted;
  if (!first) return undefined;
  const placement = sorted.find(({ type, deadLetter }) => type === 'OrderPlaced' && !deadLetter);
  const said = [placement, ...sorted].map((event) => event?.placedAt).find(isTime);
  const placedAt = new Date(said ?? placement?.at ?? first.at).toISOString();
  const since = (event: Event) => Date.parse(event.at) - Date.parse(placedAt);
  return { orderId, placedAt, events: sorted.map((event) => ({ ...event, sincePlacementMs: since(event) })) };
}

/** `+0.042 s`; from a minute on `+61 s`. */
export function showSince(ms: number): string {
  const seconds = Math.abs(ms) / 1000;
  return `${ms < 0 ? '-' : '+'}${seconds < 60 ? seconds.toFixed(3) : Math.round(seconds)} s`;
}

export function historyText({ orderId, placedAt, events }: History): string {
  const rows = events.map((event) => [
    showSince(event.sincePlacementMs),
    oneLine(event.type, 40),
    event.topic,
    String(event.partition),
    String(event.offset),
    oneLine(remark(event), 200),
    event.traceId ?? '',
  ]);
  const head = ['SINCE', 'EVENT', 'TOPIC', 'PARTITION', 'OFFSET', 'STATUS, REASON', 'TRACE'];
  return `order ${oneLine(orderId, 64)}, placed ${placedAt}: ${count(events.length, 'record')}\n${table(head, rows)}`;
}

function remark({ status, reason, replayed, deadLetter }: Event): string {
  const { by, why, from } = deadLetter ?? {};
  const dead = `dead letter of ${by ?? 'nobody knows whom'}${from ? ` from ${showPosition(from)}` : ''}: ${why ?? 'no reason given'}`;
  return [status, reason, replayed && 'replayed', deadLetter && dead].filter(Boolean).join(', ');
}
