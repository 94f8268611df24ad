import type { Admin, Kafka } from 'kafkajs';
import { readTopics, type Range } from '../dlq/read-topics.ts';
import { createMayConcern, readEvent, type Event } from './event.ts';
import { partitionOf, timeWithin } from './where.ts';

const topicsOfOrders = ['orders.events', 'catalogs.events', 'users.events', 'orders'];

/** So many records, about two seconds of reading, are looked through without being asked to. */
export const searchedUnasked = 200_000;
/** Clocks of the machines that give ids and that append events may differ by so much, in milliseconds. */
const clockSkew = 60_000;

export type Found = {
  events: Event[];
  /** Records that were not looked at, in partitions that the order's key does not lead to. */
  unread: number;
};

type Place = Range & { ofKey: boolean };

const size = (ranges: Range[]) => ranges.reduce((sum, { from, to }) => sum + Math.max(0, to - from), 0);

/**
 * Finds every record about an order. All that our own code writes about one lies in the partition that its id leads to.
 * People type records without a key, which lie anywhere: so the other partitions are looked through as well when they are
 * small or `all` is given, or when the key's partitions do not hold the beginning of the story.
 */
export async function findEvents(options: {
  kafka: Kafka;
  admin: Admin;
  orderId: string;
  all: boolean;
  /** Told how far a search is: records read, and records to read. */
  onProgress?: (read: number, total: number) => void;
}): Promise<Found> {
  const { admin, orderId, all } = options;
  const events: Event[] = [];
  const search = (places: Place[]) => read(options, places, (event) => events.push(event));
  const isWhole = () => events.some(({ type, deadLetter }) => type === 'OrderPlaced' && !deadLetter);

  const time = timeWithin(orderId);
  const recent = await findPlaces(admin, orderId, time === undefined ? undefined : time - clockSkew);
  const near = recent.filter(({ ofKey }) => ofKey);
  const far = recent.filter(({ ofKey }) => !ofKey);
  if (all || size(recent) <= searchedUnasked) await search(recent);
  else {
    await search(near);
    if (isWhole()) return { events, unread: size(far) };
    await search(far);
  }
  if (events.length > 0 || time === undefined) return { events, unread: 0 };
  // The id only looks as if it told a time.
  const whole = await findPlaces(admin, orderId);
  await search(
    whole.flatMap((place) => {
      const seen = recent.find((each) => each.topic === place.topic && each.partition === place.partition);
      return [{ ...place, to: Math.min(place.to, seen?.from ?? place.to) }];
    }),
  );
  return { events, unread: 0 };
}

/** The partitions of all topics that may tell of an order, from the first record of `since` (Unix ms) or of all time. */
async function findPlaces(admin: Admin, orderId: string, since?: number): Promise<Place[]> {
  const existing = await admin.listTopics();
  const topics = existing.filter((topic) => topicsOfOrders.includes(topic) || topic.endsWith('.dlq'));
  const places = await Promise.all(
    topics.map(async (topic) => {
      const ends = await admin.fetchTopicOffsets(topic);
      const starts = since === undefined ? [] : await admin.fetchTopicOffsetsByTimestamp(topic, since);
      const own = partitionOf(orderId, ends.length);
      return ends.map(({ partition, low, high }) => {
        const start = starts.find((each) => each.partition === partition)?.offset ?? low;
        return { topic, partition, from: Number(start), to: Number(high), ofKey: partition === own };
      });
    }),
  );
  return places.flat();
}

async function read(
  { kafka, admin, orderId, onProgress }: Parameters<typeof findEvents>[0],
  places: Place[],
  found: (event: Event) => void,
): Promise<void> {
  const mayConcern = createMayConcern(orderId);
  const total = size(places);
  let done = 0;
  await readTopics({
    kafka,
    admin,
    ranges: places,
    onMessages: ({ topic, partition }, messages) => {
      for (const message of messages) {
        const event = mayConcern(message) ? readEvent(orderId, topic, partition, message) : undefined;
        if (event) found(event);
      }
      done += messages.length;
      onProgress?.(done, total);
      return true;
    },
  });
}
