/** What was ordered, as every event carries it; it never changes. Prices in minor units. */
export type Order = {
  orderId: string;
  userId: string;
  productId: string;
  qty: number;
  unitPrice: number;
  /** Exactly qty × unitPrice, at most 2^53-1. */
  totalPrice: number;
  placedAt: Date;
};

export type RejectionReason = 'OUT_OF_STOCK' | 'UNKNOWN_PRODUCT';

/** What released an order, and whether it held stock before: its events can be told from its row alone. */
export type ReleaseReason = 'CANCELLED' | 'CANCELLED_BEFORE_RESERVED' | 'PAYMENT_DECLINED';

/** What became of an order's stock: a row of the table `reservations`. */
export type Reservation = Order &
  (
    | { status: 'RESERVED' | 'SOLD'; reason: null }
    | { status: 'REJECTED'; reason: RejectionReason }
    | { status: 'RELEASED'; reason: ReleaseReason }
  );

/** The columns of a reservation, by the names of its fields. */
export const reservationColumns = `order_id AS orderId, user_id AS userId, product_id AS productId, qty,
  unit_price AS unitPrice, total_price AS totalPrice, placed_at AS placedAt, status, reason`;
