import type { Action } from './action.ts';
import type { Random } from './random.ts';
import { prices, type World } from './world.ts';

const buyers = ['ann', 'ann', 'bob', 'ghost-user'];
const wares = ['tea', 'tea', 'bowl', 'ghost-product'];

type Place = Extract<Action, { do: 'place' }>;

/** Keys are few, so that twins are frequent, and mostly of one input. */
function nextPlacement(random: Random, number: number): Place {
  const key = random.chance(0.5) ? `key-${random.below(3)}` : null;
  const userId = key === null || random.chance(0.1) ? random.pick(buyers) : 'ann';
  const productId = key === null || random.chance(0.1) ? random.pick(wares) : 'tea';
  const qty = key === null || random.chance(0.1) ? random.between(1, 5) : 2;
  return { do: 'place', number, userId, productId, qty, key };
}

/** Whatever is in the table, mostly. */
function nextCancellation(world: World, random: Random, number: number): Action {
  const orderIds = [...world.orders.rows.keys()];
  const orderId = orderIds.length > 0 ? random.pick(orderIds) : 'order-1';
  return { do: 'cancel', number, orderId, by: random.pick(['owner', 'owner', 'owner', 'admin', 'stranger']) };
}

/** A record typed into a console producer: an order, a plain stock movement, or something malformed. */
function nextTyped(random: Random, number: number): Action {
  const [userId, productId, qty] = [random.pick(buyers), random.pick(wares), random.between(1, 4)];
  const unitPrice = prices.get(productId) ?? 1;
  const order = { userId, productId, qty, unitPrice, totalPrice: qty * unitPrice };
  const kind = random.below(10);
  if (kind < 4) {
    const orderId = `typed-${number}`;
    return { do: 'type', key: random.pick([null, orderId]), value: JSON.stringify({ ...order, orderId }) };
  }
  if (kind < 6) {
    const orderId = `contested-${random.below(2)}`;
    return { do: 'type', key: random.pick([null, orderId]), value: JSON.stringify({ ...order, orderId }) };
  }
  if (kind < 9) return { do: 'type', key: null, value: JSON.stringify({ productId, qty }) };
  return {
    do: 'type',
    key: null,
    value: random.pick([
      'not JSON',
      '[]',
      JSON.stringify({ ...order, orderId: 'typed-wrong', totalPrice: -1 }),
    ]),
  };
}

/** What people and clients do; `number` is new. */
export function nextCommand(world: World, random: Random, number: number): Action {
  // Mostly there is money first, so that not everything is declined.
  const kind = number === 1 ? random.below(24) : random.below(100);
  if (kind < 16) {
    const [userId, key] = [random.pick(['ann', 'ann', 'bob']), `deposit-${random.below(8)}`];
    return { do: 'deposit', userId, amount: random.pick([5, 60, 200]), key };
  }
  if (kind < 20) {
    return {
      do: 'restock',
      productId: random.pick(['tea', 'bowl']),
      qty: 3,
      key: `restock-${random.below(4)}`,
    };
  }
  if (kind < 55) return nextPlacement(random, number);
  if (kind < 82) return nextCancellation(world, random, number);
  if (kind < 96) return nextTyped(random, number);
  const { length } = world.deadLetters;
  if (length > 0) return { do: 'put back dead letter', index: random.below(length) };
  return { do: 'republish', outbox: random.pick(['catalogs', 'users']) };
}
