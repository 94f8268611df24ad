import DataLoader from 'dataloader';
import { In } from 'typeorm';
import type { Database } from '@ordermesh/chassis/database';
import { ProductEntity, StockEntity, type Product, type Stock } from './entities.ts';

/** What one request reads by id, in one statement each, however many fields ask for it. */
export function createLoaders({ data }: Pick<Database, 'data'>) {
  return {
    product: new DataLoader<string, Product | null>(async (ids) => {
      const rows = await data.getRepository(ProductEntity).findBy({ id: In([...ids]) });
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
    stock: new DataLoader<string, Stock | null>(async (ids) => {
      const rows = await data.getRepository(StockEntity).findBy({ productId: In([...ids]) });
      const byId = new Map(rows.map((row) => [row.productId, row]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
  };
}
export type Loaders = ReturnType<typeof createLoaders>;
