import type { Appender } from '@ordermesh/chassis/appender';
import { clientError, UnavailableError } from '@ordermesh/chassis/errors';
import { withoutRedaction, type Logger } from '@ordermesh/chassis/log';
import { newId } from '@ordermesh/chassis/new-id';
import type { Viewer } from '@ordermesh/chassis/token-verifier';
import { requireSameInput, type Claims } from './claim.ts';
import type { Claim } from './entities.ts';
import { orderPlaced } from './events.ts';
import type { FindOrders } from './find-orders.ts';
import { pending, type Order, type PlacedOrder } from './order.ts';
import { validateInput, type PlaceOrderInput, type ValidInput } from './place-order-input.ts';
import type { PriceOf } from './prices.ts';

/** The order as it will be appended. Throws BAD_USER_INPUT if its total is more than Money can say. */
export function decideOrder(options: {
  input: ValidInput;
  unitPrice: number;
  userId: string;
  orderId: string;
  now: Date;
}): PlacedOrder {
  const { input, unitPrice, userId, orderId, now } = options;
  const { productId, qty } = input;
  // In whole numbers of any size: a rounded product could pass for a safe one.
  const total = BigInt(qty) * BigInt(unitPrice);
  if (total > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw clientError(
      'BAD_USER_INPUT',
      `the total of ${total} is more than an order can have (${Number.MAX_SAFE_INTEGER}): order fewer`,
    );
  }
  return { orderId, userId, productId, qty, unitPrice, totalPrice: Number(total), placedAt: now };
}

/**
 * Places an order: one durable append. It answers PENDING only after the broker has acknowledged the record; from then
 * on the order survives the crash of any process. An order that was not answered may or may not exist, which is what
 * the idempotency key is for.
 */
export function createPlaceOrder(options: {
  priceOf: PriceOf;
  claims: Claims;
  findOrders: FindOrders;
  appender: Pick<Appender, 'append'>;
  /** Told of each order that the broker has acknowledged. */
  placed?: () => void;
  log: Logger;
}) {
  const { priceOf, claims, findOrders, appender, placed } = options;
  const log = withoutRedaction(options.log);

  async function newOrder(input: ValidInput, userId: string): Promise<PlacedOrder> {
    const unitPrice = await priceOf(input.productId, input.expectedUnitPrice);
    return decideOrder({ input, unitPrice, userId, orderId: newId(), now: new Date() });
  }

  async function append(order: PlacedOrder): Promise<void> {
    try {
      await appender.append(orderPlaced(order));
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      throw clientError(
        'SERVICE_UNAVAILABLE',
        'the order was not acknowledged in time and may or may not exist; to try again safely, repeat the request ' +
          'with the idempotencyKey that it had',
      );
    }
    placed?.();
    log.info({ orderId: order.orderId }, 'order placed');
  }

  /** Every twin waits for an acknowledgement of its own, until the claim says that there was one. */
  async function fulfil(claim: Claim): Promise<void> {
    if (claim.appended) return;
    await append(claim);
    await claims.markAppended(claim);
  }

  async function asItIsNow({ orderId, userId, productId, qty, ...prices }: Claim): Promise<Order> {
    const [row] = await findOrders([orderId]);
    const { unitPrice, totalPrice, placedAt } = prices;
    return row ?? pending({ orderId, userId, productId, qty, unitPrice, totalPrice, placedAt });
  }

  /** The claim is looked up first: the same key is the same order even if the price has changed since. */
  async function placeOnce(input: ValidInput, userId: string, idempotencyKey: string): Promise<Order> {
    const claim =
      (await claims.find(userId, idempotencyKey)) ??
      (await claims.claim(await newOrder(input, userId), input, idempotencyKey));
    requireSameInput(claim, input);
    await fulfil(claim);
    return asItIsNow(claim);
  }

  return async function placeOrder(viewer: Viewer, rawInput: PlaceOrderInput): Promise<Order> {
    const input = validateInput(rawInput);
    if (input.idempotencyKey !== null) return placeOnce(input, viewer.userId, input.idempotencyKey);
    const order = await newOrder(input, viewer.userId);
    await append(order);
    return pending(order);
  };
}
export type PlaceOrder = ReturnType<typeof createPlaceOrder>;
