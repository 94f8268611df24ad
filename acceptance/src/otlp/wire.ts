/** A field of a protobuf message: a number for what is of fixed size or a varint, bytes for everything else. */
export type Field = { number: number; bytes: Buffer; value: bigint };

const nothing = Buffer.alloc(0);

/** Protobuf's wire format, as far as OTLP uses it. Throws RangeError on what is not. */
export function fieldsOf(message: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  function varint(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }
  while (at < message.length) {
    const tag = Number(varint());
    const [number, type] = [tag >> 3, tag & 7];
    if (type === 0) fields.push({ number, bytes: nothing, value: varint() });
    else if (type === 1)
      fields.push({ number, bytes: nothing, value: message.readBigUInt64LE((at += 8) - 8) });
    else if (type === 5)
      fields.push({ number, bytes: nothing, value: BigInt(message.readUInt32LE((at += 4) - 4)) });
    else if (type === 2) {
      const length = Number(varint());
      fields.push({ number, bytes: message.subarray(at, (at += length)), value: 0n });
    } else throw new RangeError(`unknown wire type ${type}`);
  }
  return fields;
}
