export type OrderStatus = 'PENDING' | 'CONFIRMED' | 'REJECTED' | 'CANCELLED';

/** What was ordered; it never changes. Prices in minor units. */
export type PlacedOrder = {
  orderId: string;
  userId: string;
  productId: string;
  /** 1 to 10 000. */
  qty: number;
  unitPrice: number;
  /** Exactly qty × unitPrice, at most 2^53-1. */
  totalPrice: number;
  placedAt: Date;
};

/** An order as it stands: a row of the table `orders`. */
export type Order = Omit<PlacedOrder, 'placedAt'> & {
  status: OrderStatus;
  /** Why it was rejected. */
  reason: string | null;
  createdAt: Date;
  updatedAt: Date;
};

export const maxQty = 10_000;

/** The order as it stands right after it was placed. */
export function pending({ placedAt, ...order }: PlacedOrder): Order {
  return { ...order, status: 'PENDING', reason: null, createdAt: placedAt, updatedAt: placedAt };
}
