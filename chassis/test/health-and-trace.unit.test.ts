import { describe, expect, test } from '@jest/globals';
import { createHealth } from '@ordermesh/chassis/health';
import { currentTraceId, currentTraceparent, isTraceparent, withTrace } from '@ordermesh/chassis/trace';

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

  test.each([
    undefined,
    '',
    'garbage',
    traceparent.replace('00-', 'ff-'),
    `${traceparent}-more`,
    traceparent.replace('00-', '01-').replace(/.$/, ''),
    `${traceparent.replace('00-', '01-')}more`,
    traceparent.toUpperCase(),
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`,
    `cc-${'0'.repeat(32)}-b7ad6b7169203331-01`,
  ])('starts anew from %j', (header) => {
    expect(isTraceparent(header)).toBe(false);
    const begun = withTrace(header, currentTraceparent);
    expect(begun).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(begun).not.toContain('-b7ad6b7169203331-');
    expect(begun).not.toContain('0af7651916cd43dd8448eb211c80319c');
  });

  test.each([
    ['as it is', traceparent, traceparent],
    ['of a later version', traceparent.replace('00-', '01-'), traceparent],
    ['of a later version with more', `${traceparent.replace('00-', 'cc-')}-what-may-come`, traceparent],
    [
      'with flags not known yet',
      traceparent.replace('00-', '01-').replace(/01$/, 'fe'),
      traceparent.replace(/01$/, '00'),
    ],
  ])('goes on from a header %s, as version 00', (_, header, expected) => {
    expect(withTrace(header, currentTraceparent)).toBe(expected);
  });

  test('does not leak out', () => {
    withTrace(traceparent, () => undefined);
    expect(currentTraceId()).toBeUndefined();
  });
});
