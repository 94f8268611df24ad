import type { Admin, Kafka } from 'kafkajs';
import { isoTime, readLetter, showPosition, type Letter } from './letter.ts';
import { readTopics } from './read-topics.ts';
import { readState } from './state.ts';
import { oneLine, showBytes, toJson } from './text.ts';

export type Shown = Letter & { waiting: boolean };

const [reasonLimit, valueLimit, headerLimit, keyLimit] = [1_000, 300, 120, 120];

/** Every dead letter of a topic, the oldest first. */
export async function show(kafka: Kafka, admin: Admin, topic: string): Promise<Shown[]> {
  const state = await readState(admin, topic);
  const shown: Shown[] = [];
  await readTopics({
    kafka,
    admin,
    ranges: state,
    onMessages: ({ partition }, messages) => {
      const waitingFrom = state.find((each) => each.partition === partition)?.waitingFrom ?? 0;
      for (const message of messages) {
        const letter = readLetter(topic, partition, message);
        shown.push({ ...letter, waiting: letter.offset >= waitingFrom });
      }
      return true;
    },
  });
  return shown.sort(
    (a, b) =>
      Date.parse(timeOf(a)) - Date.parse(timeOf(b)) || a.partition - b.partition || a.offset - b.offset,
  );
}

const timeOf = (letter: Letter) => letter.at ?? isoTime(letter.timestamp);

/** A block of lines for one dead letter. */
export function showLetter(letter: Shown): string {
  const { from, identity } = letter;
  const again =
    identity !== undefined && from && !identity.startsWith(`${from.topic}-${from.partition}-${from.offset}-`);
  const headers = Object.entries(letter.headers).flatMap(([name, values]) =>
    values.map((value) => `${oneLine(name, headerLimit)}=${showBytes(value, headerLimit)}`),
  );
  const lines: [string, string | undefined][] = [
    // Kafka Connect keeps the record's own time and does not write down when it gave up.
    ['when', letter.at ?? `${isoTime(letter.timestamp)} (the record; when it was given up is not said)`],
    ['from', from ? `${showPosition(from)}${again ? `, at first ${identity}` : ''}` : 'it does not say'],
    ['by', letter.consumer],
    ['why', letter.reason ?? 'it does not say'],
    ['key', showBytes(letter.key, keyLimit)],
    ['headers', headers.join('  ') || undefined],
    ['value', showBytes(letter.value, valueLimit)],
  ];
  const shown = lines.flatMap(([name, text]) =>
    text === undefined ? [] : [`  ${name.padEnd(7)}  ${oneLine(text, reasonLimit + valueLimit)}`],
  );
  return [`${showPosition(letter)}  ${letter.waiting ? 'waiting' : 'replayed'}`, ...shown].join('\n');
}

/** The same for `--json`, nothing shortened. */
export const letterJson = ({ key, value, headers, ...said }: Shown) => ({
  ...said,
  key: toJson(key),
  value: toJson(value),
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, values]) => [
      name,
      values.length === 1 ? toJson(values[0] ?? null) : values.map(toJson),
    ]),
  ),
});
