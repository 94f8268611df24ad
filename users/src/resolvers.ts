import { isOwnerOrAdmin, requireAdmin, requireViewer } from '@ordermesh/chassis/authorization';
import { clientError } from '@ordermesh/chassis/errors';
import { DateTime, Money } from '@ordermesh/chassis/scalars';
import type { Viewer } from '@ordermesh/chassis/token-verifier';
import type { AccountInput } from './create-account.ts';
import type { createDeposit } from './deposit.ts';
import type { Account } from './entities.ts';
import type { Loaders } from './loaders.ts';
import type { createLogIn } from './log-in.ts';
import type { createMoneyTotals } from './money-totals.ts';
import type { createSignUp, Session } from './sign-up.ts';

export type Context = { viewer: Viewer | null; loaders: Loaders };

/** An account as somebody sees it: `disclosed` to oneself and to an admin, else without email and wallet. */
type User = { account: Account; disclosed: boolean };

export type UseCases = {
  signUp: ReturnType<typeof createSignUp>;
  logIn: ReturnType<typeof createLogIn>;
  deposit: ReturnType<typeof createDeposit>;
  moneyTotals: ReturnType<typeof createMoneyTotals>;
};

async function findUser(id: string, { viewer, loaders }: Context): Promise<User | null> {
  const account = await loaders.accounts.load(id);
  return account && { account, disclosed: isOwnerOrAdmin(viewer, id) };
}

function requireDisclosed({ account, disclosed }: User): Account {
  if (disclosed) return account;
  throw clientError('FORBIDDEN', 'email and wallet are visible only to oneself and to an admin');
}

export function createResolvers({ signUp, logIn, deposit, moneyTotals }: UseCases) {
  return {
    Money,
    DateTime,
    Query: {
      me: async (_: unknown, _args: object, context: Context): Promise<User> => {
        const user = await findUser(requireViewer(context.viewer).userId, context);
        if (!user) throw clientError('UNAUTHENTICATED', 'this account does not exist any more; log in again');
        return user;
      },
      user: (_: unknown, { id }: { id: string }, context: Context): Promise<User | null> => {
        // Refused alike whether the account exists or not.
        if (!isOwnerOrAdmin(requireViewer(context.viewer), id)) {
          throw clientError('FORBIDDEN', 'an account is visible only to oneself and to an admin');
        }
        return findUser(id, context);
      },
      moneyTotals: (_: unknown, _args: object, { viewer }: Context) => {
        requireAdmin(viewer);
        return moneyTotals();
      },
    },
    Mutation: {
      signUp: (_: unknown, { input }: { input: AccountInput }) => signUp(input),
      logIn: (_: unknown, credentials: { email: string; password: string }) => logIn(credentials),
      deposit: async (
        _: unknown,
        { amount, idempotencyKey }: { amount: number; idempotencyKey: string },
        { viewer, loaders }: Context,
      ) => {
        const { userId } = requireViewer(viewer);
        const wallet = await deposit(userId, amount, idempotencyKey);
        loaders.wallets.clear(userId);
        return wallet;
      },
    },
    Session: {
      // Whoever just proved to be the owner is oneself here, though the request came without a token.
      user: ({ account }: Session): User => ({ account, disclosed: true }),
    },
    User: {
      __resolveReference: ({ id }: { id: string }, context: Context): Promise<User | null> => {
        requireViewer(context.viewer);
        return findUser(id, context);
      },
      id: ({ account }: User) => account.id,
      name: ({ account }: User) => account.name,
      createdAt: ({ account }: User) => account.createdAt,
      email: (user: User) => requireDisclosed(user).email,
      wallet: (user: User, _args: object, { loaders }: Context) =>
        loaders.wallets.load(requireDisclosed(user).id),
    },
  };
}
