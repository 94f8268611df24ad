/** A whole HTTP/1.1 message: its first line and header lines, and its body. */
type OnMessage = (head: string, body: Buffer) => void;

const endOfHead = Buffer.from('\r\n\r\n');
const newLine = Buffer.from('\r\n');

/** The body of a chunked message and where it ends; undefined while it is not all there (RFC 9112, section 7.1). */
function readChunked(bytes: Buffer, from: number): { body: Buffer; end: number } | undefined {
  const parts: Buffer[] = [];
  for (let at = from; ;) {
    const line = bytes.indexOf(newLine, at);
    if (line < 0) return undefined;
    const size = parseInt(bytes.toString('latin1', at, line), 16);
    const end = line + 2 + size + 2;
    if (bytes.length < end) return undefined;
    if (size === 0) return { body: Buffer.concat(parts), end };
    parts.push(bytes.subarray(line + 2, end - 2));
    at = end;
  }
}

/**
 * Splits what comes in on a connection into HTTP/1.1 messages. Just what a load generator needs and no more, so that
 * it costs a fraction of what it measures: no trailers, no messages without a length.
 */
export function createMessageReader(onMessage: OnMessage): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const headEnd = bytes.indexOf(endOfHead);
      if (headEnd < 0) break;
      const head = bytes.toString('latin1', 0, headEnd);
      const start = headEnd + endOfHead.length;
      const length = /^content-length: *(\d+)/im.exec(head)?.[1];
      const whole =
        length === undefined && /^transfer-encoding: *chunked/im.test(head)
          ? readChunked(bytes, start)
          : { body: bytes.subarray(start, start + Number(length ?? 0)), end: start + Number(length ?? 0) };
      if (!whole || bytes.length < whole.end) break;
      onMessage(head, whole.body);
      bytes = bytes.subarray(whole.end);
    }
    rest = bytes;
  };
}
