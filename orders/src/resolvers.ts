import { isOwnerOrAdmin, requireViewer } from '@ordermesh/chassis/authorization';
import { clientError } from '@ordermesh/chassis/errors';
import { parsePage } from '@ordermesh/chassis/pagination';
import { DateTime, Money } from '@ordermesh/chassis/scalars';
import type { Viewer } from '@ordermesh/chassis/token-verifier';
import type { CancelOrder } from './cancel-order.ts';
import { visibleTo, type FindOrder } from './find-orders.ts';
import type { ListOrders } from './list-orders.ts';
import { toOrderConnection, type Loaders } from './loaders.ts';
import type { Order } from './order.ts';
import type { PlaceOrderInput } from './place-order-input.ts';
import type { PlaceOrder } from './place-order.ts';

export type Context = { viewer: Viewer | null; loaders: Loaders };

export type UseCases = {
  placeOrder: PlaceOrder;
  cancelOrder: CancelOrder;
  findOrder: FindOrder;
  listOrders: ListOrders;
};

type PageArguments = { first?: number | null; after?: string | null };
type Reference = { id: string };

export function createResolvers({ placeOrder, cancelOrder, findOrder, listOrders }: UseCases) {
  return {
    Money,
    DateTime,
    Query: {
      order: async (_: unknown, { id }: { id: string }, context: Context): Promise<Order | null> => {
        const viewer = requireViewer(context.viewer);
        return visibleTo(viewer, await findOrder(id));
      },
      orders: async (_: unknown, page: PageArguments, { viewer, loaders }: Context) => {
        const { role, userId } = requireViewer(viewer);
        const asked = parsePage(page);
        if (role !== 'admin') return loaders.ordersOfUser(userId, asked);
        return toOrderConnection(await listOrders.ofEveryone(asked), asked);
      },
    },
    Mutation: {
      placeOrder: (_: unknown, { input }: { input: PlaceOrderInput }, { viewer }: Context): Promise<Order> =>
        placeOrder(requireViewer(viewer), input),
      cancelOrder: (_: unknown, { id }: { id: string }, { viewer }: Context): Promise<Order> =>
        cancelOrder(requireViewer(viewer), id),
    },
    Order: {
      __resolveReference: async ({ id }: Reference, { viewer, loaders }: Context): Promise<Order | null> =>
        visibleTo(requireViewer(viewer), await loaders.orders.load(id)),
      id: ({ orderId }: Order) => orderId,
      // What the other subgraphs tell about them is theirs: here is only whom to ask for.
      user: ({ userId }: Order): Reference => ({ id: userId }),
      product: ({ productId }: Order): Reference => ({ id: productId }),
    },
    User: {
      __resolveReference: ({ id }: Reference): Reference => ({ id }),
      orders: ({ id }: Reference, page: PageArguments, { viewer, loaders }: Context) => {
        if (!isOwnerOrAdmin(requireViewer(viewer), id)) {
          throw clientError('FORBIDDEN', 'orders are visible only to oneself and to an admin');
        }
        return loaders.ordersOfUser(id, parsePage(page));
      },
    },
  };
}
