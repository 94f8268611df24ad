import { publishedEvents as ofCatalogs } from '@ordermesh/catalogs/contract/published-events';
import { publishedEvents as ofOrders } from '@ordermesh/orders/contract/published-events';
import { publishedEvents as ofUsers } from '@ordermesh/users/contract/published-events';
import type { PublishedEvent } from '@ordermesh/chassis/published-event';

/** What each service says that it publishes. */
export const services: Record<string, PublishedEvent[]> = {
  orders: ofOrders,
  catalogs: ofCatalogs,
  users: ofUsers,
};
