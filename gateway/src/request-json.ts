import type { IncomingMessage } from 'node:http';
import { readBody, RefusedRequestError } from '@ordermesh/chassis/request-body';
import { isRecord } from './compiled-plan/merge.ts';

const json = /^application\/json\s*(;|$)/i;
/** What a form of any website can send (Fetch, "CORS-safelisted request-header"); Apollo Server says that it takes none of it. */
const sentByForms = /^(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\s*(;|$)/i;

/**
 * The JSON object in the body of a POST. Undefined for a GET, and for a body that a form could have sent, which is for
 * Apollo Server to turn away.
 *
 * @throws RefusedRequestError for anything else, which says what should have been sent
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const { method, headers } = request;
  if (method === 'GET') return undefined;
  if (method !== 'POST')
    throw new RefusedRequestError(405, `${method} is not supported: send POST, or GET for a query`, {
      allow: 'GET, POST',
    });
  const text = await readBody(request);
  const contentType = headers['content-type'];
  if (contentType === undefined || sentByForms.test(contentType)) return undefined;
  if (!json.test(contentType))
    throw new RefusedRequestError(
      415,
      `the content-type ${JSON.stringify(contentType.slice(0, 50))} is not supported: send application/json`,
      { accept: 'application/json' },
    );
  return parseObject(text);
}

function parseObject(text: string): unknown {
  const body = parse(text);
  if (Array.isArray(body))
    throw new RefusedRequestError(400, 'batches are not supported: send one operation as a JSON object');
  if (!isRecord(body) || Object.keys(body).length === 0)
    throw new RefusedRequestError(400, 'the request body must be a JSON object with a "query"');
  return body;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message : String(error);
    throw new RefusedRequestError(
      400,
      text === '' ? 'the request body is empty' : `the request body is not JSON: ${reason}`,
    );
  }
}
