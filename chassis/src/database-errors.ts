import { SqlError } from 'mariadb';

/** Deadlock, lock wait timeout, record changed since the snapshot: the transaction was rolled back, try it again. */
const retryableErrnos = new Set([1213, 1205, 1020]);

/** The driver's own errors on connections and pool (45xxx), and the server's on shutting down or being full. */
const unavailableErrnos = new Set([1040, 1053, 1077, 1152, 1184, 1203, 1317, 1927, 2006, 2013, 1021, 1114]);
const socketErrors = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
]);

/** The SqlError inside an error, if any: TypeORM wraps what the driver throws. */
function sqlErrorOf(error: unknown): SqlError | undefined {
  if (error instanceof SqlError) return error;
  if (!(error instanceof Error)) return undefined;
  return sqlErrorOf('driverError' in error ? error.driverError : error.cause);
}

export function isRetryableTransactionError(error: unknown): boolean {
  const sqlError = sqlErrorOf(error);
  return sqlError !== undefined && retryableErrnos.has(sqlError.errno);
}

/** Whether the database (or the way to it) is down, rather than the statement wrong. */
export function isDatabaseUnavailable(error: unknown): boolean {
  const sqlError = sqlErrorOf(error);
  if (sqlError === undefined) return false;
  return (
    unavailableErrnos.has(sqlError.errno) ||
    sqlError.fatal ||
    (sqlError.errno >= 45_000 && sqlError.errno < 46_000) ||
    socketErrors.has(sqlError.code ?? '')
  );
}

/** Whether the data cannot be stored (SQLSTATE classes 22 and 23), so that trying again would not help. */
export function isDataError(error: unknown): boolean {
  return /^2[23]/.test(sqlErrorOf(error)?.sqlState ?? '');
}

/** Whether a unique key was violated (1062). */
export function isDuplicateKey(error: unknown): boolean {
  return sqlErrorOf(error)?.errno === 1062;
}
