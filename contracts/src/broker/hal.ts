import { Failure, messageOf } from '@ordermesh/stack/failure';
import type { Broker } from './config.ts';

/** Asks the broker for one of its resources, or tells it something. @throws Failure unless it agrees */
export async function callBroker(broker: Broker, url: string, body?: unknown): Promise<unknown> {
  const method = body === undefined ? 'GET' : 'POST';
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers: { accept: 'application/hal+json', 'content-type': 'application/json', ...broker.headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // A broker is a small web application: what takes longer will not come.
      signal: AbortSignal.timeout(30_000),
    });
  } catch (error) {
    const cause = error instanceof Error && error.cause ? error.cause : error;
    throw new Failure(`the broker at ${broker.url} does not answer: ${messageOf(cause)}`, { cause: error });
  }
  const answer = await response.text();
  if (!response.ok)
    throw new Failure(`the broker answers ${response.status} to ${method} ${url}: ${answer.slice(0, 300)}`);
  try {
    return answer === '' ? undefined : JSON.parse(answer);
  } catch (error) {
    throw new Failure(`the broker answers ${method} ${url} with something that is not JSON`, {
      cause: error,
    });
  }
}
