import { createPrivateKey, type KeyObject } from 'node:crypto';
import { databaseEnvironment, kafkaEnvironment, serviceEnvironment } from '@ordermesh/chassis/config';
import { z } from 'zod';

/** The key as PKCS #8 PEM on the curve of ES256; its line breaks may be written as `\n`, for files that hold one line. */
function readSigningKey(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem.replaceAll('\\n', '\n'));
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined;
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
});

export const environment = serviceEnvironment
  .extend(databaseEnvironment.shape)
  .extend(kafkaEnvironment.shape)
  .extend(signingKeyEnvironment.shape);
