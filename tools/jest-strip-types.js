import { createHash } from 'node:crypto';
import { stripTypeScriptTypes } from 'node:module';

// Strips types the way `node file.ts` does, so that tests run the very code that production runs, line for line.
export default {
  process: (source) => ({ code: stripTypeScriptTypes(source, { mode: 'strip' }) }),
  getCacheKey: (source, path) =>
    createHash('sha256').update(process.version).update(path).update(source).digest('hex'),
};
