import { clientError } from '@ordermesh/chassis/errors';
import type { Account } from './entities.ts';
import type { FindAccount } from './find-account.ts';
import { isPossiblePassword } from './input.ts';
import { hashOfNobody, type Passwords } from './passwords.ts';
import type { Session } from './sign-up.ts';
import type { Tokens } from './tokens.ts';

/** The account that logs in. One message for whatever was wrong: which emails have an account is nobody's business. */
export function decideLogIn(account: Account | null, passwordMatches: boolean): Account {
  if (account && passwordMatches) return account;
  throw clientError('UNAUTHENTICATED', 'email or password is wrong');
}

/** A new session for an account. Throws UNAUTHENTICATED after the same time, whether the account exists or not. */
export function createLogIn(parts: { findAccount: FindAccount; passwords: Passwords; tokens: Tokens }) {
  const { findAccount, passwords, tokens } = parts;
  return async function logIn(input: { email: string; password: string }): Promise<Session> {
    const account = await findAccount(input.email);
    const matches =
      isPossiblePassword(input.password) &&
      (await passwords.verify(input.password, account?.passwordHash ?? hashOfNobody));
    const known = decideLogIn(account, matches);
    return { token: await tokens.issue(known), account: known };
  };
}
