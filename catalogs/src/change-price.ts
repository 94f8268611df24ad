import type { Database } from '@ordermesh/chassis/database';
import { clientError } from '@ordermesh/chassis/errors';
import { ProductEntity, type Product } from './entities.ts';

/** Sets the price of later orders. The price replica of orders follows by itself. Throws PRODUCT_NOT_FOUND. */
export async function changePrice(database: Database, id: string, unitPrice: number): Promise<Product> {
  const products = database.data.getRepository(ProductEntity);
  await products.update({ id }, { unitPrice, updatedAt: new Date() });
  const product = await products.findOneBy({ id });
  if (!product) throw clientError('PRODUCT_NOT_FOUND', `there is no product ${JSON.stringify(id)}`);
  return product;
}
