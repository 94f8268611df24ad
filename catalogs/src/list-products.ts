import type { Database } from '@ordermesh/chassis/database';
import { parsePage, toConnection, type Connection } from '@ordermesh/chassis/pagination';
import { ProductEntity, type Product } from './entities.ts';

/** One page of the catalogue, newest first, ties broken by id. Throws BAD_USER_INPUT for a page that cannot be. */
export async function listProducts(
  { data }: Database,
  page: { first?: number | null; after?: string | null },
): Promise<Connection<Product>> {
  const { first, after } = parsePage(page);
  const query = data
    .getRepository(ProductEntity)
    .createQueryBuilder('product')
    .orderBy({ 'product.createdAt': 'DESC', 'product.id': 'DESC' })
    .take(first + 1);
  if (after) {
    // Written so that the index serves it: first a range by time, then the ties.
    query
      .where('product.createdAt <= :createdAt', after)
      .andWhere('(product.createdAt < :createdAt OR product.id < :id)', after);
  }
  return toConnection(await query.getMany(), first, ({ createdAt, id }) => ({ createdAt, id }));
}
