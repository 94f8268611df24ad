import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { definitionsFolder, readDefinition, type Definition } from '@ordermesh/connectors';
import { createOutboxRoute } from '../src/outbox-record.ts';
import { outboxRowOf } from '../src/outbox-row.ts';

const definition = readDefinition(join(definitionsFolder, 'users-outbox.json'));
const having = (more: Record<string, string>): Definition => ({
  ...definition,
  config: { ...definition.config, ...more },
});
const prefix = 'transforms.outbox.';

const event = { id: 'event-1', type: 'PaymentCompleted', aggregateId: 'order-1', payload: { qty: 10 } };
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('the record of an event in the outbox', () => {
  test('has topic, key, headers and value as the definition of the connector says', async () => {
    const route = createOutboxRoute(definition);
    expect(route(await outboxRowOf({ ...event, traceparent }))).toEqual({
      topic: 'users.events',
      key: 'order-1',
      value: '{"qty":10}',
      headers: { id: 'event-1', type: 'PaymentCompleted', traceparent },
    });
  });

  test('has no header for a column that is empty', async () => {
    const { headers } = createOutboxRoute(definition)(await outboxRowOf({ ...event, traceparent: 'none' }));
    expect(headers).toEqual({ id: 'event-1', type: 'PaymentCompleted' });
  });

  test('follows the definition when that changes', async () => {
    const changed = having({
      [`${prefix}route.topic.replacement`]: 'of.${routedByValue}',
      [`${prefix}table.field.event.key`]: 'id',
      [`${prefix}table.fields.additional.placement`]: 'type:header:kind',
    });
    expect(createOutboxRoute(changed)(await outboxRowOf(event))).toEqual({
      topic: 'of.PaymentCompleted',
      key: 'event-1',
      value: '{"qty":10}',
      headers: { id: 'event-1', kind: 'PaymentCompleted' },
    });
  });

  test.each([
    ['another transform', { transforms: 'outbox,more' }],
    ['a setting that is not understood', { [`${prefix}table.expand.json.payload`]: 'true' }],
    ['another converter', { 'value.converter': 'org.apache.kafka.connect.json.JsonConverter' }],
    ['a predicate', { 'predicates.some.type': 'any' }],
    ['a place that is no header', { [`${prefix}table.fields.additional.placement`]: 'type:envelope' }],
  ])('is not guessed at when the definition has %s', (_, more) => {
    expect(() => createOutboxRoute(having(more))).toThrow(/cannot be derived|not understood/);
  });

  test('is refused when the definition names a column that the outbox does not have', async () => {
    const route = createOutboxRoute(having({ [`${prefix}table.field.event.key`]: 'aggregateid' }));
    const row = await outboxRowOf(event);
    expect(() => route(row)).toThrow('users-outbox: the outbox has no column aggregateid');
  });
});
