import type { DatabaseConfig } from '@ordermesh/chassis/database';
import type { ProviderState, ProviderStates } from '@ordermesh/chassis/provider-states';
import { createProviderStates as createCatalogsStates } from '@ordermesh/catalogs/contract/provider-states';
import { createProviderStates as createOrdersStates } from '@ordermesh/orders/contract/provider-states';
import type { RunningStack } from '@ordermesh/stack/testing';
import { createProviderStates as createUsersStates } from '@ordermesh/users/contract/provider-states';

/** A provider on a running stack: where it listens, and what makes its states so. */
export type RunningProvider = {
  url: string;
  /** Whether it answers only what the gateway has signed. */
  signed: boolean;
  states: ProviderStates[];
};

/** @throws Error when no provider of this name speaks GraphQL */
export function runningProvider(name: string, stack: RunningStack): RunningProvider {
  const at = (port: number | undefined) => `http://127.0.0.1:${port}`;
  const { ports } = stack;
  const users = () => createUsersStates(databaseOf(stack, 'users', 'users'));
  const catalogs = () => createCatalogsStates(databaseOf(stack, 'catalogs', 'catalogs'));
  const orders = () => createOrdersStates(databaseOf(stack, 'orders', 'orders_owner'));
  switch (name) {
    case 'users':
      return { url: at(ports.users), signed: true, states: [users()] };
    case 'catalogs':
      return { url: at(ports.catalogs), signed: true, states: [catalogs()] };
    case 'orders':
      return { url: at(ports.orders[0]), signed: true, states: [orders()] };
    case 'gateway':
      // Behind it is the whole system: what is so in one service is so for the others.
      return { url: at(ports.gateway), signed: false, states: [users(), catalogs(), orders()] };
    default:
      throw new Error(`${name} is no provider of GraphQL`);
  }
}

function databaseOf({ mariadb, secrets }: RunningStack, database: string, account: string): DatabaseConfig {
  return {
    DATABASE_HOST: mariadb.host,
    DATABASE_PORT: mariadb.port,
    DATABASE_NAME: database,
    DATABASE_USER: account,
    DATABASE_PASSWORD: secrets.databases[account] ?? '',
    DATABASE_POOL_SIZE: 2,
  };
}

/** One state of all services that know it by this name, each with what the others before it have made. */
export function inAll(services: readonly Pick<ProviderStates, 'states'>[], name: string): ProviderState {
  return async (parameters, known) => {
    let made = {};
    for (const { states } of services) {
      const state = states[name];
      if (state) made = { ...(await state(parameters, { ...known, ...made })), ...made };
    }
    return made;
  };
}
