import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { namesIn } from '../src/promql.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const find = (pattern: string) => globSync(pattern, { cwd: root }).sort();
const rules = find('observability/prometheus/rules/*.yml');
const dashboards = find('observability/grafana/dashboards/*.json');

/** The metrics that our code makes, with their labels: where a name stands beside its help text. */
function ownMetrics(): Map<string, Set<string>> {
  const made = new Map<string, Set<string>>();
  for (const path of find('{chassis,gateway,users,catalogs,orders,connectors}/src/**/*.ts')) {
    for (const [, name, rest = ''] of read(path).matchAll(/name: '([a-z_]+)',\s*help:([^}]*)\}/g)) {
      const [, list = ''] = /labelNames: \[([^\]]*)\]/.exec(rest) ?? [];
      if (name) made.set(name, new Set([...list.matchAll(/'(\w+)'/g)].map(([, label = '']) => label)));
    }
  }
  return made;
}

/** prom-client's own, of which we look at these. */
const defaults = [
  ...['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_heap_size_used_bytes'],
  ...['nodejs_eventloop_lag_p99_seconds', 'nodejs_gc_duration_seconds'],
];
/** What Prometheus adds, and the labels that every metric of ours carries. */
const [prometheus, everywhere] = [['up'], ['service', 'instance', 'job', 'le']];

const expressionsIn = (path: string): string[] =>
  [...read(path).matchAll(/^ +expr: (.*)$/gm)].map(([, expression = '']) => expression);
const recorded = rules.flatMap((path) => [...read(path).matchAll(/record: (\S+)/g)].map(([, name]) => name));

const dashboard = z.object({
  uid: z.string(),
  panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })) })),
});
const panelsIn = (path: string) => dashboard.parse(JSON.parse(read(path))).panels;

function unknownIn(expression: string): string[] {
  const made = ownMetrics();
  const { metrics, labels } = namesIn(expression);
  const known = new Set(everywhere);
  const unknown = metrics.filter((name) => {
    const base = made.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '');
    for (const label of made.get(base) ?? []) known.add(label);
    for (const label of recorded.includes(name) ? ['group', 'topic', 'partition'] : []) known.add(label);
    return !made.has(base) && !defaults.includes(base) && ![...prometheus, ...recorded].includes(name);
  });
  return [...unknown, ...labels.filter((label) => !known.has(label)).map((label) => `label ${label}`)];
}

test('names are found in an expression', () => {
  const expression =
    'sum by (a) (rate(m_total{b!="x y",c=~"z"}[5m])) / on (d) group_left (e) n:r or vector(0) > 1';
  expect(namesIn(expression)).toEqual({ metrics: ['m_total', 'n:r'], labels: ['b', 'c', 'a', 'd', 'e'] });
});

describe('alert rules', () => {
  test.each(rules)('%s looks at metrics and labels that the code makes', (path) => {
    const expressions = expressionsIn(path);
    expect(expressions.length).toBeGreaterThan(0);
    expect(expressions.flatMap(unknownIn)).toEqual([]);
  });

  test.each(rules)('each alert of %s is explained in docs/operations.md and has a test', (path) => {
    const alerts = [...read(path).matchAll(/alert: (\w+)/g)].map(([, name = '']) => name);
    const tests = read(path.replace('/rules/', '/tests/'));
    const docs = read('docs/operations.md');
    expect(alerts.filter((name) => !docs.includes(`### ${name}\n`))).toEqual([]);
    expect(alerts.filter((name) => !tests.includes(name))).toEqual([]);
    expect(alerts.filter((name) => !read(path).includes(`operations.md#${name.toLowerCase()}`))).toEqual([]);
  });

  const missing = spawnSync('promtool', ['--version']).error !== undefined;
  if (missing)
    console.log('promtool is not on the PATH (Debian: the package prometheus): rules are not tested');
  const withPromtool = missing ? test.skip : test;
  const promtool = (...args: string[]) => spawnSync('promtool', args, { cwd: root, encoding: 'utf8' });

  withPromtool('fire when they should, and only then (promtool)', () => {
    const { status, stdout, stderr } = promtool(
      'test',
      'rules',
      ...find('observability/prometheus/tests/*.yml'),
    );
    expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' });
  });

  withPromtool('are part of both configurations of Prometheus, which it takes (promtool)', () => {
    for (const path of ['prometheus.yml', 'local.yml']) {
      const { status, stdout } = promtool('check', 'config', `observability/prometheus/${path}`);
      expect({ status, rules: stdout }).toEqual({
        status: 0,
        rules: expect.stringContaining(`${rules.length} rule files found`),
      });
    }
  });
});

describe('dashboards', () => {
  test.each(dashboards)('%s shows metrics and labels that the code makes', (path) => {
    const expressions = panelsIn(path).flatMap(({ targets }) => targets.map(({ expr }) => expr));
    expect(expressions.length).toBeGreaterThan(0);
    expect(expressions.flatMap(unknownIn)).toEqual([]);
  });

  test('every metric that the code makes is shown or watched', () => {
    const all = [
      ...rules.flatMap(expressionsIn),
      ...dashboards.flatMap((path) =>
        panelsIn(path).flatMap(({ targets }) => targets.map(({ expr }) => expr)),
      ),
    ].join('\n');
    expect([...ownMetrics().keys()].filter((name) => !all.includes(name))).toEqual([]);
  });
});
