import type { OrderStatus } from '../order.ts';

/** What the table's trigger lets a status become: it can only be asked by trying. */
const next: Record<OrderStatus, readonly OrderStatus[]> = {
  PENDING: ['CONFIRMED', 'REJECTED', 'CANCELLED'],
  CONFIRMED: ['CANCELLED'],
  REJECTED: [],
  CANCELLED: [],
};

export const follows = (to: OrderStatus, from: OrderStatus): boolean => next[from].includes(to);

/** The same in SQL, of two expressions. */
export function mayBecome(from: string, to: string): string {
  const steps = Object.entries(next).flatMap(([status, later]) =>
    later.length > 0
      ? [`(${from} = '${status}' AND ${to} IN (${later.map((each) => `'${each}'`).join(', ')}))`]
      : [],
  );
  return `(${steps.join(' OR ')})`;
}
