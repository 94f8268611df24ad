import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { signatureHeader, signRequest } from '@ordermesh/chassis/gateway-signature';
import { createTokens } from '../src/tokens.ts';
import { readStack, signingKeyOf, startUsers, type RunningUsers } from './running-users.ts';

// A loaded machine hashes passwords slowly; what hangs is found all the same.
jest.setTimeout(30_000);

const stack = readStack();
const userFields = 'id email name createdAt wallet { balance }';
const signUp = `mutation ($input: SignUpInput!) { signUp(input: $input) { token user { ${userFields} } } }`;
const logIn = `mutation ($email: String!, $password: String!) {
  logIn(email: $email, password: $password) { token user { ${userFields} } }
}`;
const newCustomer = () => ({
  email: `Ada.${randomUUID()}@Example.org`,
  name: 'Ada',
  password: 'correct horse',
});

let users: RunningUsers;
let issueFor: (id: string, role?: 'customer' | 'admin') => Promise<string>;
beforeAll(async () => {
  users = await startUsers(stack);
  const tokens = await createTokens(signingKeyOf(stack));
  issueFor = (id, role = 'customer') => tokens.issue({ id, role });
});
afterAll(async () => {
  expect(await users.stop()).toBe(0);
});

async function signedUp() {
  const input = newCustomer();
  const { data, errors } = await users.execute(signUp, { variables: { input } });
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  const { token, user } = (data as { signUp: { token: string; user: { id: string } } }).signUp;
  return { input, token, user };
}

describe('signing up', () => {
  test('opens an account with an empty wallet, which its token shows and its password opens again', async () => {
    const { input, token, user } = await signedUp();
    expect(user).toEqual({
      id: expect.stringMatching(/^[\w-]{1,64}$/),
      email: input.email,
      name: input.name,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      wallet: { balance: 0 },
    });
    const { createdAt } = user as unknown as { createdAt: string };
    expect(Math.abs(Date.now() - Date.parse(createdAt))).toBeLessThan(60_000);
    const me = await users.execute(`{ me { ${userFields} } }`, { token });
    expect(me).toMatchObject({ codes: [], data: { me: user } });
    const variables = { email: ` ${input.email.toUpperCase()} `, password: input.password };
    const session = await users.execute(logIn, { variables });
    expect(session).toMatchObject({ codes: [], data: { logIn: { user } } });
  });

  test('of 10 twins whose emails differ in case alone, one gets the account', async () => {
    const input = newCustomer();
    const twins = Array.from({ length: 10 }, (_, index) => ({
      ...input,
      email: index % 2 === 0 ? input.email.toLowerCase() : input.email.toUpperCase(),
    }));
    const answers = await Promise.all(
      twins.map((twin) => users.execute(signUp, { variables: { input: twin } })),
    );
    expect(answers.flatMap(({ codes }) => codes)).toEqual(Array.from({ length: 9 }, () => 'EMAIL_TAKEN'));
  });

  test('emails that differ in an accent are two emails', async () => {
    const input = newCustomer();
    const accented = { ...input, email: input.email.replace('Ada', 'Àda') };
    for (const each of [input, accented]) {
      expect(await users.execute(signUp, { variables: { input: each } })).toMatchObject({ codes: [] });
    }
  });

  test.each([
    ['email', 'not an email', 'email must look like'],
    ['name', ' ', 'name must have 1 to 100 characters'],
    ['password', 'short', 'password must have 8 to 128 characters'],
  ])('with a bad %s says what would be right', async (field, value, message) => {
    const answered = await users.execute(signUp, {
      variables: { input: { ...newCustomer(), [field]: value } },
    });
    expect(answered).toMatchObject({
      codes: ['BAD_USER_INPUT'],
      errors: [{ message: expect.stringContaining(message) }],
    });
  });
});

test('logging in with a wrong password or an unknown email is refused in the same words', async () => {
  const { input } = await signedUp();
  const wrong = await users.execute(logIn, { variables: { email: input.email, password: 'wrong horse' } });
  const unknown = await users.execute(logIn, {
    variables: { email: `${randomUUID()}@example.org`, password: 'wrong horse' },
  });
  expect(wrong.codes).toEqual(['UNAUTHENTICATED']);
  expect(unknown.errors).toEqual(wrong.errors);
  expect(users.log()).not.toContain('wrong horse');
});

describe('who sees what', () => {
  const user = `query ($id: ID!) { user(id: $id) { ${userFields} } }`;
  const entities = (fields: string) =>
    `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on User { ${fields} } } }`;

  test('without a token there is no `me`', async () => {
    expect(await users.execute('{ me { id } }')).toMatchObject({ codes: ['UNAUTHENTICATED'] });
  });

  test('the token of an account that does not exist any more is refused', async () => {
    const token = await issueFor(randomUUID());
    expect(await users.execute('{ me { id } }', { token })).toMatchObject({ codes: ['UNAUTHENTICATED'] });
  });

  test('a customer sees their own account, and no other, existing or not', async () => {
    const [ada, bob] = [await signedUp(), await signedUp()];
    const ask = (id: string) => users.execute(user, { variables: { id }, token: ada.token });
    expect(await ask(ada.user.id)).toMatchObject({ codes: [], data: { user: ada.user } });
    expect(await ask(bob.user.id)).toMatchObject({ codes: ['FORBIDDEN'], data: { user: null } });
    expect(await ask(randomUUID())).toMatchObject({ codes: ['FORBIDDEN'], data: { user: null } });
  });

  test('an admin sees every account', async () => {
    const ada = await signedUp();
    const token = await issueFor(randomUUID(), 'admin');
    const ask = (id: string) => users.execute(user, { variables: { id }, token });
    expect(await ask(ada.user.id)).toMatchObject({ codes: [], data: { user: ada.user } });
    expect(await ask(randomUUID())).toMatchObject({ codes: [], data: { user: null } });
  });

  test('joined from another subgraph, somebody else has a name but no email and no wallet', async () => {
    const [ada, bob] = [await signedUp(), await signedUp()];
    const refs = [bob, ada].map(({ user: { id } }) => ({ __typename: 'User', id }));
    const ask = (fields: string) =>
      users.execute(entities(fields), { variables: { refs }, token: ada.token });
    expect(await ask('id name')).toMatchObject({
      codes: [],
      data: { _entities: refs.map(({ id }) => ({ id, name: 'Ada' })) },
    });
    for (const hidden of ['email', 'wallet { balance }']) {
      expect(await ask(`id ${hidden}`)).toMatchObject({
        codes: ['FORBIDDEN'],
        data: { _entities: [null, { id: ada.user.id }] },
      });
    }
  });
});

describe('a request', () => {
  const body = JSON.stringify({ query: '{ __typename }' });
  const { gatewaySigningSecret: secret } = stack;

  test.each([
    ['without a signature', undefined],
    ['with a signature of another body', signRequest(secret, '', `${body} `)],
    ['with a signature that is 61 s old', signRequest(secret, '', body, Date.now() - 61_000)],
    ['with a signature by another secret', signRequest('x'.repeat(32), '', body)],
  ])('%s is refused', async (_how, signature) => {
    const response = await fetch(`${users.base}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(signature && { [signatureHeader]: signature }) },
      body,
    });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  test('with a token that another key signed is refused', async () => {
    const forger = await createTokens(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
    const token = await forger.issue({ id: randomUUID(), role: 'admin' });
    expect(await users.execute('{ __typename }', { token })).toMatchObject({
      status: 401,
      codes: ['UNAUTHENTICATED'],
    });
  });

  test('with a token whose role was changed afterwards is refused', async () => {
    const { token } = await signedUp();
    const [header, payload, signature] = token.split('.');
    const claims: unknown = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
    const promoted = Buffer.from(JSON.stringify({ ...(claims as object), role: 'admin' })).toString(
      'base64url',
    );
    expect(
      await users.execute('{ moneyTotals { wallets } }', { token: [header, promoted, signature].join('.') }),
    ).toMatchObject({ status: 401, codes: ['UNAUTHENTICATED'] });
  });
});

test('the key set is public and holds no private part', async () => {
  const response = await fetch(`${users.base}/.well-known/jwks.json`);
  const { keys } = (await response.json()) as { keys: Record<string, string>[] };
  expect(keys).toHaveLength(1);
  expect(Object.keys(keys[0] ?? {}).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
});

test('through the gateway a client signs up, logs in and sees itself', async () => {
  const input = newCustomer();
  const ask = async (query: string, variables: object, token?: string) => {
    const headers = {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
    };
    const body = JSON.stringify({ query, variables });
    return (await fetch(stack.graphql, { method: 'POST', headers, body })).json();
  };
  expect(await ask(signUp, { input })).toMatchObject({ data: { signUp: { user: { email: input.email } } } });
  const session = (await ask(logIn, input)) as { data: { logIn: { token: string } } };
  expect(await ask('{ me { email wallet { balance } } }', {}, session.data.logIn.token)).toEqual({
    data: { me: { email: input.email, wallet: { balance: 0 } } },
  });
  expect(await ask(signUp, { input })).toMatchObject({ errors: [{ extensions: { code: 'EMAIL_TAKEN' } }] });
});
