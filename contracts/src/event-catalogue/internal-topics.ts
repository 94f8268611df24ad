import { readDefinitions, type Definition } from '@ordermesh/connectors';

/** A topic that a connector keeps for itself: what lies on it is Debezium's own, and for nobody else to read. */
export type InternalTopic = { name: string; connector: string; summary: string };

/** The topics that the connectors' definitions name beside those they publish to. */
export const internalTopics = (definitions = readDefinitions()): InternalTopic[] =>
  definitions.flatMap((definition) => [...heartbeats(definition), ...schemaHistory(definition)]);

function heartbeats({ name: connector, config }: Definition): InternalTopic[] {
  const prefix = config['topic.prefix'];
  // Without an interval there are none (Debezium's default).
  if (prefix === undefined || !(Number(config['heartbeat.interval.ms']) > 0)) return [];
  const name = `${config['topic.heartbeat.prefix'] ?? '__debezium-heartbeat'}.${prefix}`;
  return [{ name, connector, summary: 'Signs of life, and how far it has read while its tables rest.' }];
}

function schemaHistory({ name: connector, config }: Definition): InternalTopic[] {
  const name = config['schema.history.internal.kafka.topic'];
  if (name === undefined) return [];
  return [{ name, connector, summary: 'What its tables looked like since when: to read the binary log by.' }];
}
