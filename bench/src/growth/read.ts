import { runLoad, type LoadResult } from '../load.ts';

/** A query, the variables that it is sent with in rotation, and the whole answer that each has to get. */
export type Read = {
  name: string;
  token?: string;
  query: string;
  asks: { variables: object; answer: string }[];
};

const clients = 8;

/** Reads through the gateway for a while, each client one after the other. */
export function load(port: number, { token, query, asks }: Read, seconds: number): Promise<LoadResult> {
  const answers = asks.map(({ answer }) => Buffer.from(answer));
  return runLoad({
    port,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    bodies: asks.map(({ variables }) => JSON.stringify({ query, variables })),
    clients,
    seconds,
    isRight: (index, body) => answers[index]?.equals(trimmed(body)) ?? false,
  });
}

/** Answers end with a new line or not, as the gateway likes. */
const trimmed = (body: Buffer) => (body.at(-1) === 10 ? body.subarray(0, -1) : body);
