import DataLoader from 'dataloader';
import { toConnection, type Connection, type Page } from '@ordermesh/chassis/pagination';
import type { FindOrders } from './find-orders.ts';
import type { ListOrders } from './list-orders.ts';
import type { Order } from './order.ts';

export const toOrderConnection = (rows: Order[], { first }: Page): Connection<Order> =>
  toConnection(rows, first, ({ createdAt, orderId }) => ({ createdAt, id: orderId }));

const nameOf = ({ first, after }: Page): string => JSON.stringify([first, after]);

/** What one request has loaded, each thing once and what is asked together in one statement. */
export function createLoaders(options: { findOrders: FindOrders; listOrders: ListOrders }) {
  const { findOrders, listOrders } = options;
  const ofUsers = new Map<string, DataLoader<string, Connection<Order>>>();

  return {
    orders: new DataLoader<string, Order | null>(findOrders),

    /** The orders of one of several users who are asked for the same page. */
    ordersOfUser(userId: string, page: Page): Promise<Connection<Order>> {
      const name = nameOf(page);
      const loader =
        ofUsers.get(name) ??
        new DataLoader<string, Connection<Order>>(async (userIds) => {
          const lists = await listOrders.ofUsers(userIds, page);
          return lists.map((rows) => toOrderConnection(rows, page));
        });
      ofUsers.set(name, loader);
      return loader.load(userId);
    },
  };
}
export type Loaders = ReturnType<typeof createLoaders>;
