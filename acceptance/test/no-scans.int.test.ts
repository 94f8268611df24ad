import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runningStack } from '@ordermesh/stack/testing';
import type { Connection } from 'mariadb';
import { z } from 'zod';
import { ask, execute } from '../src/graphql.ts';
import { growCopies } from '../src/grown-copies.ts';
import { createShop } from '../src/shop.ts';
import { connectToDatabase } from '../src/sql.ts';
import { statementsDuring, type Statement } from '../src/statements.ts';

const stack = runningStack();
const { admin } = stack.demo;
const shop = createShop(stack.graphql, admin.token);
const services = ['users', 'catalogs', 'orders'];
const rows = 100_000;
/** More rows than any page or batch here has to look at, and few enough to tell a scan. */
const fewRows = 500;
const copyOf = (service: string) => `grown_${service}`;

let sql: Connection;
let statements: Statement[];

const page = z.object({ pageInfo: z.object({ endCursor: z.string() }) });
const pages = z.object({ page });

/** A page of a list and the one after it. */
async function turnPages(token: string, list: string, fields: string): Promise<void> {
  const query = `query ($after: ID) { page: ${list}(first: 2, after: $after) { nodes { ${fields} } pageInfo { endCursor } } }`;
  const first = await ask(stack.graphql, pages, query, { token });
  await ask(stack.graphql, pages, query, { token, variables: { after: first.page.pageInfo.endCursor } });
}

/** What clients ask for all day, through the gateway; what becomes of an order goes with it. */
async function aDayInTheShop({ token, email, password }: Awaited<ReturnType<typeof shop.signUp>>) {
  const productId = await shop.addProduct({ stock: 1_000 });
  const order = { productId, qty: 1, idempotencyKey: randomUUID() };
  const { id } = await shop.placeOrder(token, order);
  await shop.placeOrder(token, order);
  await shop.placeOrder(token, { productId, qty: 2 });
  const { id: third } = await shop.placeOrder(token, { productId, qty: 3 });
  for (const each of [id, third]) await shop.settled(token, each, 'CONFIRMED');
  await shop.cancelOrder(token, third);
  await shop.settled(token, third, 'CANCELLED');
  await turnPages(token, 'orders', 'id status user { name } product { name stock }');
  await turnPages(admin.token, 'orders', 'id status');
  await turnPages(token, 'products', 'id name stock');
  await ask(stack.graphql, z.unknown(), '{ me { email wallet { balance } orders { nodes { id } } } }', {
    token,
  });
  await ask(
    stack.graphql,
    z.unknown(),
    'mutation ($email: String!, $password: String!) { logIn(email: $email, password: $password) { user { id } } }',
    { variables: { email, password } },
  );
}

beforeAll(async () => {
  sql = await connectToDatabase(stack);
  const customer = await shop.signUp();
  statements = await statementsDuring(sql, services, () => aDayInTheShop(customer));
  for (const service of services)
    await growCopies(sql, { from: service, to: copyOf(service), rows, userId: customer.userId });
}, 180_000);

afterAll(async () => {
  for (const service of services) await sql.query(`DROP DATABASE IF EXISTS ${copyOf(service)}`);
  await sql.end();
});

/** Those that look for rows: reads, and changes of the rows that a condition names. */
const looking = () =>
  statements
    .filter(({ text }) => /^\W*(SELECT|UPDATE|DELETE)\b/i.test(text) && /\b(FROM|UPDATE)\b/i.test(text))
    // Values that are sent apart are of no matter to the way that is taken.
    .map(({ account, text }) => ({ account, text: text.replaceAll('?', `'1'`) }));

type Step = { table: string | null; type: string | null; key: string | null; Extra: string };

/** Whether a step of the way reads a whole table or sorts one. What a UNION or IN has collected is as small as it is. */
function isScan({ table, type, key, Extra }: Step, text: string): boolean {
  if (table === null || /^<.*>$/.test(table)) return false;
  // Rows of a parameter, not of a table.
  if (Extra.includes('Table function')) return false;
  if (Extra.includes('Using filesort') || type === 'ALL') return true;
  return type === 'index' && !(key !== null && /\bLIMIT\b/i.test(text));
}

test('the statements of every service were seen, with pages and cursors', () => {
  const seen = looking().map(({ account, text }) => `${account}: ${text}`);
  for (const needed of [
    /^orders: .*FROM orders FORCE INDEX \(orders_by_user\).*created_at </s,
    /^orders: .*FROM orders FORCE INDEX \(orders_by_time\).*created_at </s,
    /^orders: .*FROM `orders`.*`order_id` IN/s,
    /^orders: .*FROM products/s,
    /^orders: .*idempotency_keys/s,
    /^catalogs: .*FROM `products`.*created_at` <.*LIMIT/s,
    /^catalogs: .*FROM `stock`/s,
    /^catalogs: .*reservations/s,
    /^users: .*email_key/s,
    /^users: .*FROM `accounts`.*`id` IN/s,
    /^users: .*payments/s,
    /^users: .*wallets/s,
  ])
    expect(seen).toContainEqual(expect.stringMatching(needed));
});

test('none of them scans or sorts a table of 100 000 rows', async () => {
  const scans = [];
  for (const { account, text } of looking()) {
    await sql.query(`USE ${copyOf(account)}`);
    const steps = await sql.query<Step[]>(`EXPLAIN ${text}`);
    if (steps.some((step) => isScan(step, text))) scans.push({ text, steps });
  }
  expect(scans).toEqual([]);
});

test('none of their reads looks at more than a page of rows, however deep the page', async () => {
  const many = [];
  for (const { account, text } of looking().filter((each) => /^\W*SELECT/i.test(each.text))) {
    await sql.query(`USE ${copyOf(account)}`);
    await sql.query('FLUSH STATUS');
    await sql.query(text);
    const [{ read } = { read: NaN }] = await sql.query<{ read: number }[]>(
      `SELECT SUM(variable_value) AS \`read\` FROM information_schema.session_status
       WHERE variable_name LIKE 'Handler_read%'`,
    );
    if (!(read <= fewRows)) many.push({ read, text });
  }
  expect(many).toEqual([]);
  // The same operation as above, through the gateway, still answers: the log is off again.
  expect((await execute(stack.graphql, '{ __typename }')).codes).toEqual([]);
});
