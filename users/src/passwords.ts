import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { createLimiter } from './limiter.ts';

const derive = promisify(argon2);

/** argon2id as the OWASP Password Storage Cheat Sheet asks for it: 19 MiB, 2 passes, 1 lane. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 };
const saltBytes = 16;
const tagBytes = 32;

type StoredHash = typeof cost & { salt: Buffer; tag: Buffer };

const toBase64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');

/** The PHC string format: algorithm, version, cost, salt and hash in one field, so that costs can rise over time. */
export function formatHash({ memory, passes, parallelism, salt, tag }: StoredHash): string {
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${toBase64(salt)}$${toBase64(tag)}`;
}

const phc = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** Throws when the text is not what `formatHash` writes: that is damage to the data, not a wrong password. */
export function parseHash(text: string): StoredHash {
  const [, memory, passes, parallelism, salt, tag] = phc.exec(text) ?? [];
  if (salt === undefined || tag === undefined) throw new Error('a stored password hash is not a PHC string');
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}

/** A hash that no password has, to be checked where there is no account: an unknown email takes as long as a known one. */
export const hashOfNobody = formatHash({
  ...cost,
  salt: Buffer.alloc(saltBytes),
  tag: Buffer.alloc(tagBytes),
});

/** The same password typed on another keyboard may arrive composed differently (NIST SP 800-63B, 5.1.1.2). */
function deriveTag(
  password: string,
  { memory, passes, parallelism, salt, tag }: StoredHash,
): Promise<Buffer> {
  const message = password.normalize('NFKC');
  return derive('argon2id', { message, nonce: salt, memory, passes, parallelism, tagLength: tag.length });
}

/**
 * Hashes and checks passwords off the main thread. Two at a time leave half of the thread pool to token signatures and
 * file reads, which share it; at 40 to 60 ms each, the last of those that may wait is done before the gateway gives up.
 */
export function createPasswords(limits = { running: 2, waiting: 100 }) {
  const limited = createLimiter(limits);
  return {
    /** A new PHC string for the password. */
    async hash(password: string): Promise<string> {
      const blank = { ...cost, salt: randomBytes(saltBytes), tag: Buffer.alloc(tagBytes) };
      return formatHash({ ...blank, tag: await limited(() => deriveTag(password, blank)) });
    },
    /** Whether the PHC string is that of the password; compares in constant time. */
    async verify(password: string, hash: string): Promise<boolean> {
      const stored = parseHash(hash);
      return timingSafeEqual(stored.tag, await limited(() => deriveTag(password, stored)));
    },
  };
}
export type Passwords = ReturnType<typeof createPasswords>;
