import type { Admin } from 'kafkajs';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Connector } from '../connect.ts';
import { createKafkaClient } from '../kafka-client.ts';
import { deadLettersOf, placesOf, topicsOf } from './sink-offsets.ts';

/** Whoever scrapes waits no longer. */
const patience = { connectionTimeout: 1_000, requestTimeout: 3_000, retry: { retries: 1 } };

/**
 * How far each sink is behind the ends of its topics, and what it has set aside. Connect's REST interface tells what a
 * sink has committed, not where the logs end, so the broker is asked for all of it, at each scrape: the lag also grows
 * while a task is FAILED. Unknown is absent, never 0.
 */
export function createSinkLag(options: {
  brokers: string;
  registry: Registry;
  connectors: () => Connector[];
}) {
  const { brokers, registry, connectors } = options;
  const kafka = createKafkaClient(brokers, { clientId: 'connectors-watch', ...patience });
  const registers = [registry];
  const behind = new Gauge({
    name: 'kafka_consumer_lag_records',
    help: 'Records that the sink has not committed',
    labelNames: ['group', 'topic', 'partition'],
    registers,
  });
  const committedOffset = new Gauge({
    name: 'kafka_consumer_committed_offset',
    help: 'Where the sink goes on reading, -1 before it has committed anything: while it changes, the sink gets on',
    labelNames: ['group', 'topic', 'partition'],
    registers,
  });
  // Set anew at each scrape to where the topic ends, which only ever grows: so it is a counter to whoever reads it.
  const deadLetters = new Counter({
    name: 'dead_letters_total',
    help: 'Records that the sink has set aside, by the topic where they are now',
    labelNames: ['group', 'topic'],
    registers,
  });
  let admin: Admin | undefined;

  async function connected(): Promise<Admin> {
    if (admin) return admin;
    const candidate = kafka.admin();
    await candidate.connect();
    return (admin = candidate);
  }

  async function disconnect(): Promise<void> {
    const known = admin;
    admin = undefined;
    await known?.disconnect().catch(() => undefined);
  }

  function forget(): void {
    for (const instrument of [behind, committedOffset, deadLetters]) instrument.reset();
  }

  async function ask(): Promise<void> {
    const client = await connected();
    const sinks = connectors().filter((each) => each.type === 'sink' && topicsOf(each).length > 0);
    // What cannot be answered is left out, and nothing else.
    const [places, letters] = await Promise.all([
      Promise.allSettled(sinks.map((sink) => placesOf(client, sink))),
      Promise.allSettled(sinks.map((sink) => deadLettersOf(client, sink))),
    ]);
    forget();
    for (const each of places.flatMap((asked) => (asked.status === 'fulfilled' ? asked.value : []))) {
      behind.set(each.labels, each.lag);
      committedOffset.set(each.labels, each.committed);
    }
    for (const asked of letters)
      if (asked.status === 'fulfilled' && asked.value) deadLetters.inc(asked.value.labels, asked.value.ever);
    if ([...places, ...letters].some(({ status }) => status === 'rejected')) await disconnect();
  }

  async function collect(): Promise<void> {
    // An answer that comes too late for the scrape must not leave there what the one before was told.
    forget();
    await ask().catch(disconnect);
  }

  return { collect, stop: disconnect };
}
