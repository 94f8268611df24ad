import { clientError } from '@ordermesh/chassis/errors';
import { isIdentifier } from '@ordermesh/chassis/identifiers';
import { maxQty } from './order.ts';

export type PlaceOrderInput = {
  productId: string;
  qty: number;
  idempotencyKey?: string | null;
  expectedUnitPrice?: number | null;
};

/** An input that is right in itself. */
export type ValidInput = {
  productId: string;
  qty: number;
  idempotencyKey: string | null;
  expectedUnitPrice: number | null;
};

/** Throws BAD_USER_INPUT, saying what would be right. */
export function validateInput(input: PlaceOrderInput): ValidInput {
  const { productId, qty, idempotencyKey = null, expectedUnitPrice = null } = input;
  if (!Number.isInteger(qty) || qty < 1 || qty > maxQty) {
    throw clientError('BAD_USER_INPUT', `qty must be an integer from 1 to ${maxQty}`);
  }
  if (!isIdentifier(productId)) {
    throw clientError('BAD_USER_INPUT', 'productId must have 1 to 64 characters');
  }
  if (idempotencyKey !== null && !isIdentifier(idempotencyKey)) {
    throw clientError('BAD_USER_INPUT', 'idempotencyKey must have 1 to 64 characters');
  }
  return { productId, qty, idempotencyKey, expectedUnitPrice };
}
