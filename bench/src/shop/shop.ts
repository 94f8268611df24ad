import { createPrivateKey, createPublicKey } from 'node:crypto';
import { waitFor } from '@ordermesh/stack/testing';
import { calculateJwkThumbprint, exportJWK, SignJWT } from 'jose';
import type { Connection } from 'mariadb';

export type Shop = {
  customers: { id: string; token: string }[];
  products: { id: string; unitPrice: number }[];
};

const [customerCount, productCount] = [100, 50];
/** More than any run orders, so that every order comes to be CONFIRMED. */
const [stock, balance] = [1_000_000_000, 1_000_000_000_000];

/** The stack's own key, by which ordermesh's users signs tokens: as a set of public keys, and to sign with. */
export async function createSigner(jwtPrivateKey: string) {
  const key = createPrivateKey(jwtPrivateKey);
  const jwk = await exportJWK(createPublicKey(key));
  const kid = await calculateJwkThumbprint(jwk);
  return {
    keySet: { keys: [{ ...jwk, kid, alg: 'ES256', use: 'sig' }] },
    sign: (userId: string, role: 'customer' | 'admin' = 'customer') =>
      new SignJWT({ role })
        .setProtectedHeader({ alg: 'ES256', kid })
        .setIssuer('ordermesh')
        .setAudience('ordermesh')
        .setSubject(userId)
        .setIssuedAt()
        .setExpirationTime('6h')
        .sign(key),
  };
}

/** Customers with money and products with stock, straight into the tables, which both systems have alike. */
export async function openShop(sql: Connection, jwtPrivateKey: string): Promise<Shop> {
  const { sign } = await createSigner(jwtPrivateKey);
  const ids = Array.from({ length: customerCount }, (_, n) => `customer-${n}`);
  const products = Array.from({ length: productCount }, (_, n) => ({ id: `bench-${n}`, unitPrice: 100 + n }));
  await sql.batch('INSERT INTO catalogs.products (id, name, unit_price) VALUES (?, ?, ?)', [
    ...products.map(({ id, unitPrice }) => [id, `Product ${id}`, unitPrice]),
  ]);
  await sql.batch('INSERT INTO catalogs.stock (product_id, initial, available) VALUES (?, ?, ?)', [
    ...products.map(({ id }) => [id, stock, stock]),
  ]);
  await sql.batch(
    `INSERT INTO users.accounts (id, email, email_key, name, password_hash, role, created_at)
     VALUES (?, ?, ?, 'A Customer', 'none', 'customer', NOW(3))`,
    ids.map((id) => [id, `${id}@example.org`, `${id}@example.org`]),
  );
  await sql.batch('INSERT INTO users.wallets (user_id, balance, deposited) VALUES (?, ?, ?)', [
    ...ids.map((id) => [id, balance, balance]),
  ]);
  await sql.batch(
    `INSERT INTO users.ledger (user_id, kind, amount, reference, created_at) VALUES (?, 'DEPOSIT', ?, 'bench', NOW(3))`,
    ids.map((id) => [id, balance]),
  );
  const replicated = async () => {
    const [row] = await sql.query<{ count: number }[]>(
      "SELECT COUNT(*) AS count FROM orders.products WHERE id LIKE 'bench-%'",
    );
    return row?.count === productCount;
  };
  await waitFor(replicated, { what: 'the prices in the replica', deadline: 60_000, interval: 200 });
  return { products, customers: await Promise.all(ids.map(async (id) => ({ id, token: await sign(id) }))) };
}
