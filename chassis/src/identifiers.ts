const limit = 64;

/**
 * Whether a value can be an id or a key: 1 to 64 characters (Unicode code points, as MariaDB and Java count them) that
 * UTF-8 can carry. A lone surrogate cannot be stored: two ids that differ only in one would become the same.
 */
export function isIdentifier(value: unknown): value is string {
  if (typeof value !== 'string' || value === '' || value.length > 2 * limit) return false;
  return value.isWellFormed() && [...value].length <= limit;
}
