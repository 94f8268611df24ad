import { EntitySchema } from 'typeorm';

export type Product = { id: string; name: string; unitPrice: number; createdAt: Date; updatedAt: Date };

/** A product's counts, in units. At any time: initial + restocked = available + reserved + sold + moved. */
export type Stock = {
  productId: string;
  initial: number;
  restocked: number;
  available: number;
  reserved: number;
  sold: number;
  moved: number;
};

export const ProductEntity = new EntitySchema<Product>({
  name: 'Product',
  tableName: 'products',
  columns: {
    id: { type: 'varchar', length: 64, primary: true },
    name: { type: 'varchar', length: 200 },
    unitPrice: { name: 'unit_price', type: 'bigint' },
    createdAt: { name: 'created_at', type: 'datetime', precision: 3 },
    updatedAt: { name: 'updated_at', type: 'datetime', precision: 3 },
  },
});

export const StockEntity = new EntitySchema<Stock>({
  name: 'Stock',
  tableName: 'stock',
  columns: {
    productId: { name: 'product_id', type: 'varchar', length: 64, primary: true },
    initial: { type: 'int' },
    restocked: { type: 'int' },
    available: { type: 'int' },
    reserved: { type: 'int' },
    sold: { type: 'int' },
    moved: { type: 'int' },
  },
});

export const entities = [ProductEntity, StockEntity];
