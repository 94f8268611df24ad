import { expect, test } from '@jest/globals';
import type { Payment } from '../src/payment.ts';
import { eventsOf } from '../src/republish-payments.ts';
import { decidePayments } from '../src/take-payment.ts';
import { anOrder, released, reserved } from './orders.ts';

const none = new Map<string, Payment>();

test.each([
  ['paid', [reserved(anOrder())], 300],
  ['declined', [reserved(anOrder())], 299],
  ['declined to nobody', [reserved(anOrder({ userId: 'nobody' }))], 300],
  ['voided', [released(anOrder())], 300],
])('a payment that was %s tells its event anew, the same in all but the trace', (_, events, balance) => {
  const { opened, outbox } = decidePayments(events, new Map([['ada', balance]]), none);
  expect(opened.flatMap(eventsOf)).toEqual(outbox.map((event) => ({ ...event, traceparent: undefined })));
});

test('a payment that was refunded tells that it was paid, and then that it was refunded', () => {
  const order = anOrder();
  const { opened, outbox } = decidePayments(
    [reserved(order), released(order)],
    new Map([['ada', 300]]),
    none,
  );
  const anew = opened.flatMap(eventsOf);
  expect(anew.map(({ type }) => type)).toEqual(['PaymentCompleted', 'PaymentRefunded']);
  expect(anew).toEqual(outbox.map((event) => ({ ...event, traceparent: undefined })));
});
