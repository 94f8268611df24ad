import { decideCancellation } from '@ordermesh/orders/cancel-order';
import { requireSameInput } from '@ordermesh/orders/claim';
import type { Claim } from '@ordermesh/orders/entities';
import { orderCancelRequested, orderPlaced } from '@ordermesh/orders/events';
import type { PlacedOrder } from '@ordermesh/orders/order';
import { decideOrder } from '@ordermesh/orders/place-order';
import type { Append } from './log.ts';
import type { OrdersDatabase } from './orders.ts';
import type { Rules } from './rules.ts';

/** A request that an orders instance is at, and the steps that are left of it. It can be lost between any two. */
export type Request = { number: number; steps: (() => void)[] };

/** What clients were told. */
export type Answers = {
  /** The order that an answer names; by idempotency key where there was one. */
  placed: { orderId: string; key: string | null }[];
  cancelled: string[];
};

export type RequestContext = {
  database: OrdersDatabase;
  rules: Rules;
  prices: ReadonlyMap<string, number>;
  append: (record: Append) => void;
  answers: Answers;
  now: () => number;
};

export type Placement = {
  number: number;
  userId: string;
  productId: string;
  qty: number;
  key: string | null;
};

function newOrder({ prices, now }: RequestContext, placement: Placement): PlacedOrder {
  const { number, userId, productId, qty, key } = placement;
  const input = { productId, qty, idempotencyKey: key, expectedUnitPrice: null };
  const unitPrice = prices.get(productId) ?? 0;
  return decideOrder({ input, unitPrice, userId, orderId: `order-${number}`, now: new Date(now()) });
}

/** The claim as this instance reads it: `appended` may be out of date by the time that it matters. */
function claim(context: RequestContext, placement: Placement, key: string): Claim {
  const { claims } = context.database;
  const id = `${placement.userId} ${key}`;
  const standing = claims.get(id);
  if (standing) return { ...standing };
  const order = newOrder(context, placement);
  const made = { ...order, idempotencyKey: key, expectedUnitPrice: null, appended: false };
  claims.set(id, made);
  return { ...made };
}

/** Null when an idempotency key was used with another input: the request is refused. */
function claimOrRefuse(context: RequestContext, placement: Placement, key: string): Claim | null {
  const { productId, qty } = placement;
  const standing = claim(context, placement, key);
  try {
    requireSameInput(standing, { productId, qty, idempotencyKey: key, expectedUnitPrice: null });
    return standing;
  } catch {
    return null;
  }
}

/** `placeOrder`, in steps: append and answer; with a key, claim it before and say that it was appended after. */
export function place(context: RequestContext, placement: Placement): Request {
  const { append, answers, rules, database } = context;
  const { number, userId, key } = placement;
  const request: Request = { number, steps: [] };

  function fulfil(order: PlacedOrder, appended: boolean): void {
    const store = () => append(orderPlaced(order));
    const mark = () => {
      const standing = database.claims.get(`${userId} ${key}`);
      if (standing) standing.appended = true;
    };
    const answer = () => void answers.placed.push({ orderId: order.orderId, key: key && `${userId} ${key}` });
    const before = appended ? [] : key === null ? [store] : [store, mark];
    request.steps = rules.answerAfterAppend ? [...before, answer] : [answer, ...before];
  }

  if (key === null) {
    fulfil(newOrder(context, placement), false);
  } else {
    request.steps = [
      () => {
        const standing = claimOrRefuse(context, placement, key);
        if (standing) fulfil(standing, standing.appended);
        else request.steps = [];
      },
    ];
  }
  return request;
}

/** `cancelOrder`, in steps: what was read and decided may be out of date when it is appended. Null if there is nothing to do. */
export function cancel(
  context: RequestContext,
  { number, orderId, by }: { number: number; orderId: string; by: 'owner' | 'admin' | 'stranger' },
): Request | null {
  const { database, append, answers } = context;
  const row = database.rows.get(orderId) ?? null;
  const userId = by === 'owner' && row ? row.userId : 'somebody-else';
  const viewer = { userId, role: by === 'admin' ? ('admin' as const) : ('customer' as const) };
  const decision = decideCancellation(viewer, orderId, row);
  if ('refusal' in decision || !decision.request) return null;
  const { order } = decision;
  return {
    number,
    steps: [
      () => append(orderCancelRequested({ ...order, placedAt: order.createdAt })),
      () => void answers.cancelled.push(orderId),
    ],
  };
}
