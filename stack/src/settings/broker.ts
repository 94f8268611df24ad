/** A value in megabytes that a dead letter's copy of a 1 MB record, with its headers, fits in. */
export const largestRecord = 2_097_152;

type Place = {
  /** `NAME://host:port`, comma separated: where the broker listens, and what it tells clients to connect to. */
  listeners: string;
  advertised: string;
  controller: { host: string; port: number; listenOn: string };
  logDirs: string;
  /** The listener by which a broker would reach another. */
  interBroker: string;
};

/** The broker's configuration (server.properties), the same wherever it runs but for the place. */
export const brokerSettings = ({ listeners, advertised, controller, logDirs, interBroker }: Place) => ({
  'process.roles': 'broker,controller',
  'node.id': 1,
  'controller.quorum.voters': `1@${controller.host}:${controller.port}`,
  'controller.listener.names': 'CONTROLLER',
  listeners: `${listeners},CONTROLLER://${controller.listenOn}:${controller.port}`,
  'advertised.listeners': advertised,
  'listener.security.protocol.map': [
    ...listeners.split(',').map((listener) => listener.split(':')[0]),
    'CONTROLLER',
  ]
    .map((name) => `${name}:PLAINTEXT`)
    .join(','),
  'inter.broker.listener.name': interBroker,
  'log.dirs': logDirs,
  'auto.create.topics.enable': 'false',
  'num.partitions': 6,
  'default.replication.factor': 1,
  'offsets.topic.replication.factor': 1,
  'offsets.topic.num.partitions': 10,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'transaction.state.log.num.partitions': 5,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  'share.coordinator.state.topic.num.partitions': 5,
  // A group that was away for months must not begin again at the earliest record.
  'offsets.retention.minutes': 525_600,
  'group.initial.rebalance.delay.ms': 100,
  // A broker that was killed may come back only when its last session is over.
  'broker.session.timeout.ms': 4000,
  'broker.heartbeat.interval.ms': 500,
  'replica.fetch.max.bytes': 2 * largestRecord,
  'socket.request.max.bytes': 100 * 1024 * 1024,
  'log.cleaner.dedupe.buffer.size': 4 * 1024 * 1024,
  'log.cleaner.threads': 1,
});

export const brokerHeap = { first: '144m', most: '512m', eden: '24m' };
