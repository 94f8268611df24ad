import { clientError } from '@ordermesh/chassis/errors';

/** In characters (code points), as the columns count them. */
const length = (text: string): number => [...text].length;

/** Half a surrogate pair cannot be stored, and control characters have no place in what people read. */
const isReadable = (text: string): boolean => text.isWellFormed() && !/\p{Cc}/u.test(text);

/** Something before the @, a domain with a dot after it: whether it exists, only a letter to it would tell. */
const plausibleEmail = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/u;

/** The email without surrounding blanks, otherwise as typed. At most 254 bytes (RFC 5321). Throws BAD_USER_INPUT. */
export function parseEmail(text: string): string {
  const email = text.trim().normalize('NFC');
  if (Buffer.byteLength(email) <= 254 && isReadable(email) && plausibleEmail.test(email)) return email;
  throw clientError(
    'BAD_USER_INPUT',
    'email must look like name@example.com and have at most 254 characters',
  );
}

/** Emails with the same key are the same email: the unique column. */
export function emailKey(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}

/** The name without surrounding blanks, 1–100 characters. Throws BAD_USER_INPUT. */
export function parseName(text: string): string {
  const name = text.trim();
  if (length(name) >= 1 && length(name) <= 100 && isReadable(name)) return name;
  throw clientError('BAD_USER_INPUT', 'name must have 1 to 100 characters, no control characters among them');
}

/** A password that `parsePassword` refuses belongs to no account. */
export function isPossiblePassword(password: string): boolean {
  return password.isWellFormed() && length(password) >= 8 && length(password) <= 128;
}

/** The password as it is, 8–128 characters of any kind. Throws BAD_USER_INPUT. */
export function parsePassword(password: string): string {
  if (isPossiblePassword(password)) return password;
  throw clientError('BAD_USER_INPUT', 'password must have 8 to 128 characters');
}

/** A key that the client chose, 1–64 characters. Throws BAD_USER_INPUT. */
export function parseIdempotencyKey(key: string): string {
  if (key.isWellFormed() && length(key) >= 1 && length(key) <= 64) return key;
  throw clientError('BAD_USER_INPUT', 'idempotencyKey must have 1 to 64 characters');
}
