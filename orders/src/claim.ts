import type { Database } from '@ordermesh/chassis/database';
import { isDuplicateKey } from '@ordermesh/chassis/database-errors';
import { clientError } from '@ordermesh/chassis/errors';
import { ClaimEntity, type Claim } from './entities.ts';
import type { PlacedOrder } from './order.ts';
import type { ValidInput } from './place-order-input.ts';

/** Throws IDEMPOTENCY_CONFLICT if the key was first used with another input. */
export function requireSameInput(claim: Claim, input: ValidInput): void {
  const same =
    claim.productId === input.productId &&
    claim.qty === input.qty &&
    claim.expectedUnitPrice === input.expectedUnitPrice;
  if (!same) {
    throw clientError(
      'IDEMPOTENCY_CONFLICT',
      'this idempotencyKey was used with another input: use a new key for a new order',
    );
  }
}

/**
 * Idempotency keys: the first to insert the row (user, key) decides which order the key stands for. The row holds the
 * whole order, so that whoever comes with the key, on any instance, before or after a crash, appends that same order.
 */
export function createClaims(options: { database: Database }) {
  const repository = () => options.database.data.getRepository(ClaimEntity);

  return {
    find: (userId: string, idempotencyKey: string): Promise<Claim | null> =>
      repository().findOneBy({ userId, idempotencyKey }),

    /** Claims the key for this order, unless it is claimed already; answers the claim that stands. */
    async claim(order: PlacedOrder, input: ValidInput, idempotencyKey: string): Promise<Claim> {
      const { userId, orderId, productId, qty, unitPrice, totalPrice, placedAt } = order;
      const { expectedUnitPrice } = input;
      try {
        await repository().insert({
          userId,
          idempotencyKey,
          orderId,
          productId,
          qty,
          expectedUnitPrice,
          unitPrice,
          totalPrice,
          placedAt,
        });
        return { ...order, idempotencyKey, expectedUnitPrice, appended: false };
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        return repository().findOneByOrFail({ userId, idempotencyKey });
      }
    },

    async markAppended({ userId, idempotencyKey }: Claim): Promise<void> {
      await repository().update({ userId, idempotencyKey }, { appended: true });
    },
  };
}
export type Claims = ReturnType<typeof createClaims>;
