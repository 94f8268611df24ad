import { clientError } from '@ordermesh/chassis/errors';
import { isIdentifier } from '@ordermesh/chassis/identifiers';

/** Counts are GraphQL's Int: all that a product ever gets stays within it. */
export const maxUnits = 2_147_483_647;

/** An id or key that a client chooses. Throws BAD_USER_INPUT. */
export function requireIdentifier(name: string, value: string): void {
  if (!isIdentifier(value)) throw clientError('BAD_USER_INPUT', `\`${name}\` must have 1 to 64 characters`);
}
