import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Arrow } from '../../src/arrows.ts';
import { messageOf, verifyMessages } from '../../src/verify-messages.ts';
import { consumers, observe, type Consumer } from './consumers.ts';
import { judge, type Judged } from './judge.ts';
import { mutantsOf, type Mutant } from './mutants.ts';
import { json, readPact, recordOf, type Interaction } from './pacts.ts';
import { rowMutantsOf } from './row-mutants.ts';

const topics = z
  .array(z.object({ name: z.string() }))
  .parse(json('topics.json'))
  .map(({ name }) => name)
  .filter((name) => !name.endsWith('.dlq'));

/** What each order goes through on a topic, by the messages of the one provider that writes it. */
const histories: Record<string, { provider: string; events: [string, string] }> = {
  'orders.events': { provider: 'orders', events: ['OrderPlaced', 'OrderCancelRequested'] },
  'catalogs.events': { provider: 'catalogs', events: ['StockReserved', 'StockReleased'] },
  'users.events': { provider: 'users', events: ['PaymentCompleted', 'PaymentRefunded'] },
};

/**
 * Rows for sinks: the replica's sink reads the key itself, so that its mutants show; and the table of orders needs no
 * order, its trigger puts right what comes late.
 */
const rowTopics = ['orders', 'cdc.catalogs.products'];

/** Whether any consumer decides otherwise when the events of an order come the other way round. */
async function orderMattersOn(topic: string, parameters: unknown): Promise<boolean> {
  if (rowTopics.includes(topic)) return false;
  const history = histories[topic];
  // Taken for one whose order does not matter, its key would go unchecked.
  if (!history) throw new Error(`say in histories what an order goes through on ${topic}`);
  const { provider, events } = history;
  const records = await Promise.all(events.map((event) => recordOf(provider, event, parameters)));
  for (const consumer of Object.values(consumers)) {
    if ((await observe(consumer, records)) !== (await observe(consumer, records.toReversed()))) return true;
  }
  return false;
}

/** What an arrow's consumer does with records. */
export function consumerOf({ consumer }: Arrow): Consumer {
  const found = consumers[consumer];
  if (!found) throw new Error(`nobody knows what ${consumer} does with a message`);
  return found;
}

/** A mutant of a message, and what came of verifying it. */
export type Trial = Judged & { message: string; red: boolean };

/** The interactions that do not hold when these are the messages. */
async function verify(
  arrow: Arrow,
  pact: { interactions: Interaction[] },
  mutants: ReadonlyMap<string, Mutant>,
): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'mutations-'));
  try {
    const pactFile = join(folder, 'pact.json');
    writeFileSync(pactFile, JSON.stringify(pact));
    const { failures, interactions } = await verifyMessages({
      arrow,
      pactFile,
      alter: (description) => () => {
        const mutant = mutants.get(description);
        if (!mutant) throw new Error(`there is no mutant ${description}`);
        return mutant.record;
      },
    });
    if (interactions !== mutants.size) throw new Error(`${interactions} of ${mutants.size} were verified`);
    return failures.map(({ interaction }) => interaction);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Verifies the pact of an arrow against every mutant of every message in it, in one run of the verifier: in a copy of the
 * pact, each interaction stands once for each mutant. A mutant is found if any interaction of its message is red.
 */
export async function tryArrow(arrow: Arrow): Promise<Trial[]> {
  const pact = readPact(arrow);
  const byMessage = Map.groupBy(pact.interactions, ({ description }) => messageOf(description));
  const mutated = new Map<string, Trial>();
  const interactions: Interaction[] = [];
  const trials: Trial[] = [];
  const firstRow = [...byMessage.keys()].find((message) => message.startsWith('the row'));
  for (const [message, expectations] of byMessage) {
    const parameters = expectations[0]?.providerStates[0]?.params;
    const record = await recordOf(arrow.provider, message, parameters);
    const mutants = arrow.consumer.endsWith('-sink')
      ? // All rows of a table have one schema: that of the first is spoilt.
        rowMutantsOf(record, topics, { schema: message === firstRow })
      : mutantsOf(record, topics);
    const orderMatters = await orderMattersOn(record.topic, parameters);
    for (const judged of await judge(consumerOf(arrow), record, mutants, orderMatters)) {
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
  const red = await verify(arrow, { ...pact, interactions }, mutated);
  for (const description of red) {
    const trial = mutated.get(description);
    if (trial) trial.red = true;
  }
  return trials;
}
