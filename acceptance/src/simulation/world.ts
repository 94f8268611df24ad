import { createCatalogsDatabase, createCatalogsHandler, type CatalogsDatabase } from './catalogs.ts';
import type { Batch, DeadLetter, Group, Handler, Lane, Output } from './consumers.ts';
import { createLog, type Append, type Log, type LogRecord } from './log.ts';
import {
  createOrdersDatabase,
  createProcessHandler,
  createProjectorHandler,
  createSinkHandler,
  type OrdersDatabase,
} from './orders.ts';
import { createOutbox, type Outbox, type Owner } from './outbox.ts';
import type { Answers, Request, RequestContext } from './requests.ts';
import type { Rules } from './rules.ts';
import { createUsersDatabase, createUsersHandler, type UsersDatabase } from './users.ts';

/** Who reads what; the same groups as of the real system. */
const subscriptions: Record<Group, string[]> = {
  catalogs: ['orders.events', 'users.events'],
  users: ['catalogs.events'],
  'orders-process': ['catalogs.events', 'users.events'],
  'orders-projector': ['orders.events'],
  'orders-sink': ['orders'],
};
export const groups: readonly Group[] = [
  'catalogs',
  'users',
  'orders-process',
  'orders-projector',
  'orders-sink',
];

/** The shop: a product that nobody has stock of, and a user who has no wallet, can be ordered of and by, too. */
export const products = { tea: 12, bowl: 3 } as const;
export const prices: ReadonlyMap<string, number> = new Map([
  ['tea', 5],
  ['bowl', 40],
  ['ghost-product', 1],
]);
export const users = ['ann', 'bob'] as const;

/** Everything there is, at one moment. */
export type World = {
  rules: Rules;
  clock: { now: number };
  log: Log;
  lanes: readonly Lane[];
  laneById: ReadonlyMap<string, Lane>;
  handlers: Record<Group, Handler>;
  /** Batches of instances that were taken for dead and go on all the same. */
  stalled: Batch[];
  catalogs: CatalogsDatabase;
  users: UsersDatabase;
  orders: OrdersDatabase;
  outboxes: Record<Owner, Outbox>;
  requests: Map<number, Request>;
  requestContext: RequestContext;
  answers: Answers;
  /** Those that were not put back yet. */
  deadLetters: DeadLetter[];
  append(record: Append, partition?: number): LogRecord;
  emit(output: Output): void;
  /** Told of every record that is appended and of every dead letter. */
  onEvent: ((what: string) => void) | undefined;
};

function createLanes(partitions: number): Lane[] {
  return groups.flatMap((group) =>
    subscriptions[group].flatMap((topic) =>
      Array.from({ length: partitions }, (_, partition): Lane => {
        const id = `${group} of ${topic}/${partition}`;
        return { id, group, topic, partition, committed: 0, batch: null };
      }),
    ),
  );
}

const describeRecord = ({ topic, partition, offset, key, value, headers }: LogRecord) =>
  `${topic}/${partition}@${offset} ${headers['type'] ?? String(value)}${key ? ` ${String(key)}` : ''}`;

export function createWorld(options: {
  partitions: number;
  rules: Rules;
  onEvent?: (what: string) => void;
}): World {
  const { partitions, rules, onEvent } = options;
  const clock = { now: Date.parse('2026-01-01T00:00:00Z') };
  const now = () => clock.now;
  const log = createLog({ partitions, partitionOf: rules.partitionOf, now });
  const catalogs = createCatalogsDatabase(products);
  const usersDatabase = createUsersDatabase(users);
  const orders = createOrdersDatabase();
  const outboxes = { catalogs: createOutbox('catalogs'), users: createOutbox('users') };
  const lanes = createLanes(partitions);
  const answers: Answers = { placed: [], cancelled: [] };
  const deadLetters: DeadLetter[] = [];

  function append(record: Append, partition?: number): LogRecord {
    const appended = log.append(record, partition);
    onEvent?.(describeRecord(appended));
    return appended;
  }
  function emit(output: Output): void {
    if ('append' in output) {
      append(output.append);
      return;
    }
    const { group, record, reason } = output.deadLetter;
    deadLetters.push(output.deadLetter);
    onEvent?.(`${group}.dlq ${describeRecord(record)}: ${reason}`);
  }

  return {
    ...{ rules, clock, log, lanes, outboxes, answers, deadLetters, append, emit, onEvent },
    laneById: new Map(lanes.map((lane) => [lane.id, lane])),
    handlers: {
      catalogs: createCatalogsHandler({ database: catalogs, outbox: outboxes.catalogs, rules }),
      users: createUsersHandler({ database: usersDatabase, outbox: outboxes.users, rules }),
      'orders-process': createProcessHandler(rules),
      'orders-projector': createProjectorHandler(rules),
      'orders-sink': createSinkHandler(orders, rules),
    },
    stalled: [],
    ...{ catalogs, users: usersDatabase, orders },
    requests: new Map(),
    requestContext: { database: orders, rules, prices, append, answers, now },
  };
}
