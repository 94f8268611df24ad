// node parse-asyncapi.ts < FILE: what AsyncAPI's own parser says of the document, as JSON on standard output.
import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';

const { document, diagnostics } = await new Parser().parse(readFileSync(0, 'utf8'));
console.log(
  JSON.stringify({
    diagnostics: diagnostics.map(({ severity, path, message }) => ({
      severity,
      path: path.join('.'),
      message,
    })),
    channels: document?.channels().length,
    messages: document?.components().messages().length,
  }),
);
