// What the gateway asks of users, and what it makes of the answers.
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { MatchersV3 } from '@pact-foundation/pact';
import { createTokenVerifier } from '@ordermesh/chassis/token-verifier';
import pino from 'pino';
import { publicKey, tokenSignedWithKey } from './pact/keys.ts';
import { createProviderPact, refusal, type State } from './pact/provider-pact.ts';
import { health, readinessWith } from './pact/readiness.ts';
import { made, world } from './pact/world.ts';

const { eachLike, equal, regex, string } = MatchersV3;
const users = createProviderPact('users');
const { test } = users;
beforeAll(users.start);
afterAll(users.stop);

const customer: State = { name: 'a customer', parameters: { name: 'Me', deposited: 0 } };
const signUp = { email: made.email, name: 'Me', password: 'correct horse' };
const log = pino({ level: 'silent' });
const deposit = { amount: 100_000, idempotencyKey: 'first' };

test('is ready when users is', async () => {
  const report = await users.holdsFor(health, (url) => readinessWith('users', url));
  expect(report).toMatchObject({ status: 'ready', missing: [] });
});

test('the gateway finds the keys that tokens are signed with', async () => {
  const { kty, crv, x, y, kid } = publicKey;
  const coordinate = (example: string) => regex('[\\w-]{43}', example);
  const key = { kty: equal(kty), crv: equal(crv), x: coordinate(x), y: coordinate(y), kid: string(kid) };
  const viewer = await users.holdsFor(
    {
      path: '/.well-known/jwks.json',
      description: 'the keys to verify tokens with',
      body: { keys: eachLike(key) },
    },
    (url) =>
      createTokenVerifier({ jwksUrl: `${url}/.well-known/jwks.json`, log }).viewerOf(
        `Bearer ${tokenSignedWithKey()}`,
      ),
  );
  expect(viewer).toEqual({ userId: made.userId, role: 'customer' });
});

describe('signing up', () => {
  test('gives the client a token', async () => {
    const client = await users.holds({
      description: 'to open an account',
      request: { operation: 'sign-up', variables: { input: signUp }, anonymous: true },
      states: [{ name: 'an email without an account' }],
    });
    expect(client).toEqual({ data: { signUp: { token: made.token } } });
  });

  test('with an email that has an account is refused, and the client can tell why', async () => {
    const client = await users.holds({
      description: 'to open an account with an email that has one',
      request: { operation: 'sign-up', variables: { input: signUp }, anonymous: true },
      states: [customer],
      answer: refusal('EMAIL_TAKEN'),
    });
    expect(client).toMatchObject({ data: null, errors: [{ extensions: { code: 'EMAIL_TAKEN' } }] });
  });
});

describe('a deposit', () => {
  test('tells the client what is in the wallet then', async () => {
    const client = await users.holds({
      description: 'to deposit money',
      request: { operation: 'deposit', variables: deposit },
      states: [customer],
    });
    expect(client).toEqual({ data: { deposit: { balance: 100_000 } } });
  });

  test('of another amount with a key that was used is refused, and the client can tell why', async () => {
    const client = await users.holds({
      description: 'to deposit another amount with the same key',
      request: { operation: 'deposit', variables: deposit },
      states: [{ name: 'a customer', parameters: { deposited: 1, idempotencyKey: 'first' } }],
      answer: refusal('IDEMPOTENCY_CONFLICT'),
    });
    expect(client).toMatchObject({ data: null, errors: [{ extensions: { code: 'IDEMPOTENCY_CONFLICT' } }] });
  });
});

describe('an account', () => {
  test('has a name and a wallet', async () => {
    const client = await users.holds({
      description: "the caller's name and balance",
      request: { operation: 'my-account' },
      states: [{ name: 'a customer', parameters: { name: 'Me', deposited: 100_000 } }],
    });
    expect(client).toMatchObject({ data: { me: { name: 'Me', wallet: { balance: 100_000 } } } });
  });

  test('has an id, by which the other subgraphs know whose orders are asked for', async () => {
    const client = await users.holds({
      description: 'who the caller is',
      request: { operation: 'my-order-ids' },
      states: [customer],
    });
    expect(client).toEqual({ data: { me: { orders: { nodes: [{ id: made.orderId }] } } } });
  });

  test("is nobody's without a token, and the client can tell why", async () => {
    const client = await users.holds({
      description: 'who the caller is, without a token',
      request: { operation: 'my-order-ids', anonymous: true },
      answer: refusal('UNAUTHENTICATED'),
    });
    expect(client).toMatchObject({ data: null, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });
});

describe('of the user in an order, the gateway tells a client', () => {
  test('the name', async () => {
    const client = await users.holds({
      description: 'the name of the user in an order',
      request: { operation: 'order', variables: { id: made.orderId } },
      states: [customer],
    });
    expect(client).toMatchObject({ data: { order: { id: made.orderId, user: { name: 'Me' } } } });
  });

  test('nothing if there is no such account, and all the rest of the order', async () => {
    const nobody = { __typename: 'User', id: 'no-such-user' };
    const client = await users.holds({
      description: 'the name of a user who does not exist, in an order',
      request: { operation: 'order', variables: { id: made.orderId } },
      states: [customer],
      knows: { orders: { order: { ...world.orders.order, user: nobody } } },
    });
    expect(client).toMatchObject({ data: { order: { id: made.orderId, user: null } } });
  });
});
