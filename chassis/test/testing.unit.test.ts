import { expect, test } from '@jest/globals';
import { InvalidRecordError } from '@ordermesh/chassis/errors';
import { eventId, writeToOutbox } from '@ordermesh/chassis/outbox';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import { consume } from '@ordermesh/chassis/testing/consume';
import { createRecordingDatabase } from '@ordermesh/chassis/testing/recording-database';

const wallets = [
  { user_id: 'a', balance: 1 },
  { user_id: 'b', balance: 2 },
];

test('a read is answered with the rows it asks for, by the names it gives them', async () => {
  const { database } = createRecordingDatabase({ wallets });
  const statement = `SELECT user_id AS userId, balance FROM wallets
    WHERE user_id IN (?) ORDER BY user_id FOR UPDATE`;
  const rows = await database.transaction((sql) => sql.query<unknown[]>(statement, [['b', 'c']]));
  expect(rows).toEqual([{ userId: 'b', balance: 2 }]);
});

test.each(['SELECT balance FROM ledger WHERE user_id IN (?)', 'SELECT SUM(balance) FROM wallets'])(
  'a read that it cannot answer is an error, never no rows: %s',
  async (statement) => {
    const { database } = createRecordingDatabase({ wallets });
    await expect(database.transaction((sql) => sql.query(statement, [['a']]))).rejects.toThrow(
      'there is no answer',
    );
  },
);

test('what is written is kept in order, and nothing of a transaction that failed', async () => {
  const recording = createRecordingDatabase({});
  const event = { id: eventId('A', 'one'), type: 'A', aggregateId: 'one', payload: { n: 1 } };
  await recording.database.transaction(async (sql) => {
    await sql.batch('INSERT INTO ledger (user_id, amount) VALUES (?, ?)', [['a', 5]]);
    await sql.query("UPDATE wallets SET balance = 0\n  WHERE user_id = 'a'");
    await writeToOutbox(sql, [event]);
  });
  const failing = recording.database.transaction(async (sql) => {
    await sql.query('DELETE FROM wallets');
    throw new Error('rolled back');
  });
  await expect(failing).rejects.toThrow('rolled back');
  expect(recording.inserted('ledger')).toEqual([{ user_id: 'a', amount: 5 }]);
  expect(recording.changes()).toEqual([
    { statement: "UPDATE wallets SET balance = 0 WHERE user_id = 'a'", values: undefined },
  ]);
  expect(recording.published()).toEqual([
    { id: event.id, type: 'A', key: 'one', traceparent: null, payload: { n: 1 } },
  ]);
});

test('of each record it is told what becomes of it', async () => {
  const record = (topic: string, key: string): ConsumedRecord => ({
    ...{ topic, partition: 0, offset: '0', timestamp: '0', headers: {} },
    key: Buffer.from(key),
    value: null,
  });
  const applied: string[] = [];
  const handler = {
    topics: ['known'],
    parse: ({ key }: ConsumedRecord) => {
      if (key?.toString() === 'malformed') throw new InvalidRecordError('the key is malformed');
      return key?.toString() === 'other' ? null : { key: String(key) };
    },
    apply: (events: { key: string }[]) => {
      applied.push(...events.map(({ key }) => key));
      const refused = events.filter(({ key }) => key === 'impossible');
      return Promise.resolve(refused.map((event) => ({ event, reason: 'it cannot be' })));
    },
  };
  const keys = ['good', 'other', 'malformed', 'impossible'];
  const records = [...keys.map((key) => record('known', key)), record('unknown', 'good')];
  expect(await consume(handler, records)).toEqual([
    'applied',
    'of no concern',
    'dead letter: the key is malformed',
    'dead letter: it cannot be',
    'not on its topics',
  ]);
  expect(applied).toEqual(['good', 'impossible']);
});
