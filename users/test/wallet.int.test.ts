import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createDatabase, type Database } from '@ordermesh/chassis/database';
import { createHealth } from '@ordermesh/chassis/health';
import { createLogger } from '@ordermesh/chassis/log';
import { entities } from '../src/entities.ts';
import { createLoaders } from '../src/loaders.ts';
import { createTokens } from '../src/tokens.ts';
import {
  databaseOf,
  readStack,
  runScript,
  signingKeyOf,
  startUsers,
  type RunningUsers,
} from './running-users.ts';

// A loaded machine hashes passwords slowly; what hangs is found all the same.
jest.setTimeout(30_000);

const stack = readStack();
const identity = { service: 'users', instance: 'test' };
const max = Number.MAX_SAFE_INTEGER;

let users: RunningUsers;
let admin: string;
let database: Database;
beforeAll(async () => {
  users = await startUsers(stack);
  admin = await (await createTokens(signingKeyOf(stack))).issue({ id: randomUUID(), role: 'admin' });
  database = createDatabase({
    // One connection, so that its session counts the statements of this test and of no other.
    config: databaseOf(stack, 'users', 1),
    entities,
    health: createHealth(identity),
    log: createLogger({ ...identity, level: 'silent' }),
  });
  await database.start();
});
afterAll(async () => {
  await database.stop();
  expect(await users.stop()).toBe(0);
});

async function newCustomer(): Promise<{ token: string; id: string }> {
  const input = { email: `${randomUUID()}@example.org`, name: 'Ada', password: 'correct horse' };
  const query = 'mutation ($input: SignUpInput!) { signUp(input: $input) { token user { id } } }';
  const { data } = await users.execute(query, { variables: { input } });
  const { token, user } = (data as { signUp: { token: string; user: { id: string } } }).signUp;
  return { token, id: user.id };
}

const deposit = (token: string | undefined, amount: unknown, idempotencyKey: string) =>
  users.execute(
    'mutation ($amount: Money!, $idempotencyKey: ID!) { deposit(amount: $amount, idempotencyKey: $idempotencyKey) { balance } }',
    { variables: { amount, idempotencyKey }, ...(token && { token }) },
  );

const ledgerOf = async (userId: string): Promise<unknown> =>
  Array.from(
    await database.sql.query('SELECT kind, amount, reference FROM ledger WHERE user_id = ? ORDER BY amount', [
      userId,
    ]),
  );

describe('a deposit', () => {
  test('is in the wallet and in the ledger', async () => {
    const { token, id } = await newCustomer();
    expect(await deposit(token, 500, 'first')).toMatchObject({ data: { deposit: { balance: 500 } } });
    expect(await deposit(token, 250, 'second')).toMatchObject({ data: { deposit: { balance: 750 } } });
    expect(await ledgerOf(id)).toEqual([
      { kind: 'DEPOSIT', amount: 250, reference: 'second' },
      { kind: 'DEPOSIT', amount: 500, reference: 'first' },
    ]);
  });

  test('is made once by 20 twins with one key, and each of them is told the balance', async () => {
    const { token, id } = await newCustomer();
    const answers = await Promise.all(Array.from({ length: 20 }, () => deposit(token, 500, 'twin')));
    for (const each of answers)
      expect(each).toMatchObject({ codes: [], data: { deposit: { balance: 500 } } });
    expect(await ledgerOf(id)).toEqual([{ kind: 'DEPOSIT', amount: 500, reference: 'twin' }]);
  });

  test('with a key that deposited another amount is a conflict, and moves nothing', async () => {
    const { token, id } = await newCustomer();
    await deposit(token, 500, 'key');
    expect(await deposit(token, 501, 'key')).toMatchObject({ codes: ['IDEMPOTENCY_CONFLICT'] });
    expect(await ledgerOf(id)).toHaveLength(1);
  });

  test('has its key to itself: another customer may use the same, and case and blanks make another', async () => {
    const [ada, bob] = [await newCustomer(), await newCustomer()];
    for (const [{ token }, key] of [
      [ada, 'key'],
      [bob, 'key'],
      [ada, 'KEY'],
      [ada, 'key '],
    ] as const) {
      expect(await deposit(token, 5, key)).toMatchObject({ codes: [] });
    }
    expect(await ledgerOf(ada.id)).toHaveLength(3);
  });

  test('comes through beside 20 others at once', async () => {
    const { token } = await newCustomer();
    await Promise.all(Array.from({ length: 20 }, (_, index) => deposit(token, index + 1, `key-${index}`)));
    expect(await users.execute('{ me { wallet { balance } } }', { token })).toMatchObject({
      data: { me: { wallet: { balance: 210 } } },
    });
  });

  // Nobody deposits 2^53-1 here: the totals of the stack, which other tests read, would not be Money any more.
  test('that would leave no room for a refund is refused', async () => {
    const { token, id } = await newCustomer();
    await deposit(token, 1, 'one');
    expect(await deposit(token, max, 'most')).toMatchObject({
      codes: ['BAD_USER_INPUT'],
      errors: [{ message: expect.stringContaining(`${max - 1} are left`) }],
    });
    expect(await ledgerOf(id)).toHaveLength(1);
  });

  test.each([0, -1, 1.5, max + 1, '5', null])('of %p is refused', async (amount) => {
    const { token, id } = await newCustomer();
    expect(await deposit(token, amount, 'key')).toMatchObject({ codes: ['BAD_USER_INPUT'] });
    expect(await ledgerOf(id)).toEqual([]);
  });

  test('of 1.5 or -1 written into the document is refused alike', async () => {
    const { token } = await newCustomer();
    for (const amount of ['1.5', '-1', '"5"', '0']) {
      const query = `mutation { deposit(amount: ${amount}, idempotencyKey: "key") { balance } }`;
      expect(await users.execute(query, { token })).toMatchObject({ codes: ['BAD_USER_INPUT'] });
    }
  });

  test('needs a token of an account that exists', async () => {
    expect(await deposit(undefined, 5, 'key')).toMatchObject({ codes: ['UNAUTHENTICATED'] });
    const nobody = await (
      await createTokens(signingKeyOf(stack))
    ).issue({ id: randomUUID(), role: 'customer' });
    expect(await deposit(nobody, 5, 'key')).toMatchObject({ codes: ['UNAUTHENTICATED'] });
  });
});

describe('the totals', () => {
  const query = '{ moneyTotals { deposited wallets paymentsKept } }';
  type Totals = { deposited: number; wallets: number; paymentsKept: number };
  const read = async (): Promise<Totals> =>
    ((await users.execute(query, { token: admin })).data as { moneyTotals: Totals }).moneyTotals;

  test('balance, and grow by what is deposited', async () => {
    const before = await read();
    await deposit((await newCustomer()).token, 12_345, 'key');
    const after = await read();
    expect(after.deposited).toBeGreaterThanOrEqual(before.deposited + 12_345);
    for (const { deposited, wallets, paymentsKept } of [before, after]) {
      expect(deposited).toBe(wallets + paymentsKept);
    }
  });

  test('are for an admin alone', async () => {
    expect(await users.execute(query)).toMatchObject({ codes: ['UNAUTHENTICATED'] });
    const { token } = await newCustomer();
    expect(await users.execute(query, { token })).toMatchObject({ codes: ['FORBIDDEN'] });
  });
});

test('a page of 50 users with their wallets costs two statements', async () => {
  const ids = await Promise.all(Array.from({ length: 3 }, async () => (await newCustomer()).id));
  const countSelects = async () => {
    const [row]: { Value: string }[] = await database.sql.query("SHOW SESSION STATUS LIKE 'Com_select'");
    return Number(row?.Value);
  };
  const before = await countSelects();
  const loaders = createLoaders({ database });
  const page = Array.from({ length: 50 }, (_, index) => ids[index % 3] ?? '');
  const found = await Promise.all(page.map((id) => loaders.accounts.load(id)));
  const wallets = await Promise.all(page.map((id) => loaders.wallets.load(id)));
  expect(await countSelects()).toBe(before + 2);
  expect(found.map((account) => account?.id)).toEqual(page);
  expect(wallets).toEqual(page.map((userId) => ({ userId, balance: 0, deposited: 0 })));
});

describe('the database', () => {
  test('has had its migrations: running them again applies nothing', async () => {
    const again = await runScript('src/migrate.ts', databaseOf(stack, 'users_owner'));
    expect(again).toEqual({ exitCode: 0, output: '', errors: '' });
  });

  test('refuses a wallet below zero, above its deposits or above 2^53-1, and a movement of the wrong sign', async () => {
    const { id } = await newCustomer();
    const update = (set: string) => database.sql.query(`UPDATE wallets SET ${set} WHERE user_id = ?`, [id]);
    for (const set of ['balance = -1', 'balance = 1', `balance = 1, deposited = ${max} + 1`]) {
      await expect(update(set)).rejects.toThrow(/CONSTRAINT .* failed/);
    }
    const insert =
      "INSERT INTO ledger (user_id, kind, amount, reference, created_at) VALUES (?, ?, ?, 'x', now())";
    for (const [kind, amount] of [
      ['DEPOSIT', 0],
      ['PAYMENT', 1],
      ['REFUND', -1],
      ['GIFT', 1],
    ]) {
      await expect(database.sql.query(insert, [id, kind, amount])).rejects.toThrow(/CONSTRAINT .* failed/);
    }
  });

  test('lets the service define nothing', async () => {
    await expect(database.sql.query('CREATE TABLE mine (id INT)')).rejects.toThrow(/denied/);
  });
});

test('demo accounts are opened once, and have new tokens of 12 hours each time', async () => {
  const environment = {
    ...databaseOf(stack, 'users'),
    JWT_PRIVATE_KEY: stack.jwtPrivateKey,
    DEMO_CUSTOMER_EMAIL: `${randomUUID()}@example.org`,
    DEMO_CUSTOMER_PASSWORD: 'correct horse',
    DEMO_ADMIN_EMAIL: `${randomUUID()}@example.org`,
    DEMO_ADMIN_PASSWORD: 'battery staple',
  };
  const run = async () => {
    const { exitCode, output, errors } = await runScript('src/demo-accounts.ts', environment);
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
    type Demo = { email: string; token: string; userId: string };
    return JSON.parse(output) as { customer: Demo; admin: Demo };
  };
  const first = await run();
  const second = await run();
  expect(second.customer).toMatchObject({
    userId: first.customer.userId,
    email: environment.DEMO_CUSTOMER_EMAIL,
  });
  expect(second.admin).toMatchObject({ userId: first.admin.userId, email: environment.DEMO_ADMIN_EMAIL });
  const totals = await users.execute('{ moneyTotals { wallets } }', { token: second.admin.token });
  expect(totals.codes).toEqual([]);
  const me = await users.execute('{ me { id } }', { token: second.customer.token });
  expect(me.data).toEqual({ me: { id: first.customer.userId } });
});
