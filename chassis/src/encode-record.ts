type Data = Buffer | string | null;

/** What kafkajs hands to its encoder of records. */
export type RecordToEncode = {
  offsetDelta: number;
  timestampDelta: number;
  key?: Data;
  value: Data;
  headers?: Record<string, Buffer | string>;
};

/** As much of kafkajs' class of this name as is asked of a record that is encoded. */
type Encoder = { buf: Buffer; buffer: Buffer };
export type EncodeRecord = (record: RecordToEncode) => Encoder;

/** Signed numbers become unsigned ones, small ones small ones. */
const zigZag = (value: number): number => ((value << 1) ^ (value >> 31)) >>> 0;

function sizeOfVarint(value: number): number {
  let size = 1;
  for (let left = zigZag(value); left > 0x7f; left >>>= 7) size++;
  return size;
}

function writeVarint(to: Buffer, start: number, value: number): number {
  let at = start;
  let left = zigZag(value);
  for (; left > 0x7f; left >>>= 7) to[at++] = (left & 0x7f) | 0x80;
  to[at++] = left;
  return at;
}

const lengthOf = (data: Data): number => (data === null ? -1 : Buffer.byteLength(data));

/** In bytes, its length included; of null there is only the length, -1. */
function sizeOf(data: Data): number {
  const length = lengthOf(data);
  return sizeOfVarint(length) + Math.max(length, 0);
}

function write(to: Buffer, start: number, data: Data): number {
  const at = writeVarint(to, start, lengthOf(data));
  if (data === null) return at;
  return at + (typeof data === 'string' ? to.write(data, at) : data.copy(to, at));
}

/**
 * One record in the format of a record batch (Kafka's protocol, "Record", magic 2), all of the same time. The same bytes as
 * kafkajs', in an eighth of the time: it makes some twenty buffers for each, one of 512 bytes for every header among them.
 */
export function encodeRecord({ offsetDelta, key = null, value, headers = {} }: RecordToEncode): Encoder {
  const entries = Object.entries(headers);
  let size = 2 + sizeOfVarint(offsetDelta) + sizeOf(key) + sizeOf(value) + sizeOfVarint(entries.length);
  for (const [name, header] of entries) size += sizeOf(name) + sizeOf(header);
  const buf = Buffer.allocUnsafe(sizeOfVarint(size) + size);
  let at = writeVarint(buf, 0, size);
  buf[at++] = 0; // no attributes
  buf[at++] = 0; // the time of the batch
  at = writeVarint(buf, at, offsetDelta);
  at = write(buf, at, key);
  at = write(buf, at, value);
  at = writeVarint(buf, at, entries.length);
  for (const [name, header] of entries) at = write(buf, write(buf, at, name), header);
  return { buf, buffer: buf };
}

const isSingle = (header: unknown): boolean => typeof header === 'string' || Buffer.isBuffer(header);

/** Records of other times, and headers that are repeated or null, are left to kafkajs. */
const isPlain = ({ timestampDelta, headers = {} }: RecordToEncode): boolean =>
  timestampDelta === 0 && Object.values(headers).every(isSingle);

/** Encodes as `theirs` does, which is left what is not plain. */
export const encodeRecordsWith =
  (theirs: EncodeRecord): EncodeRecord =>
  (record) =>
    isPlain(record) ? encodeRecord(record) : theirs(record);
