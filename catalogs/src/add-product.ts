import type { Database, Sql } from '@ordermesh/chassis/database';
import { isDuplicateKey } from '@ordermesh/chassis/database-errors';
import { clientError } from '@ordermesh/chassis/errors';
import { ProductEntity, type Product } from './entities.ts';
import { maxUnits, requireIdentifier } from './validation.ts';

export type AddProductInput = { id: string; name: string; unitPrice: number; stock: number };

/** Throws BAD_USER_INPUT, naming the field. The price is checked by its scalar. */
export function checkNewProduct({ id, name, stock }: AddProductInput): void {
  requireIdentifier('id', id);
  if (name.trim() === '' || [...name].length > 200 || !name.isWellFormed()) {
    throw clientError('BAD_USER_INPUT', '`name` must have 1 to 200 characters and not be blank');
  }
  if (stock < 0 || stock > maxUnits) {
    throw clientError('BAD_USER_INPUT', `\`stock\` must be from 0 to ${maxUnits}`);
  }
}

/** Adds a product with its stock. Throws PRODUCT_EXISTS if the id is taken, whatever the taken one looks like. */
export async function addProduct(database: Database, input: AddProductInput): Promise<Product> {
  checkNewProduct(input);
  const { id, name, unitPrice, stock } = input;
  try {
    await database.transaction(async (sql: Sql) => {
      await sql.query('INSERT INTO products (id, name, unit_price) VALUES (?, ?, ?)', [id, name, unitPrice]);
      await sql.query('INSERT INTO stock (product_id, initial, available) VALUES (?, ?, ?)', [
        id,
        stock,
        stock,
      ]);
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    throw clientError('PRODUCT_EXISTS', `there is a product ${JSON.stringify(id)} already`);
  }
  return database.data.getRepository(ProductEntity).findOneByOrFail({ id });
}
