import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Arrow } from '../src/arrows.ts';
import { messageOf } from '../src/verify-messages.ts';
import { observe } from './support/consumers.ts';
import { contracted, messageArrows, messages, readPact } from './support/pacts.ts';
import { consumerOf, tryArrow, type Trial } from './support/trials.ts';

// A pact that stays green whatever its provider does is worth nothing; neither is one that is red for what its consumer
// never reads. Here each provider's real messages are spoilt in every way, one at a time.

const tried = new Map<Arrow, Trial[]>();
beforeAll(async () => {
  // Two at a time: verifying takes a core each.
  const waiting = [...messageArrows];
  const work = async () => {
    for (let arrow = waiting.shift(); arrow; arrow = waiting.shift()) tried.set(arrow, await tryArrow(arrow));
  };
  await Promise.all([work(), work()]);
}, 300_000);

afterAll(() => {
  const all = [...tried.values()].flat();
  const right = all.filter(({ red, mustFail }) => red === mustFail).length;
  const percent = Math.floor((100 * right) / all.length);
  console.log(`contract mutations: ${right} of ${all.length} judged rightly (${percent} %)`);
});

const show = ({ message, element, how }: Trial) => `${message}: ${element} ${how}`;

test.each(messageArrows.map((arrow) => [`${arrow.consumer} ← ${arrow.provider}`, arrow] as const))(
  '%s: red for whatever the consumer uses, green for whatever it does not',
  (_, arrow) => {
    const trials = tried.get(arrow) ?? [];
    expect({
      survived: trials.filter(({ red, mustFail }) => mustFail && !red).map(show),
      redForNothing: trials.filter(({ red, mustFail }) => !mustFail && red).map(show),
    }).toEqual({ survived: [], redForNothing: [] });
    // There were some of both kinds.
    expect(new Set(trials.map(({ mustFail }) => mustFail))).toEqual(new Set([true, false]));
  },
);

test.each(Object.keys(messages))(
  'every message of %s is in the pact of everyone who sees it',
  async (provider) => {
    const records = await contracted(provider);
    expect([...records.keys()].sort()).toEqual(Object.keys(messages[provider] ?? {}).sort());
    for (const arrow of messageArrows.filter((each) => each.provider === provider)) {
      const seen: string[] = [];
      for (const [message, record] of records) {
        const observed = await observe(consumerOf(arrow), [record]);
        if (!observed.includes('"not on its topics"')) seen.push(message);
      }
      const inPact = new Set(readPact(arrow).interactions.map(({ description }) => messageOf(description)));
      const { consumer } = arrow;
      expect({ consumer, messages: [...inPact].sort() }).toEqual({
        consumer,
        messages: seen.sort(),
      });
    }
  },
);

test('an added field or header breaks no service', () => {
  const services = messageArrows.filter(({ consumer }) => !consumer.endsWith('-sink'));
  const added = services.flatMap((arrow) => tried.get(arrow) ?? []).filter(({ how }) => how === 'added');
  expect(added.length).toBeGreaterThan(0);
  expect(added.filter(({ red }) => red).map(show)).toEqual([]);
});

test('the classic mistake is among them: a producer on another topic than its consumer', () => {
  const elsewhere = [...tried.values()].flat().filter(({ element }) => element === 'topic');
  expect(elsewhere.map(({ how }) => how)).toEqual(expect.arrayContaining(['is orders.eventss', 'is orders']));
  expect(elsewhere.filter(({ red }) => !red).map(show)).toEqual([]);
});
