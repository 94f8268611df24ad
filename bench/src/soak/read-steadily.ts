import { messageOf } from '@ordermesh/stack/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { openConnection } from '../shop/connections.ts';
import type { System } from '../shop/system.ts';

const query =
  '{ me { name wallet { balance } orders(first: 10) { nodes { id status product { name stock } } } } }';

/** Customers who look at their orders, so many times a second, until told to stop. Gives how many got no right answer. */
export async function readSteadily(system: System, perSecond: number, say: (line: string) => void) {
  const { customers } = system.shop;
  let connection = await openConnection(system.gatewayPort);
  const counts = { reads: 0, wrong: 0 };
  let going = true;

  const requests = customers.map(({ token }) => {
    const body = JSON.stringify({ query });
    const head = [
      'POST /graphql HTTP/1.1',
      `host: 127.0.0.1:${system.gatewayPort}`,
      'content-type: application/json',
      'accept: application/json',
      `authorization: Bearer ${token}`,
      `content-length: ${Buffer.byteLength(body)}`,
    ];
    return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
  });
  const reading = (async () => {
    const begun = performance.now();
    for (let n = 0; going; n++) {
      await delay(Math.max(0, begun + (n * 1_000) / perSecond - performance.now()));
      const request = requests[n % requests.length];
      if (!request) return;
      counts.reads++;
      try {
        if (!connection.isOpen()) connection = await openConnection(system.gatewayPort);
        const { ok, body } = await connection.send(request);
        if (!ok || body.includes('"errors"') || !body.includes('"balance"')) counts.wrong++;
      } catch (error) {
        if (counts.wrong++ === 0) say(`a read failed: ${messageOf(error)}`);
        connection.close();
      }
    }
  })();
  reading.catch(() => undefined);
  return async () => {
    going = false;
    await reading.finally(() => connection.close());
    return counts;
  };
}
