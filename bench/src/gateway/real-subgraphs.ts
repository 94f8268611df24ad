import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { startOnCore } from '../process.ts';
import { createSigner, type Shop } from '../shop/shop.ts';
import { readSecrets, startOrdermesh, type System } from '../shop/system.ts';
import { otherCore, type Subgraphs } from './subgraphs.ts';

const ordersPerCustomer = 20;

/** So that every page is full; straight into the table, whose content is what is read. */
async function placeOrders({ sql, shop }: Pick<System, 'sql' | 'shop'>): Promise<void> {
  await sql.batch(
    `INSERT INTO orders.orders (order_id, user_id, product_id, qty, unit_price, total_price, status)
     VALUES (?, ?, ?, ?, ?, ?, 'CONFIRMED')`,
    shop.customers.flatMap(({ id }, n) =>
      Array.from({ length: ordersPerCustomer }, (_, m) => {
        const product = shop.products[(n + m * 7) % shop.products.length] ?? { id: '', unitPrice: 0 };
        const qty = 1 + (m % 5);
        return [`${id}-${m}`, id, product.id, qty, product.unitPrice, qty * product.unitPrice];
      }),
    ),
  );
}

/**
 * The real users, catalogs and orders of a stack, with 100 customers of 20 orders each. Whatever belongs to the stack runs
 * on the core that is not the gateway's.
 */
export async function startRealSubgraphs(options: {
  signal: AbortSignal;
  say: (line: string) => void;
}): Promise<Subgraphs & { shop: Shop }> {
  const system = await startOrdermesh(options);
  try {
    await placeOrders(system);
    for (const { pid } of system.stack.file()?.children ?? [])
      spawnSync('taskset', ['-acp', String(otherCore), String(pid)]);
    const { users, catalogs, orders } = system.stack.addresses.ports;
    const { jwtPrivateKey, gatewaySigningSecret } = readSecrets(system.stack);
    const token = await (await createSigner(jwtPrivateKey)).sign('customer-1', 'admin');
    const ports = { users: await freePort(), catalogs: await freePort(), orders: await freePort() };
    const front = await startOnCore(
      otherCore,
      [
        ...[process.execPath, join(import.meta.dirname, 'signing-front.ts')],
        ...[`${ports.users}=${users}`, `${ports.catalogs}=${catalogs}`, `${ports.orders}=${orders[0]}`],
      ],
      {
        env: { SIGNING_SECRET: gatewaySigningSecret, TOKEN: token },
        isReady: async () => (await fetch(`http://127.0.0.1:${ports.orders}/health`)).ok,
      },
    );
    return {
      ports,
      jwksUrl: `http://127.0.0.1:${users}/.well-known/jwks.json`,
      token,
      shop: system.shop,
      async stop() {
        await front.stop();
        await system.stop();
      },
    };
  } catch (error) {
    await system.stop();
    throw error;
  }
}
