import { fieldsOf, type Field } from './wire.ts';

export type Kind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** A span as it was exported; times in Unix milliseconds. */
export type ExportedSpan = {
  service: string;
  instance: string;
  traceId: string;
  spanId: string;
  /** Undefined for the one that began the trace. */
  parentId: string | undefined;
  name: string;
  kind: Kind;
  begin: number;
  end: number;
  attributes: Record<string, string | number | boolean>;
  links: { traceId: string; spanId: string }[];
  failed: boolean;
};

const kinds: Record<number, Kind> = { 1: 'internal', 2: 'server', 3: 'client', 4: 'producer', 5: 'consumer' };
const statusError = 2n;

const all = (fields: Field[], number: number) => fields.filter((field) => field.number === number);
const one = (fields: Field[], number: number) => fields.findLast((field) => field.number === number);
const inside = (fields: Field[], number: number) => fieldsOf(one(fields, number)?.bytes ?? Buffer.alloc(0));
const text = (fields: Field[], number: number) => one(fields, number)?.bytes.toString() ?? '';
const hex = (fields: Field[], number: number) => one(fields, number)?.bytes.toString('hex') ?? '';
const milliseconds = (fields: Field[], number: number) => Number(one(fields, number)?.value ?? 0n) / 1e6;

function attributesOf(fields: Field[], number: number): ExportedSpan['attributes'] {
  return Object.fromEntries(
    all(fields, number).map(({ bytes }) => {
      const pair = fieldsOf(bytes);
      const [value] = inside(pair, 2);
      return [text(pair, 1), value ? valueOf(value) : ''];
    }),
  );
}

/** Of OTLP's AnyValue: text, truth, integer, number; of a list its members in JSON. */
function valueOf({ number, bytes, value }: Field): string | number | boolean {
  if (number === 1) return bytes.toString();
  if (number === 2) return value === 1n;
  if (number === 3) return Number(BigInt.asIntN(64, value));
  if (number === 4) return Buffer.from(new BigUint64Array([value]).buffer).readDoubleLE();
  return JSON.stringify(all(fieldsOf(bytes), 1).flatMap((member) => fieldsOf(member.bytes).map(valueOf)));
}

function toSpan(bytes: Buffer, resource: ExportedSpan['attributes']): ExportedSpan {
  const fields = fieldsOf(bytes);
  return {
    service: String(resource['service.name']),
    instance: String(resource['service.instance.id']),
    traceId: hex(fields, 1),
    spanId: hex(fields, 2),
    parentId: hex(fields, 4) || undefined,
    name: text(fields, 5),
    kind: kinds[Number(one(fields, 6)?.value)] ?? 'internal',
    begin: milliseconds(fields, 7),
    end: milliseconds(fields, 8),
    attributes: attributesOf(fields, 9),
    links: all(fields, 13).map((link) => {
      const inLink = fieldsOf(link.bytes);
      return { traceId: hex(inLink, 1), spanId: hex(inLink, 2) };
    }),
    failed: one(inside(fields, 15), 3)?.value === statusError,
  };
}

/** The spans of an ExportTraceServiceRequest (OTLP 1.x, opentelemetry/proto/trace/v1). */
export function readSpans(request: Buffer): ExportedSpan[] {
  return all(fieldsOf(request), 1).flatMap(({ bytes }) => {
    const resourceSpans = fieldsOf(bytes);
    const resource = attributesOf(inside(resourceSpans, 1), 1);
    return all(resourceSpans, 2).flatMap((scope) =>
      all(fieldsOf(scope.bytes), 2).map((span) => toSpan(span.bytes, resource)),
    );
  });
}
