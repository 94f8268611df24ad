import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { arrows, type Arrow } from '../src/arrows.ts';
import { differing, readDeployedPacts } from '../src/deployed-pacts.ts';
import { readDeployed, writeDeployed } from '../src/matrix/deployed.ts';
import { ownerOf } from '../src/matrix/participants.ts';
import { readPact, readPacts } from '../src/matrix/pact-file.ts';
import { addResults, readResults, type Result } from '../src/matrix/results.ts';
import { versionOf } from '../src/matrix/version.ts';
import { verifyPacts, type Verifier } from '../src/verify-pacts.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ordermesh-store-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, content: unknown): string {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  return join(root, path);
}
const v4 = { pactSpecification: { version: '4.0' } };
const pact = (consumer: string, provider: string, ...descriptions: string[]) => ({
  consumer: { name: consumer },
  provider: { name: provider },
  interactions: descriptions.map((description) => ({ type: 'Asynchronous/Messages', description })),
  metadata: v4,
});
const arrow: Arrow = { consumer: 'catalogs', provider: 'orders', kind: 'message' };

describe('the pacts in a folder', () => {
  const mistakesOf = () => readPacts([arrow], join(root, 'pacts')).mistakes;

  test('are those of the arrows', () => {
    write('pacts/catalogs-orders.json', pact('catalogs', 'orders', 'a', 'b'));
    expect(readPacts([arrow], join(root, 'pacts'))).toMatchObject({
      mistakes: [],
      pacts: [{ ...arrow, interactions: 2 }],
    });
  });

  test('must exist, also when there is no folder', () => {
    expect(mistakesOf()).toEqual([expect.stringContaining('catalogs-orders.json is missing')]);
  });

  test('must promise something', () => {
    write('pacts/catalogs-orders.json', pact('catalogs', 'orders'));
    expect(mistakesOf()).toEqual([expect.stringContaining('has no interactions')]);
  });

  test('must be readable, of version 4, and of the two whose names the file has', () => {
    const wrong = [
      ['{', 'is not JSON'],
      [{ consumer: {} }, 'is not a pact of version 4'],
      [
        { ...pact('catalogs', 'orders', 'a'), metadata: { pactSpecification: { version: '3.0.0' } } },
        'version 3.0.0',
      ],
      [pact('users', 'orders', 'a'), 'is the pact of users with orders'],
    ] as const;
    for (const [content, complaint] of wrong) {
      write('pacts/catalogs-orders.json', content);
      expect(mistakesOf()).toEqual([expect.stringContaining(complaint)]);
    }
  });

  test('must not be more than the arrows', () => {
    write('pacts/catalogs-orders.json', pact('catalogs', 'orders', 'a'));
    write('pacts/orders-catalogs.json', pact('orders', 'catalogs', 'a'));
    expect(mistakesOf()).toEqual([expect.stringContaining('orders-catalogs.json belongs to no arrow')]);
  });

  test('are the same to whoever holds results when only the writing or the order differs', () => {
    const one = readPact(write('1.json', pact('catalogs', 'orders', 'a', 'b')));
    const other = {
      ...pact('catalogs', 'orders', 'b', 'a'),
      metadata: { ...v4, 'pact-js': { version: '99' } },
    };
    expect(readPact(write('2.json', JSON.stringify(other, null, 4))).sha).toBe(one.sha);
    expect(readPact(write('3.json', pact('catalogs', 'orders', 'a', 'c'))).sha).not.toBe(one.sha);
    const kept = pact('catalogs', 'orders', 'a', 'b');
    const inBroker = kept.interactions.map((each, at) => ({ ...each, _id: `id-${at}` }));
    expect(readPact(write('4.json', { ...kept, interactions: inBroker })).sha).toBe(one.sha);
  });
});

test('everybody who appears in a pact is released with something', () => {
  for (const { consumer, provider } of arrows)
    expect(() => [ownerOf(consumer), ownerOf(provider)]).not.toThrow();
  expect(() => ownerOf('nobody')).toThrow('nobody releases "nobody"');
});

describe('the version of a service', () => {
  beforeEach(() => {
    write('orders/package.json', { version: '1.2.3' });
    write('orders/src/main.ts', 'run()');
    write('chassis/src/log.ts', 'log()');
  });

  test('is its package version and what it is made of: the same content, the same version', () => {
    const version = versionOf('orders', [], root);
    expect(version).toMatch(/^1\.2\.3\+[0-9a-f]{8}$/);
    const copy = mkdtempSync(join(tmpdir(), 'ordermesh-copy-'));
    cpSync(root, copy, { recursive: true });
    expect(versionOf('orders', [], copy)).toBe(version);
    rmSync(copy, { recursive: true });
  });

  test.each([
    'orders/src/new.ts',
    'orders/contract/messages.ts',
    'orders/migrations/1.ts',
    'chassis/src/log.ts',
  ])('changes with %s', (path) => {
    const before = versionOf('orders', [], root);
    write(path, 'changed');
    expect(versionOf('orders', [], root)).not.toBe(before);
  });

  test('changes with what it needs', () => {
    const [one, other] = [[{ sha: 'a' }], [{ sha: 'b' }]].map((needs) => versionOf('orders', needs, root));
    expect(one).not.toBe(other);
  });

  test('does not change with its tests, its readme or another service', () => {
    const before = versionOf('orders', [], root);
    for (const path of ['orders/test/a.unit.test.ts', 'orders/README.md', 'users/src/main.ts'])
      write(path, 'x');
    expect(versionOf('orders', [], root)).toBe(before);
  });
});

const result = (sha: string, failures: Result['failures'] = []): Result => ({
  consumer: 'catalogs',
  provider: 'orders',
  providerVersion: '1',
  sha,
  interactions: 1,
  failures,
});

test('results are kept by provider version and pact: a newer one replaces the older, others stay', () => {
  addResults([result('a', [{ interaction: 'x', reason: 'y' }]), result('b')], root);
  addResults([result('a')], root);
  expect(readResults('orders', '1', root)).toEqual([result('a'), result('b')]);
  expect(readResults('orders', '2', root)).toEqual([]);
});

describe('what is deployed', () => {
  const record = (version: string, ...descriptions: string[]) => {
    const need = readPact(write('pacts/catalogs-orders.json', pact('catalogs', 'orders', ...descriptions)));
    const release = { service: 'catalogs' as const, version, needs: [need] };
    writeDeployed(
      'production',
      release,
      { pacts: [need], results: [result(need.sha)] },
      join(root, 'deployed'),
    );
    return need;
  };
  const read = () => readDeployed('production', join(root, 'deployed'));

  test('is nothing where nothing was ever deployed', () => {
    expect(read()).toEqual({ releases: [], results: [] });
  });

  test('are the version and the pacts that were recorded last', () => {
    record('1', 'a');
    const need = record('2', 'b');
    expect(read().releases).toMatchObject([
      { service: 'catalogs', version: '2', needs: [{ sha: need.sha }] },
    ]);
    expect(readdirSync(join(root, 'deployed/production/pacts'))).toEqual(['catalogs-orders.json']);
  });

  test('are the results of deployed providers, and of no others', () => {
    record('1', 'a');
    expect(read().results).toEqual([]);
    const orders = { service: 'orders' as const, version: '1', needs: [] };
    const need = readPact(join(root, 'pacts/catalogs-orders.json'));
    const known = { pacts: [need], results: [result(need.sha), result('long ago')] };
    writeDeployed('production', orders, known, join(root, 'deployed'));
    expect(read().results).toEqual([result(need.sha)]);
  });

  test('recorded twice, changes no file', () => {
    record('1', 'a');
    const file = join(root, 'deployed/production.json');
    const before = readFileSync(file, 'utf8');
    record('1', 'a');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test('are the pacts that are verified beside those in the tree, when they say something else', () => {
    record('1', 'a');
    const deployed = readDeployedPacts(join(root, 'deployed'));
    expect(deployed).toMatchObject([{ deployedAs: 'catalogs 1 in production' }]);
    const now = readPact(write('pacts/catalogs-orders.json', pact('catalogs', 'orders', 'b')));
    expect(differing(deployed, [now])).toEqual(deployed);
    expect(differing(deployed, deployed)).toEqual([]);
  });
});

describe('verifying', () => {
  const needs = ['a', 'b'].map((sha) => ({ ...arrow, file: sha, sha, interactions: 2 }));
  const versions = new Map([['orders' as const, '1']]);
  const answers = (interactions: number) => async () => ({ ...arrow, interactions, failures: [] });

  test('gives a result for the version of the provider and the content of the pact', async () => {
    const verified = await verifyPacts(needs, { verifier: answers(2), versions });
    expect(verified.map((each) => each.result)).toEqual([
      { ...result('a'), interactions: 2 },
      { ...result('b'), interactions: 2 },
    ]);
  });

  test('fails a pact of which not everything was verified: Pact is content with nothing at all', async () => {
    const [first] = await verifyPacts(needs, { verifier: answers(0), versions });
    expect(first?.result.failures).toEqual([
      { interaction: 'the whole pact', reason: 'only 0 of 2 interactions were verified' },
    ]);
  });

  test('goes on after a verifier that throws, which fails its own pact', async () => {
    const verifier: Verifier = async ({ pactFile }) => {
      if (pactFile === 'a') throw new Error('no such message');
      return answers(2)();
    };
    const verified = await verifyPacts(needs, { verifier, versions });
    expect(verified.map(({ result: { failures } }) => failures.map(({ reason }) => reason))).toEqual([
      ['no such message'],
      [],
    ]);
  });
});
