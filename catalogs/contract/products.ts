import { z } from 'zod';
import { ProductEntity } from '../src/entities.ts';

/** A column of the table `products`, as catalogs maps it. */
export type ProductColumn = { name: string; type: string; nullable: boolean };

const { columns } = ProductEntity.options;

const columnName = (field: string, name: string | undefined): string => name ?? field;

/** The columns of the table `products`, in their order. */
export const productColumns: ProductColumn[] = Object.entries(columns).map(([field, column]) => ({
  name: columnName(field, column.name),
  type: String(column.type),
  nullable: column.nullable ?? false,
}));

/** What a pact says of the product that its message is about. */
const state = z.object({
  id: z.string(),
  name: z.string(),
  unitPrice: z.number(),
  createdAt: z.coerce.date(),
  updatedAt: z.coerce.date(),
});

/** The row of the product of the provider state, by its columns. The source connector makes a record of it. */
export function productRow(parameters: unknown): Record<string, string | number | Date> {
  return Object.fromEntries(
    Object.entries(state.parse(parameters)).map(([field, value]) => {
      const column = Object.entries(columns).find(([name]) => name === field)?.[1];
      if (!column) throw new Error(`products has no column for ${field}`);
      return [columnName(field, column.name), value];
    }),
  );
}
