import { createConnection, type Connection } from 'mariadb';
import type { RunningStack } from '@ordermesh/stack/testing';

/** A connection that sees every database of the stack, for looking at what the services wrote. */
export function connectToDatabase(stack: Pick<RunningStack, 'mariadb' | 'secrets'>): Promise<Connection> {
  return createConnection({
    host: stack.mariadb.host,
    port: stack.mariadb.port,
    user: 'stack_admin',
    password: stack.secrets.databases.stack_admin,
    timezone: 'Z',
    bigIntAsNumber: true,
    decimalAsNumber: true,
    checkNumberRange: true,
  });
}
