// What the gateway asks for, by example: each value as the matcher that says what else would do in its place.
import { MatchersV3 } from '@pact-foundation/pact';

const { equal, fromProviderState, integer, nullValue, regex, string } = MatchersV3;

/** Names of what a provider state makes anew for each verification, with the values that stand for them in the pact. */
export const made = {
  token: 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJjdXN0b21lci0xIn0.c2lnbmF0dXJl',
  userId: 'customer-1',
  email: 'me@example.org',
  productId: 'CATALOG-001',
  orderId: 'order-1',
};

/** The matcher for a value that is sent: what a provider state makes is put in by it, anything else is as good as another. */
export function sent(value: string | number | null): unknown {
  const [name] = Object.entries(made).find(([, example]) => example === value) ?? [];
  if (name !== undefined) return fromProviderState(`\${${name}}`, value);
  if (value === null) return nullValue();
  return typeof value === 'number' ? integer(value) : string(value);
}

const money = integer;

const product = {
  __typename: equal('Product'),
  id: string(made.productId),
  name: string('Berlin'),
  unitPrice: money(1500),
  stock: integer(100),
};

const order = {
  __typename: equal('Order'),
  id: string(made.orderId),
  status: regex('PENDING|CONFIRMED|REJECTED|CANCELLED', 'CONFIRMED'),
  reason: nullValue(),
  qty: integer(10),
  totalPrice: money(15_000),
  user: { __typename: equal('User'), id: string(made.userId) },
  product: { __typename: equal('Product'), id: string(made.productId) },
};

const user = {
  __typename: equal('User'),
  id: string(made.userId),
  name: string('Me'),
  wallet: { balance: money(100_000) },
  orders: { nodes: [order] },
};

/** What each subgraph knows: its root fields, and its entities by type and id. */
export const world = {
  users: {
    me: user,
    signUp: { token: regex('[\\w-]+\\.[\\w-]+\\.[\\w-]+', made.token) },
    deposit: { balance: money(100_000) },
    entities: { User: { [made.userId]: user } },
  },
  catalogs: {
    product,
    products: { nodes: [product] },
    entities: { Product: { [made.productId]: product } },
  },
  orders: {
    order,
    placeOrder: { ...order, status: regex('PENDING|CONFIRMED|REJECTED|CANCELLED', 'PENDING') },
    cancelOrder: order,
    entities: { User: { [made.userId]: user } },
  },
};
