import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { allFields, complete, envelope, placedAt, typed, typedFields, withField } from './envelopes.ts';
import type { Payload } from './envelopes.ts';
import { malformed } from './malformed.ts';
import type { Malformed } from './malformed.ts';
import { closeAll, database, observe, readTopic, run, send, sendTogether, told, until } from './support.ts';

afterAll(closeAll, 30_000);
jest.setTimeout(60_000);

type Row = { order_id: string; created: string; updated: string } & Payload;

const rows = async (prefix: string): Promise<Row[]> => {
  const connection = await database();
  const found: Row[] = await connection.query(
    `SELECT order_id, user_id, product_id, qty, unit_price, total_price, status, reason,
       CAST(created_at AS CHAR) created, CAST(updated_at AS CHAR) updated
     FROM orders.orders WHERE order_id LIKE ? ORDER BY order_id`,
    [`${prefix}%`],
  );
  await connection.end();
  return found;
};

/** Waits for rows whose order ids begin so. */
const untilRows = (prefix: string, count: number) => {
  let found: Row[] = [];
  return until(
    `${count} rows ${prefix}…`,
    async () => (found = await rows(prefix)).length >= count && found,
    () => found,
  );
};

/** Good records of different kinds: each has to become the row of its order id. */
const goodOnes: { what: string; record: (orderId: string) => { key?: string; value: string } }[] = [
  { what: 'typed by hand, no key', record: (id) => ({ value: envelope(typedFields, typed(id)) }) },
  {
    what: 'typed by hand, all int64, indented, another name',
    record: (id) => {
      const fields = withField(typedFields, { field: 'qty', type: 'int64' });
      const text = envelope(fields, typed(id), { name: 'my orders', optional: false, version: 3 });
      return { value: JSON.stringify(JSON.parse(text), null, 4) };
    },
  },
  {
    what: 'as the projector writes',
    record: (id) => ({ key: id, value: envelope(allFields, complete(id)) }),
  },
  {
    what: 'with a reason and the characters of many alphabets',
    record: (id) => ({
      key: 'another key',
      value: envelope(
        allFields,
        complete(id, { user_id: '寿司🍣ё\'"`\\%', status: 'REJECTED', reason: 'OUT_OF_STOCK' }),
      ),
    }),
  },
  {
    what: 'with the times of Kafka Connect itself',
    record: (id) => {
      const name = 'org.apache.kafka.connect.data.Timestamp';
      const fields = withField(withField(allFields, { field: 'created_at', type: 'int64', name }), {
        field: 'updated_at',
        type: 'int64',
        name,
      });
      return { key: id, value: envelope(fields, complete(id)) };
    },
  },
  {
    what: 'with a default',
    record: (id) => {
      const payload = typed(id, { qty: undefined });
      return {
        value: envelope(withField(typedFields, { field: 'qty', type: 'int32', default: 10 }), payload),
      };
    },
  },
];

/** A good record that begins as a malformed one does, up to the payload: the converter reads the second otherwise than the first. */
const alike = (value: Malformed['value'], orderId: string): string | undefined =>
  [envelope(typedFields, typed(orderId)), envelope(allFields, complete(orderId))].find(
    (good) => typeof value === 'string' && value.startsWith(good.slice(0, good.indexOf('"payload":'))),
  );

test('the corpus is large enough to mean something', () => {
  expect(malformed.length).toBeGreaterThanOrEqual(70);
  expect(new Set(malformed.map(({ what }) => what)).size).toBe(malformed.length);
});

test('among malformed records of every kind each good one lands and each bad one is a dead letter, the task RUNNING', async () => {
  const letters = await readTopic('orders-sink.dlq');
  const deadLettersTold = () => told('dead_letters_total', 'group="connect-orders-sink"');
  const toldBefore = await deadLettersTold();
  const observer = observe('orders-sink');
  const orderId = (i: number) => `${run}-good-${String(i).padStart(3, '0')}`;
  const messages = malformed.flatMap(({ value }, i) => {
    const good = goodOnes[i % goodOnes.length]?.record(orderId(i));
    // One partition, so that each good record stands right behind a bad one.
    const bad = { key: null, value: typeof value === 'string' ? Buffer.from(value) : value };
    const before = alike(value, `${run}-alike-${i}`);
    return [
      ...(before ? [{ value: before, partition: i % 2 }] : []),
      { ...bad, partition: i % 2, headers: { malformed: `${run}-${i}` } },
      ...(good ? [{ ...good, partition: i % 2 }] : []),
    ];
  });
  await send('orders', messages);

  const landed = await untilRows(`${run}-good-`, malformed.length);
  const mine = () => letters.filter(({ headers }) => headers['malformed']?.startsWith(`${run}-`));
  await until(
    'dead letters',
    () => Promise.resolve(mine().length >= malformed.length),
    () => {
      const there = new Set(mine().map(({ headers }) => headers['malformed']));
      return malformed.filter((_, i) => !there.has(`${run}-${i}`)).map(({ what }) => what);
    },
  );
  const states = await observer.stop();

  expect(states).toEqual(['RUNNING']);
  expect(landed.map((row) => row.order_id)).toEqual(malformed.map((_, i) => orderId(i)));
  expect((await rows(`${run}-alike-`)).length).toBeGreaterThanOrEqual(30);
  expect(mine()).toHaveLength(malformed.length);
  expect(await deadLettersTold()).toBeGreaterThanOrEqual((toldBefore ?? Number.NaN) + malformed.length);
  const wrong = malformed.flatMap(({ what, says, value }, i) => {
    const letter = mine().find(({ headers }) => headers['malformed'] === `${run}-${i}`);
    const message = letter?.headers['__connect.errors.exception.message'] ?? '';
    const from = letter?.headers['__connect.errors.topic'];
    const same = Buffer.from(value ?? '').equals(letter?.value ?? Buffer.alloc(0));
    return says.test(message) && from === 'orders' && same && message.length < 500
      ? []
      : [{ what, message, from, same }];
  });
  expect(wrong).toEqual([]);
  const connection = await database();
  expect(await connection.query("SELECT * FROM orders.orders WHERE order_id LIKE 'malformed%'")).toEqual([]);
}, 120_000);

describe('what lands', () => {
  test('an envelope typed by hand is a PENDING order of now', async () => {
    const id = `${run}-typed`;
    await send('orders', [{ value: envelope(typedFields, typed(id)) }]);
    const [row] = await untilRows(id, 1);
    expect(row).toMatchObject({ ...typed(id), status: 'PENDING', reason: null });
    expect(Math.abs(Date.parse(`${row?.created}Z`) - Date.now())).toBeLessThan(60_000);
  });

  test('times arrive to the millisecond in UTC', async () => {
    const id = `${run}-times`;
    await send('orders', [
      { key: id, value: envelope(allFields, complete(id, { updated_at: placedAt + 1 })) },
    ]);
    const [row] = await untilRows(id, 1);
    expect([row?.created, row?.updated]).toEqual(['2026-07-01 01:30:05.123', '2026-07-01 01:30:05.124']);
  });

  test('ids that differ in accents, case or a trailing blank are different orders', async () => {
    const ids = ['É', 'é', 'e', 'E', 'e '].map((last) => `${run}-id-${last}`);
    await send(
      'orders',
      ids.map((id) => ({ value: envelope(typedFields, typed(id)) })),
    );
    const found = await untilRows(`${run}-id-`, ids.length);
    expect(found.map((row) => row.order_id).sort()).toEqual([...ids].sort());
  });

  test('a status moves forwards only, whatever comes late or twice', async () => {
    const id = `${run}-status`;
    const at = (status: string, updated: number, reason: string | null = null) => ({
      key: id,
      value: envelope(allFields, complete(id, { status, reason, updated_at: placedAt + updated })),
    });
    await send('orders', [
      at('PENDING', 0),
      at('CONFIRMED', 1),
      at('PENDING', 0),
      at('REJECTED', 2, 'OUT_OF_STOCK'),
    ]);
    const last = `${run}-status-after`;
    await send('orders', [{ key: id, value: envelope(typedFields, typed(last)) }]);
    await untilRows(last, 1);
    const [row] = await untilRows(id, 1);
    expect(row).toMatchObject({
      order_id: id,
      status: 'CONFIRMED',
      reason: null,
      updated: '2026-07-01 01:30:05.124',
    });
  });

  test('a probe lands in its own table', async () => {
    const id = `${run}-probe`;
    await send('orders.probes', [{ key: id, value: envelope(typedFields, typed(id)) }]);
    const connection = await database();
    await until('the probe', async () => {
      const found: unknown[] = await connection.query('SELECT 1 FROM orders.probes WHERE order_id = ?', [id]);
      return found.length === 1;
    });
    await connection.query('DELETE FROM orders.probes WHERE order_id = ?', [id]);
    expect(await rows(id)).toEqual([]);
  });
});

test('orders that come together reach the database in a few bulk statements instead of one each', async () => {
  const connection = await database();
  const inserts = async (): Promise<number> => {
    const [status]: { Value: string }[] = await connection.query("SHOW GLOBAL STATUS LIKE 'Com_insert'");
    return Number(status?.Value);
  };
  const orderId = (i: number) => `${run}-together-${String(i).padStart(3, '0')}`;
  const orders = Array.from({ length: 500 }, (_, i) => ({
    key: orderId(i),
    value: envelope(allFields, complete(orderId(i))),
  }));
  const before = await inserts();
  await sendTogether('orders', orders);
  await untilRows(`${run}-together-`, orders.length);
  expect((await inserts()) - before).toBeLessThan(orders.length / 5);
});
