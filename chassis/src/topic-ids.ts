import { connect } from 'node:net';

const apiKey = 3; // Metadata
const apiVersion = 12;
const correlationId = 1;
const answerWithinMs = 3_000;
const unknownTopic = 3;

/** An unsigned varint below 16 384, enough for lengths of topic names and counts of topics. */
function varint(value: number): Buffer {
  return value < 0x80 ? Buffer.of(value) : Buffer.of((value & 0x7f) | 0x80, value >> 7);
}

function compactString(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([varint(bytes.length + 1), bytes]);
}

function encodeRequest(topics: string[]): Buffer {
  const header = Buffer.alloc(11);
  header.writeInt16BE(apiKey, 0);
  header.writeInt16BE(apiVersion, 2);
  header.writeInt32BE(correlationId, 4);
  header.writeInt16BE(-1, 8); // no client id; the last byte says: no tagged fields
  const noId = Buffer.alloc(16);
  const wanted = topics.flatMap((topic) => [noId, compactString(topic), Buffer.of(0)]);
  // No automatic creation, no authorized operations, no tagged fields.
  const body = Buffer.concat([header, varint(topics.length + 1), ...wanted, Buffer.of(0, 0, 0)]);
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
}

/** Reads Kafka's primitive types (KIP-482: compact lengths are unsigned varints, one more than the length). */
function createReader(bytes: Buffer) {
  let at = 0;
  const skip = (count: number) => void (at += count);
  const int16 = () => bytes.readInt16BE((at += 2) - 2);
  const int32 = () => bytes.readInt32BE((at += 4) - 4);
  function varint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes.readUInt8(at++);
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }
  function text(): string {
    const length = Math.max(varint() - 1, 0);
    return bytes.toString('utf8', at, (at += length));
  }
  function hex(length: number): string {
    return bytes.toString('hex', at, (at += length));
  }
  function tags(): void {
    for (let left = varint(); left > 0; left--) {
      varint();
      skip(varint());
    }
  }
  function array<T>(item: () => T): T[] {
    return Array.from({ length: Math.max(varint() - 1, 0) }, item);
  }
  return { skip, int16, int32, text, hex, tags, array };
}

function decodeResponse(bytes: Buffer): Map<string, string> {
  const { skip, int16, int32, text, hex, tags, array } = createReader(bytes);
  if (int32() !== correlationId) throw new Error('the broker answered something else');
  tags();
  skip(4); // throttle time
  array(() => (int32(), text(), int32(), text(), tags())); // brokers: id, host, port, rack
  text(); // cluster id
  skip(4); // controller
  const ids = new Map<string, string>();
  array(() => {
    const error = int16();
    const name = text();
    const id = hex(16);
    skip(1); // internal or not
    array(() => {
      skip(14); // error, partition, leader, leader epoch
      for (let list = 0; list < 3; list++) array(int32); // replicas, in sync, offline
      tags();
    });
    skip(4); // authorized operations
    tags();
    if (error !== unknownTopic) ids.set(name, id);
  });
  return ids;
}

/** A connection that answers one request after the other. */
function createConnection(broker: string) {
  const separator = broker.lastIndexOf(':');
  const [host, port] = [broker.slice(0, separator), Number(broker.slice(separator + 1))];
  const waiting: { resolve: (answer: Buffer) => void; reject: (error: Error) => void }[] = [];
  let received = Buffer.alloc(0);
  const socket = connect({ host, port, timeout: answerWithinMs });
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
      const end = 4 + received.readInt32BE(0);
      waiting.shift()?.resolve(received.subarray(4, end));
      received = received.subarray(end);
    }
  });
  const fail = (error: Error) => {
    socket.destroy();
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  // An idle connection times out too, and is opened again when it is needed.
  socket.on('timeout', () => fail(new Error(`${broker} did not answer in time`)));
  socket.on('error', fail);
  socket.on('close', () => fail(new Error(`${broker} closed the connection`)));
  return {
    isOpen: () => !socket.destroyed,
    close: () => void socket.destroy(),
    ask: (request: Buffer) =>
      new Promise<Buffer>((resolve, reject) => {
        waiting.push({ resolve, reject });
        socket.write(request);
      }),
  };
}

/**
 * Reads the ids that the cluster gave to topics (KIP-516), by name, without those that do not exist. A topic that was
 * deleted and created anew has the same name and another id. kafkajs speaks no version of the protocol that tells
 * them, so this asks by itself (Metadata, version 12: brokers from 3.1 on). `read` rejects when no broker answers.
 */
export function createTopicIds(brokers: string[], topics: string[]) {
  const request = encodeRequest(topics);
  let connection: ReturnType<typeof createConnection> | undefined;

  async function askAny(): Promise<Buffer> {
    if (connection?.isOpen()) return connection.ask(request);
    let failure: unknown;
    for (const broker of brokers) {
      const candidate = createConnection(broker);
      try {
        const answer = await candidate.ask(request);
        connection?.close();
        connection = candidate;
        return answer;
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  return {
    read: async (): Promise<ReadonlyMap<string, string>> => decodeResponse(await askAny()),
    close: () => connection?.close(),
  };
}
