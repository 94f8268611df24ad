import { requireAdmin } from '@ordermesh/chassis/authorization';
import type { Database } from '@ordermesh/chassis/database';
import { DateTime, Money } from '@ordermesh/chassis/scalars';
import type { Viewer } from '@ordermesh/chassis/token-verifier';
import { addProduct, type AddProductInput } from './add-product.ts';
import { changePrice } from './change-price.ts';
import type { Product } from './entities.ts';
import { listProducts } from './list-products.ts';
import type { Loaders } from './loaders.ts';
import { restock, type RestockInput } from './restock.ts';

export type Context = { viewer: Viewer | null; loaders: Loaders };

/** Who may ask for what, and which use case answers. */
export function createResolvers(database: Database) {
  return {
    Money,
    DateTime,
    Query: {
      product: (_: unknown, { id }: { id: string }, { loaders }: Context) => loaders.product.load(id),
      products: (_: unknown, page: { first?: number | null; after?: string | null }) =>
        listProducts(database, page),
    },
    Mutation: {
      addProduct: (_: unknown, { input }: { input: AddProductInput }, { viewer }: Context) => {
        requireAdmin(viewer);
        return addProduct(database, input);
      },
      restock: (_: unknown, input: RestockInput, { viewer }: Context) =>
        restock(database, requireAdmin(viewer).userId, input),
      changePrice: (_: unknown, args: { productId: string; unitPrice: number }, { viewer }: Context) => {
        requireAdmin(viewer);
        return changePrice(database, args.productId, args.unitPrice);
      },
    },
    Product: {
      __resolveReference: ({ id }: { id: string }, { loaders }: Context) => loaders.product.load(id),
      stock: async ({ id }: Product, _: unknown, { loaders }: Context) =>
        (await loaders.stock.load(id))?.available ?? 0,
      ledger: ({ id }: Product, _: unknown, { viewer, loaders }: Context) => {
        requireAdmin(viewer);
        return loaders.stock.load(id);
      },
    },
  };
}
