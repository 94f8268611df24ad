import { expect, test } from '@jest/globals';
import { createMetrics } from '@ordermesh/chassis/metrics';

const lines = async (name: string, metrics: ReturnType<typeof createMetrics>) =>
  (await metrics.text()).split('\n').filter((line) => line.includes(name));

test('a histogram counts by upper bounds, each label value apart, as Prometheus reads it', async () => {
  const metrics = createMetrics({ service: 'a', instance: 'a-1' });
  const waited = metrics.histogram({ name: 'waited', help: 'How long', labelNames: ['by'], buckets: [1, 2] });
  for (const value of [0.5, 1, 1.5, 9]) waited.observe({ by: 'x"\n\\' }, value);
  waited.labels({ by: 'y' }).observe(2);
  const [x, y] = ['by="x\\"\\n\\\\",service="a",instance="a-1"', 'by="y",service="a",instance="a-1"'];
  expect(await lines('waited', metrics)).toEqual([
    '# HELP waited How long',
    '# TYPE waited histogram',
    `waited_bucket{le="1",${x}} 2`,
    `waited_bucket{le="2",${x}} 3`,
    `waited_bucket{le="+Inf",${x}} 4`,
    `waited_sum{${x}} 12`,
    `waited_count{${x}} 4`,
    `waited_bucket{le="1",${y}} 0`,
    `waited_bucket{le="2",${y}} 1`,
    `waited_bucket{le="+Inf",${y}} 1`,
    `waited_sum{${y}} 2`,
    `waited_count{${y}} 1`,
  ]);
});

test('a histogram can be seen before anything is observed', async () => {
  const metrics = createMetrics({ service: 'a', instance: 'a-1' });
  metrics.histogram({ name: 'plain', help: 'p', buckets: [1] });
  metrics.histogram({ name: 'labelled', help: 'l', labelNames: ['by'], buckets: [1] }).zero({ by: 'x' });
  expect(await lines('plain_count', metrics)).toEqual(['plain_count{service="a",instance="a-1"} 0']);
  expect(await lines('labelled_count', metrics)).toEqual([
    'labelled_count{by="x",service="a",instance="a-1"} 0',
  ]);
});

test('what is no number is refused', () => {
  const plain = createMetrics({ service: 'a', instance: 'a-1' }).histogram({ name: 'plain', help: 'p' });
  expect(() => plain.observe({}, NaN)).toThrow('plain cannot observe NaN');
});
