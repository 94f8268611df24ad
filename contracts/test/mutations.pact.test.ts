import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Append } from '@ordermesh/chassis/appender';
import { z } from 'zod';
import { arrows, type Arrow } from '../src/arrows.ts';
import { providerMessages } from '../src/provider-messages.ts';
import { messageOf, verifyMessages } from '../src/verify-messages.ts';
import { consumers, observe, type Consumer } from './support/consumers.ts';
import { judge, type Judged } from './support/judge.ts';
import { mutantsOf } from './support/mutants.ts';
import { rowMutantsOf } from './support/row-mutants.ts';

// A pact that stays green whatever its provider does is worth nothing; neither is one that is red for what its consumer
// never reads. Here each provider's real messages are spoilt in every way, one at a time.

const interactionShape = z.looseObject({
  description: z.string(),
  providerStates: z.array(z.object({ params: z.unknown() })),
});
type Interaction = z.output<typeof interactionShape>;
const pactShape = z.looseObject({ interactions: z.array(interactionShape) });

const root = new URL('..', import.meta.url);
const json = (path: string): unknown => JSON.parse(readFileSync(new URL(path, root), 'utf8'));
const topics = z
  .array(z.object({ name: z.string() }))
  .parse(json('topics.json'))
  .map(({ name }) => name)
  .filter((name) => !name.endsWith('.dlq'));

const messageArrows = arrows.filter(({ kind }) => kind === 'message');
const folder = mkdtempSync(join(tmpdir(), 'mutations-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What each order goes through on a topic, by the messages of the one provider that writes it. */
const histories: Record<string, { provider: string; events: [string, string] }> = {
  'orders.events': { provider: 'orders', events: ['OrderPlaced', 'OrderCancelRequested'] },
  'catalogs.events': { provider: 'catalogs', events: ['StockReserved', 'StockReleased'] },
  'users.events': { provider: 'users', events: ['PaymentCompleted', 'PaymentRefunded'] },
};

const messages = providerMessages();

async function recordOf(provider: string, description: string, parameters: unknown): Promise<Append> {
  const build = messages[provider]?.[messageOf(description)];
  if (!build) throw new Error(`${provider} has no message ${description}`);
  return build(parameters);
}

/** Whether any consumer decides otherwise when the events of an order come the other way round. */
async function orderMattersOn(topic: string, parameters: unknown): Promise<boolean> {
  const history = histories[topic];
  if (!history) return false;
  const { provider, events } = history;
  const records = await Promise.all(events.map((event) => recordOf(provider, event, parameters)));
  return Object.values(consumers).some(
    (consume) => observe(consume, records) !== observe(consume, records.toReversed()),
  );
}

function consumerOf({ consumer }: Arrow): Consumer {
  const found = consumers[consumer];
  if (!found) throw new Error(`nobody knows what ${consumer} does with a message`);
  return found;
}

type Trial = Judged & { message: string; red: boolean };

/**
 * Verifies the pact of an arrow against every mutant of every message in it, in one run of the verifier: in a copy of the
 * pact, each interaction stands once for each mutant. A mutant is found if any interaction of its message is red.
 */
async function tryArrow(arrow: Arrow): Promise<Trial[]> {
  const name = `${arrow.consumer}-${arrow.provider}.json`;
  const pact = pactShape.parse(json(`pacts/${name}`));
  const byMessage = Map.groupBy(pact.interactions, ({ description }) => messageOf(description));
  const mutated = new Map<string, Trial>();
  const interactions: Interaction[] = [];
  const trials: Trial[] = [];
  for (const [message, expectations] of byMessage) {
    const parameters = expectations[0]?.providerStates[0]?.params;
    const record = await recordOf(arrow.provider, message, parameters);
    const mutants = arrow.consumer.endsWith('-sink')
      ? // All rows of a table have one schema: that of the first is spoilt.
        rowMutantsOf(record, topics, { schema: trials.length === 0 })
      : mutantsOf(record, topics);
    const orderMatters = await orderMattersOn(record.topic, parameters);
    for (const judged of judge(consumerOf(arrow), record, mutants, orderMatters)) {
      const trial = { ...judged, message, red: false };
      trials.push(trial);
      for (const expectation of expectations) {
        const description = `${mutated.size} ${expectation.description}`;
        mutated.set(description, trial);
        // The mutant stands ready: there is no state to be set up for it.
        interactions.push({ ...expectation, description, providerStates: [] });
      }
    }
  }
  const pactFile = join(folder, name);
  writeFileSync(pactFile, JSON.stringify({ ...pact, interactions }));
  const { failures, interactions: verified } = await verifyMessages({
    arrow,
    pactFile,
    alter: (description) => () => {
      const record = mutated.get(description)?.record;
      if (!record) throw new Error(`there is no mutant ${description}`);
      return record;
    },
  });
  expect(verified).toBe(interactions.length);
  for (const { interaction } of failures) {
    const found = mutated.get(interaction);
    if (found) found.red = true;
  }
  return trials;
}

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
