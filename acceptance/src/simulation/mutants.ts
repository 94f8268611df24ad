import { partitionByKey } from './log.ts';
import { realRules, type Rules } from './rules.ts';

/** Like `map`, without some of its keys. */
function without<T>(map: ReadonlyMap<string, T>, keys: readonly string[]): Map<string, T> {
  const rest = new Map(map);
  for (const key of keys) rest.delete(key);
  return rest;
}

/**
 * The real rules, each time without one of the things that a correct outcome rests on. None of them is a switch in a
 * service: what is given to a decision is changed, or what comes of it.
 */
const altered: Record<string, Rules> = {
  // The row of the order is the inbox; its primary key would refuse what the check lets through.
  'without the inbox check in catalogs': {
    ...realRules,
    uniqueKeys: false,
    decideReservations: (events, available, { reservations, movements }) => {
      const placed = events.flatMap((event) => (event.type === 'OrderPlaced' ? [event.order.orderId] : []));
      const existing = { reservations: without(reservations, placed), movements };
      return realRules.decideReservations(events, available, existing);
    },
  },
  'without the inbox check in users': {
    ...realRules,
    uniqueKeys: false,
    decidePayments: (events, wallets, payments) => {
      const reserved = events.flatMap(({ type, order }) => (type === 'StockReserved' ? [order.orderId] : []));
      return realRules.decidePayments(events, wallets, without(payments, reserved));
    },
  },
  'without ordering by key': {
    ...realRules,
    partitionOf: (record, partitions) =>
      partitionByKey({ ...record, key: record.headers['id']?.toString() ?? null }, partitions),
  },
  'without the release on decline': {
    ...realRules,
    decideReservations: (events, available, existing) =>
      realRules.decideReservations(
        events.filter(({ type }) => type !== 'PaymentDeclined'),
        available,
        existing,
      ),
  },
  'without the refund on release': {
    ...realRules,
    decidePayments: (events, wallets, recorded) =>
      realRules.decidePayments(
        events.filter(({ type, order }) => type !== 'StockReleased' || !recorded.has(order.orderId)),
        wallets,
        recorded,
      ),
  },
  'without a record of what was rejected': {
    ...realRules,
    uniqueKeys: false,
    decideReservations: (events, available, { reservations, movements }) => {
      const rejected = [...reservations].flatMap(([id, { status }]) => (status === 'REJECTED' ? [id] : []));
      const existing = { reservations: without(reservations, rejected), movements };
      return realRules.decideReservations(events, available, existing);
    },
  },
  "without the trigger's rule": { ...realRules, updateRow: (_before, update) => update },
  'with offsets committed before the database': { ...realRules, offsetsAfterWork: false },
  'with a connector that stores its position before it has published': {
    ...realRules,
    positionAfterPublishing: false,
  },
  'with an answer before the append': { ...realRules, answerAfterAppend: false },
};
export const mutants: ReadonlyMap<string, Rules> = new Map(Object.entries(altered));
