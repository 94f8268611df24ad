import { z } from 'zod';
import type { Shop } from './shop.ts';

export type PlaceOrder = {
  request: Buffer;
  /** The order's id, if the answer is what it has to be. */
  readId: (answer: Buffer) => string | undefined;
};

const mutation =
  'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { id status qty totalPrice } }';
const answer = z.object({
  data: z.object({
    placeOrder: z.object({ id: z.string(), status: z.string(), qty: z.number(), totalPrice: z.number() }),
  }),
});

/** Requests of many customers, for many products or, when it is `hot`, all for one. */
export function createOrders({ customers, products }: Shop, port: number, hot = false): PlaceOrder[] {
  const wanted = hot ? products.slice(0, 1) : products;
  return customers.flatMap(({ token }, n) =>
    wanted.map(({ id: productId, unitPrice }, m) => {
      const qty = 1 + ((n + m) % 9);
      const body = JSON.stringify({ query: mutation, variables: { input: { productId, qty } } });
      const head = [
        'POST /graphql HTTP/1.1',
        `host: 127.0.0.1:${port}`,
        'content-type: application/json',
        'accept: application/json',
        `authorization: Bearer ${token}`,
        `content-length: ${Buffer.byteLength(body)}`,
      ];
      return {
        request: Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`),
        readId(bytes: Buffer) {
          const { data } = answer.safeParse(JSON.parse(bytes.toString()));
          const order = data?.data.placeOrder;
          const isRight =
            order?.status === 'PENDING' && order.qty === qty && order.totalPrice === qty * unitPrice;
          return isRight ? order.id : undefined;
        },
      };
    }),
  );
}
