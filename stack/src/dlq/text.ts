const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes of a record as text, or undefined when they are none. */
export function decode(bytes: Buffer): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

const named: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** What a terminal would act upon instead of showing it: control characters, line ends, changes of direction. */
const escape = (text: string) =>
  text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) =>
      named[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}}`,
  );

/** One line of text, safe to print, of at most `limit` characters. */
export function oneLine(text: string, limit: number): string {
  const characters = Array.from(text.slice(0, 2 * limit + 2));
  return characters.length <= limit ? escape(text) : `${escape(characters.slice(0, limit).join(''))}…`;
}

/** A key or value on one line: as text if it is text, in hexadecimal digits otherwise, and its size if it was shortened. */
export function showBytes(bytes: Buffer | null, limit: number): string {
  if (bytes === null) return 'null';
  if (bytes.length === 0) return 'empty';
  const text = decode(bytes);
  if (text === undefined) {
    const shown = bytes.subarray(0, limit / 2);
    const rest = shown.length < bytes.length ? '…' : '';
    return `0x${shown.toString('hex')}${rest} (${bytes.length} bytes, not UTF-8)`;
  }
  const line = oneLine(text, limit);
  return line.endsWith('…') && !text.endsWith('…') ? `${line} (${bytes.length} bytes)` : line;
}

/** A key or value for `--json`: text as it is, anything else in base64. */
export const toJson = (bytes: Buffer | null): string | { base64: string } | null =>
  bytes && (decode(bytes) ?? { base64: bytes.toString('base64') });

/** Left-aligned columns; one that is empty throughout is left out. */
export function table(head: string[], rows: string[][]): string {
  const kept = head.map((_, i) => i).filter((i) => rows.some((row) => row[i]));
  const lines = [head, ...rows].map((row) => kept.map((i) => row[i] ?? ''));
  const widths = kept.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  const pad = (line: string[]) => line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ');
  return lines.map((line) => pad(line).trimEnd()).join('\n');
}

/** `1 dead letter`, `2 dead letters`. */
export const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
