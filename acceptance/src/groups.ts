import { createKafkaClient, waitFor } from '@ordermesh/stack/testing';

/** Consumer groups and topics of a stack, seen from outside; a connection for each question, for the broker comes and goes. */
export function createGroups(brokers: string) {
  const kafka = createKafkaClient(brokers);
  type Admin = ReturnType<typeof kafka.admin>;

  async function asAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = kafka.admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  }

  const end = async (admin: Admin, topic: string) =>
    (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0);

  /** How many records the groups have before them, and how many there are: `orders-process 0/412`. */
  async function lags(admin: Admin, groups: Record<string, string[]>): Promise<string[]> {
    const lines: string[] = [];
    for (const [groupId, topics] of Object.entries(groups)) {
      const read = await admin.fetchOffsets({ groupId, topics });
      let [lag, total] = [0, 0];
      for (const { topic, partitions } of read)
        for (const { partition, high } of await admin.fetchTopicOffsets(topic)) {
          const committed = partitions.find((each) => each.partition === partition)?.offset ?? '-1';
          lag += Number(high) - Math.max(0, Number(committed));
          total += Number(high);
        }
      lines.push(`${groupId} ${lag}/${total}`);
    }
    return lines;
  }

  return {
    /** Records that were ever appended to the topics. */
    records: (topics: string[]): Promise<number> =>
      asAdmin(async (admin) => {
        const ends = await Promise.all(topics.map((topic) => end(admin, topic)));
        return ends.reduce((sum, each) => sum + each, 0);
      }),

    topics: (): Promise<string[]> => asAdmin((admin) => admin.listTopics()),

    /**
     * Waits until the groups have no member any more, then forgets their offsets: whoever comes begins with the first
     * record. Kafkajs' own way to set offsets joins the group for each topic, which takes seconds.
     */
    rewind: (names: string[]): Promise<void> =>
      asAdmin(async (admin) => {
        const empty = async () => {
          const described = (await admin.describeGroups(names)).groups;
          const states = described.map(({ groupId, state }) => `${groupId} ${state}`);
          if (states.every((each) => each.endsWith(' Empty'))) return true;
          throw new Error(states.join(', '));
        };
        await waitFor(empty, { what: 'the groups to be empty', deadline: 60_000, interval: 500 });
        await admin.deleteGroups(names);
      }),

    /** Waits until the groups have read everything, and nothing has been added in the second after. */
    allRead: (groups: Record<string, string[]>): Promise<void> =>
      asAdmin(async (admin) => {
        let before = '';
        const look = async () => {
          const now = (await lags(admin, groups)).join(', ');
          const same = now === before;
          before = now;
          if (same && !/ [1-9]\d*\//.test(now)) return true;
          throw new Error(now);
        };
        await waitFor(look, {
          what: 'the groups to have read everything',
          deadline: 60_000,
          interval: 1_000,
        });
      }),
  };
}
