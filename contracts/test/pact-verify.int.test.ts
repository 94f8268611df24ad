import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runningStack } from '@ordermesh/stack/testing';
import { arrows } from '../src/arrows.ts';
import { deployables, ownerOf } from '../src/matrix/participants.ts';
import { addResults, readResults } from '../src/matrix/results.ts';
import { readTree } from '../src/matrix/tree.ts';
import { store as tree } from '../src/matrix/version.ts';
import { runCommand } from './support/run-command.ts';

const stack = runningStack();
const work = mkdtempSync(join(tmpdir(), 'ordermesh-commands-'));
/** What the commands keep, apart from the tree's own. */
const verified = join(work, 'verified');
const deployed = join(work, 'deployed');
afterAll(() => rmSync(work, { recursive: true }));

const run = (store: string, ...command: string[]) => runCommand(command, { ORDERMESH_CONTRACTS: store });

function copyOf(store: string): string {
  const copy = mkdtempSync(join(work, 'copy-'));
  cpSync(store, copy, { recursive: true });
  return copy;
}

beforeAll(() => {
  for (const room of ['pacts', 'deployed'])
    cpSync(join(tree, room), join(verified, room), { recursive: true });
});

describe('npm run pact:verify', () => {
  test('holds every provider to every pact, and leaves a result for each', async () => {
    const { exitCode, lines, complaint } = await run(verified, 'pact-verify', '--data', stack.dir);
    expect({ exitCode, complaint, broken: lines.filter((line) => line.startsWith('✗')) }).toEqual({
      exitCode: 0,
      complaint: '',
      broken: [],
    });
    for (const { consumer, provider } of arrows)
      expect(lines).toContainEqual(expect.stringMatching(`^✓ ${consumer} ← ${provider}  [1-9]`));
    const { versions, pacts } = readTree();
    for (const { consumer, provider, sha, interactions } of pacts) {
      const version = versions.get(ownerOf(provider)) ?? '';
      expect(readResults(provider, version, join(verified, 'results'))).toContainEqual(
        expect.objectContaining({ consumer, provider, sha, interactions, failures: [] }),
      );
    }
  });

  test.each([
    ['is missing', undefined, 'is missing: what client needs of gateway is nowhere said'],
    ['has no interactions', { interactions: [] }, 'has no interactions: nothing can be held to it'],
    ['is not readable', '{', 'is not JSON'],
  ])('fails for a pact that %s', async (_, content, complaint) => {
    const store = copyOf(verified);
    const file = join(store, 'pacts/client-gateway.json');
    const names = { consumer: { name: 'client' }, provider: { name: 'gateway' } };
    const metadata = { pactSpecification: { version: '4.0' } };
    if (content === undefined) rmSync(file);
    else
      writeFileSync(
        file,
        typeof content === 'string' ? content : JSON.stringify({ ...names, ...content, metadata }),
      );
    const answer = await run(store, 'pact-verify', '--provider', 'gateway');
    expect(answer.complaint).toContain(`client-gateway.json ${complaint}`);
    expect(answer.complaint).toContain('1 mistake named above');
    expect(answer.exitCode).toBe(1);
  });

  test('fails for a pact that no arrow names', async () => {
    const store = copyOf(verified);
    writeFileSync(join(store, 'pacts/nobody-orders.json'), '{}');
    const { exitCode, complaint } = await run(
      store,
      ...['pact-verify', '--provider', 'gateway', '--data', stack.dir],
    );
    expect(complaint).toContain('nobody-orders.json belongs to no arrow');
    expect(exitCode).toBe(1);
  });

  test('keeps what it has verified when the stack for the rest does not come up', async () => {
    const store = copyOf(verified);
    // Without what is deployed, which may have other pacts.
    for (const room of ['results', 'deployed']) rmSync(join(store, room), { recursive: true, force: true });
    const { exitCode, complaint } = await runCommand(['pact-verify', '--provider', 'users'], {
      ORDERMESH_CONTRACTS: store,
      // The folder of downloads cannot be made there.
      XDG_CACHE_HOME: '/dev/null/cache',
    });
    expect(exitCode).toBe(1);
    expect(complaint).toContain('/dev/null/cache');
    const version = readTree().versions.get('users') ?? '';
    const consumers = readResults('users', version, join(store, 'results')).map(({ consumer }) => consumer);
    expect(consumers).toEqual(['catalogs', 'orders']);
  });
});

describe('npm run can-i-deploy', () => {
  const orders = () => readTree().versions.get('orders') ?? '';

  test('says yes of what is recorded as deployed, with nothing but what is committed', async () => {
    cpSync(verified, deployed, { recursive: true });
    for (const service of deployables) {
      const { exitCode, complaint } = await run(deployed, 'record-deployment', service);
      expect({ exitCode, complaint }).toEqual({ exitCode: 0, complaint: '' });
    }
    rmSync(join(deployed, 'results'), { recursive: true });
    const { exitCode, lines } = await run(deployed, 'can-i-deploy', 'orders');
    expect(lines).toContainEqual(
      expect.stringMatching(/^✓ {2}orders-projector .*\(this\) +orders .*verified$/),
    );
    expect([lines.at(-1), exitCode]).toEqual([`yes: orders ${orders()} can be deployed to production`, 0]);
    const all = await run(deployed, 'can-i-deploy', '--all');
    expect([all.lines.at(-1), all.exitCode]).toEqual([
      'yes: all services of the tree can be deployed to production',
      0,
    ]);
  });

  test('says no of a version that breaks a consumer, and how', async () => {
    const store = copyOf(deployed);
    const pact = readTree().pacts.find(
      ({ consumer, provider }) => consumer === 'catalogs' && provider === 'orders',
    );
    const failures = [{ interaction: 'an order placed', reason: 'qty is missing' }];
    if (pact) addResults([{ ...pact, providerVersion: orders(), failures }], join(store, 'results'));
    const { exitCode, lines } = await run(store, 'can-i-deploy', 'orders');
    expect(lines).toContainEqual(
      expect.stringMatching(/^✗ {2}catalogs .*\(deployed\) +orders .*an order placed: qty is missing$/),
    );
    expect(lines.at(-1)).toMatch(/^no: orders .* 1 of \d+ stand/);
    expect(exitCode).toBe(1);
  });

  test('says no of a version that has verified nothing, and what to do', async () => {
    const store = copyOf(deployed);
    rmSync(join(store, 'deployed/production/results/orders.json'));
    const { exitCode, lines } = await run(store, 'can-i-deploy', 'orders');
    const at = lines.findIndex((line) => /^\? {2}catalogs .* not verified$/.test(line));
    expect(lines[at + 1]).toBe('   → npm run pact:verify');
    expect(lines.at(-1)).toMatch(/^no: orders /);
    expect(exitCode).toBe(1);
  });

  test('says what is wrong with a pact that it cannot read', async () => {
    const store = copyOf(deployed);
    writeFileSync(join(store, 'pacts/orders-catalogs.json'), '{bad');
    const { exitCode, lines, complaint } = await run(store, 'can-i-deploy', 'orders');
    expect(complaint).toMatch(/^✗ .*orders-catalogs\.json is not JSON: /);
    expect(lines).toContainEqual(
      expect.stringMatching(/^\? {2}orders .*orders-catalogs\.json is not JSON: /),
    );
    expect(exitCode).toBe(1);
  });

  test('takes an environment that nothing was deployed to for a mistake, unless told otherwise', async () => {
    const store = copyOf(deployed);
    cpSync(join(verified, 'results'), join(store, 'results'), { recursive: true });
    const ask = ['can-i-deploy', 'users', '--environment', 'staging'];
    const mistaken = await run(store, ...ask);
    expect(mistaken.complaint).toContain('nothing was ever deployed to "staging", only to production');
    expect(mistaken.exitCode).toBe(2);
    expect((await run(store, ...ask, '--new-environment')).exitCode).toBe(0);
    const recorded = await run(store, 'record-deployment', 'users', '--environment', 'staging');
    expect(recorded.lines).toEqual([expect.stringContaining('to staging, the first one there')]);
    expect((await run(store, ...ask)).exitCode).toBe(0);
  });
});

test.each([
  [
    ['pact-verify', '--provider', 'nobody'],
    'there is no provider "nobody", only orders, users, catalogs, gateway',
  ],
  [['pact-verify', 'orders'], 'unexpected "orders"'],
  [['can-i-deploy'], 'name a service: gateway, users, catalogs, orders, connectors'],
  [['can-i-deploy', 'nobody'], 'there is no service "nobody"'],
  [['record-deployment', 'orders', '--environment', '../x'], 'an environment is named in lower case letters'],
])('wrong usage is said in one line: %j', async (command, complaint) => {
  const answer = await runCommand(command);
  expect(answer.exitCode).toBe(2);
  expect(answer.complaint).toContain(complaint);
  expect(answer.complaint.trimEnd().split('\n')).toHaveLength(1);
});
