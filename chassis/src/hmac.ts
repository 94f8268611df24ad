import { createHmac, hash } from 'node:crypto';

/** SHA-256 takes its input in blocks of so many bytes; a key is filled up to one. */
const blockLength = 64;
const isAscii = /^[\x00-\x7f]*$/; // eslint-disable-line no-control-regex -- these are what is looked for

/**
 * HMAC-SHA256 (RFC 2104) with a fixed key, in hexadecimal digits: hash(outer pad + hash(inner pad + message)). Two calls
 * of the one-shot hash take half the time of createHmac, which makes several objects for each use; the pads are made once.
 * A key that is longer than a block, or not ASCII (its pads would not be text), is left to createHmac.
 */
export function createHmacSha256(key: string): (message: string) => string {
  if (key.length > blockLength || !isAscii.test(key))
    return (message) => createHmac('sha256', key).update(message).digest('hex');
  const block = Buffer.alloc(blockLength);
  block.write(key);
  const innerPad = Buffer.from(block.map((byte) => byte ^ 0x36)).toString('latin1');
  const outer = Buffer.alloc(blockLength + 32);
  block.forEach((byte, index) => (outer[index] = byte ^ 0x5c));
  return (message) => {
    outer.write(hash('sha256', innerPad + message, 'hex'), blockLength, 'hex');
    return hash('sha256', outer, 'hex');
  };
}
