import { describe, expect, test } from '@jest/globals';
import { createHealth } from '@ordermesh/chassis/health';
import { currentTraceId, currentTraceparent, withTrace } from '@ordermesh/chassis/trace';

describe('health', () => {
  const health = createHealth({ service: 'orders', instance: 'orders-1' });
  health.add('database', () => true);

  test('is ready when every check says so', async () => {
    expect(await health.report()).toMatchObject({ status: 'ready', missing: [], instance: 'orders-1' });
  });

  test('names what is missing, a check that throws included', async () => {
    health.add('consumer', () => false);
    health.add('broker', () => Promise.reject(new Error('refused')));
    expect(await health.report()).toMatchObject({ status: 'degraded', missing: ['consumer', 'broker'] });
  });
});

describe('a trace', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

  test('reaches all that is called inside, across awaits', async () => {
    const inside = await withTrace(traceparent, async () => {
      await Promise.resolve();
      return [currentTraceparent(), currentTraceId()];
    });
    expect(inside).toEqual([traceparent, '0af7651916cd43dd8448eb211c80319c']);
  });

  test.each([undefined, '', 'garbage', traceparent.replace('00-', 'ff-')])(
    'starts anew from %j',
    (header) => {
      expect(withTrace(header, currentTraceparent)).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    },
  );

  test('does not leak out', () => {
    withTrace(traceparent, () => undefined);
    expect(currentTraceId()).toBeUndefined();
  });
});
