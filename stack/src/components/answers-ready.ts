import { Failure, messageOf } from '../failure.ts';

/** Whether a URL answers with success. Rejects with the reason when not: it is what whoever waited in vain is told. */
export async function answersReady(url: string): Promise<true> {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  } catch (error) {
    throw new Failure(`${url}: ${messageOf(causeOf(error))}`, { cause: error });
  }
  // Read to its end, for the connection to be of use again. Services name in it what they lack.
  const body = await response.text();
  if (!response.ok) throw new Failure(`${url} answers ${response.status} ${body.slice(0, 300)}`);
  return true;
}

/** fetch says in the cause what it was that failed. */
const causeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'cause' in error ? (error.cause ?? error) : error;
