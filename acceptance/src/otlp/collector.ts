import { once } from 'node:events';
import { createServer } from 'node:http';
import { readSpans, type ExportedSpan } from './spans.ts';

/** The least of a collector: OTLP over HTTP (protobuf), everything kept in memory. */
export async function startCollector() {
  const spans: ExportedSpan[] = [];
  const refused: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const isTraces = request.method === 'POST' && request.url === '/v1/traces';
      const type = request.headers['content-type'];
      if (isTraces && type === 'application/x-protobuf') spans.push(...readSpans(Buffer.concat(chunks)));
      else refused.push(`${request.method} ${request.url} ${type}`);
      response.writeHead(isTraces ? 200 : 404, { 'content-type': 'application/x-protobuf' }).end();
    })().catch((error: unknown) => {
      refused.push(String(error));
      response.writeHead(400).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    spans,
    /** What came that was no export of traces. */
    refused,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
