import type { AccountInput, OpenAccount } from './create-account.ts';
import type { Account } from './entities.ts';
import type { Tokens } from './tokens.ts';

export type Session = { token: string; account: Account };

/** Opens a customer's account and its first session. Throws BAD_USER_INPUT, EMAIL_TAKEN. */
export function createSignUp({ openAccount, tokens }: { openAccount: OpenAccount; tokens: Tokens }) {
  return async function signUp(input: AccountInput): Promise<Session> {
    const account = await openAccount(input, 'customer');
    return { token: await tokens.issue(account), account };
  };
}
