import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { databaseEnvironment, kafkaEnvironment, serviceEnvironment } from '@ordermesh/chassis/config';
import { z } from 'zod';
import type { AcceptedKey } from './tokens.ts';

/** The key as PKCS #8 PEM on the curve of ES256; its line breaks may be written as `\n`, for files that hold one line. */
function readSigningKey(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem.replaceAll('\\n', '\n'));
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** A key as PEM (SPKI), before it perhaps a line `until: 2026-11-21T03:00:00.000Z`. */
function readPublicKey(block: string): AcceptedKey | undefined {
  const [, time, pem] = /^\s*(?:until:\s*(\S+)\s+)?(-----BEGIN[^]*)$/.exec(block) ?? [];
  if (pem === undefined) return undefined;
  const until = time === undefined ? Infinity : Date.parse(time);
  const key = createPublicKey(pem);
  const isRight = key.asymmetricKeyDetails?.namedCurve === 'prime256v1' && !Number.isNaN(until);
  return isRight ? { key, until } : undefined;
}

/** Any number of them, one after the other. */
function readPublicKeys(pems: string): AcceptedKey[] | undefined {
  const blocks = pems.replaceAll('\\n', '\n').split(/(?<=-----END PUBLIC KEY-----)/);
  try {
    const keys = blocks.filter((block) => block.trim() !== '').map(readPublicKey);
    return keys.every((key) => key !== undefined) ? keys : undefined;
  } catch {
    return undefined;
  }
}

export const signingKeyEnvironment = z.object({
  JWT_PRIVATE_KEY: z.string().transform((pem, context): KeyObject => {
    const key = readSigningKey(pem);
    if (key) return key;
    context.addIssue({ code: 'custom', message: 'must be an EC private key on P-256, as PKCS #8 PEM' });
    return z.NEVER;
  }),
  /** Keys beside it whose tokens are accepted: the next one, before it signs, and past ones, until their tokens have expired. */
  JWT_ACCEPTED_PUBLIC_KEYS: z
    .string()
    .default('')
    .transform((pems, context): AcceptedKey[] => {
      const keys = readPublicKeys(pems);
      if (keys) return keys;
      context.addIssue({
        code: 'custom',
        message: 'must be EC public keys on P-256, as PEM, each perhaps after a line "until: TIME"',
      });
      return z.NEVER;
    }),
});

export const environment = serviceEnvironment
  .extend(databaseEnvironment.shape)
  .extend(kafkaEnvironment.shape)
  .extend(signingKeyEnvironment.shape);
