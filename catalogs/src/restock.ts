import type { Database, Sql } from '@ordermesh/chassis/database';
import { isDuplicateKey } from '@ordermesh/chassis/database-errors';
import { clientError } from '@ordermesh/chassis/errors';
import { ProductEntity, type Product } from './entities.ts';
import { maxUnits, requireIdentifier } from './validation.ts';

export type RestockInput = { productId: string; qty: number; idempotencyKey: string };
type Applied = { productId: string; qty: number };

/** Throws IDEMPOTENCY_CONFLICT unless the restock that was applied under this key is this very one. */
export function checkSameRestock(applied: Applied, { productId, qty, idempotencyKey }: RestockInput): void {
  if (applied.productId === productId && applied.qty === qty) return;
  throw clientError(
    'IDEMPOTENCY_CONFLICT',
    `the key ${JSON.stringify(idempotencyKey)} was used for a restock of another product or quantity`,
  );
}

async function addUnits(sql: Sql, { productId, qty }: RestockInput): Promise<void> {
  const [stock] = await sql.query<{ total: number }[]>(
    'SELECT initial + restocked AS total FROM stock WHERE product_id = ? FOR UPDATE',
    [productId],
  );
  if (!stock) throw clientError('PRODUCT_NOT_FOUND', `there is no product ${JSON.stringify(productId)}`);
  const room = maxUnits - stock.total;
  if (qty > room) {
    throw clientError('BAD_USER_INPUT', `\`qty\` must be at most ${room} for this product, by now`);
  }
  await sql.query(
    'UPDATE stock SET restocked = restocked + ?, available = available + ? WHERE product_id = ?',
    [qty, qty, productId],
  );
}

async function applied(database: Database, userId: string, key: string): Promise<Applied | undefined> {
  const rows = await database.sql.query<Applied[]>(
    'SELECT product_id AS productId, qty FROM restocks WHERE user_id = ? AND idempotency_key = ?',
    [userId, key],
  );
  return rows[0];
}

/**
 * Adds units to a product, once per key of this admin. The key's row is the claim: of concurrent twins one inserts it,
 * and the others wait for that transaction and find the row.
 */
export async function restock(database: Database, userId: string, input: RestockInput): Promise<Product> {
  const { productId, qty, idempotencyKey } = input;
  requireIdentifier('productId', productId);
  requireIdentifier('idempotencyKey', idempotencyKey);
  if (qty < 1) throw clientError('BAD_USER_INPUT', '`qty` must be at least 1');
  try {
    await database.transaction(async (sql) => {
      await sql.query(
        'INSERT INTO restocks (user_id, idempotency_key, product_id, qty) VALUES (?, ?, ?, ?)',
        [userId, idempotencyKey, productId, qty],
      );
      await addUnits(sql, input);
    });
  } catch (error) {
    const earlier = isDuplicateKey(error) ? await applied(database, userId, idempotencyKey) : undefined;
    if (!earlier) throw error;
    checkSameRestock(earlier, input);
  }
  return database.data.getRepository(ProductEntity).findOneByOrFail({ id: productId });
}
