import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Fake = {
  config: Record<string, string>;
  state: string;
  tasks: { id: number; state: string; trace?: string }[];
};

/** A stand-in for Connect's REST interface, as far as the reconciler uses it; `answer` may take a request over. */
export async function fakeConnect() {
  const connectors = new Map<string, Fake>();
  const requests: string[] = [];
  const fake = {
    connectors,
    /** Every request but the look at all connectors. */
    requests,
    answer: (_request: string): { status: number; body: string } | undefined => undefined,
    /** The tasks of a connector that is put. */
    startTasks: (_name: string): Fake['tasks'] => [{ id: 0, state: 'RUNNING' }],
    restarted: (_name: string): void => undefined,
  };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const line = `${request.method} ${request.url}`;
      if (!line.includes('expand=')) requests.push(line);
      const taken = fake.answer(line);
      const { status, body: text } = taken ?? handle(line, body);
      response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    });
  });

  function handle(line: string, body: string): { status: number; body: string } {
    const ok = (value: unknown) => ({ status: 200, body: JSON.stringify(value) });
    if (line.startsWith('GET /connectors?'))
      return ok(
        Object.fromEntries(
          [...connectors].map(([name, { config, state, tasks }]) => [
            name,
            { info: { name, config }, status: { name, type: 'sink', connector: { state }, tasks } },
          ]),
        ),
      );
    const [, method, name = '', rest = ''] = /^(\w+) \/connectors\/([^/?]+)(.*)$/.exec(line) ?? [];
    if (method === 'PUT' && rest === '/config') {
      const config = JSON.parse(body) as Record<string, string>;
      connectors.set(name, { config: { ...config, name }, state: 'RUNNING', tasks: fake.startTasks(name) });
      return ok({});
    }
    if (!connectors.has(name))
      return { status: 404, body: JSON.stringify({ message: `Connector ${name} not found` }) };
    if (method === 'DELETE') connectors.delete(name);
    if (rest.startsWith('/restart')) fake.restarted(name);
    return ok({});
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(fake, {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}
