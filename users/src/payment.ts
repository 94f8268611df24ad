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

/** What became of an order's payment: a row of the table `payments`. */
export type Payment = Order & {
  /** VOIDED: the stock was released before anything was to be paid. */
  status: 'PAID' | 'DECLINED' | 'REFUNDED' | 'VOIDED';
  /** Why it was declined. */
  reason: 'INSUFFICIENT_FUNDS' | 'UNKNOWN_USER' | null;
  /** What was taken from the wallet, and came back when REFUNDED; 0 when nothing was. */
  amount: number;
};

/** The columns of a payment, by the names of its fields. */
export const paymentColumns = `order_id AS orderId, user_id AS userId, product_id AS productId, qty,
  unit_price AS unitPrice, total_price AS totalPrice, placed_at AS placedAt, status, reason, amount`;
