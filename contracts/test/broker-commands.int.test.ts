import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runningStack } from '@ordermesh/stack/testing';
import { deployables } from '../src/matrix/participants.ts';
import { readTree } from '../src/matrix/tree.ts';
import { store as tree } from '../src/matrix/version.ts';
import { startBrokerStandIn } from './broker-stand-in.ts';
import { runCommand } from './support/run-command.ts';

/** The commands as processes, with a stand-in of the broker; the tests follow each other. */
const stack = runningStack();
const store = mkdtempSync(join(tmpdir(), 'ordermesh-broker-'));
const { pacts, versions } = readTree();
let standIn: Awaited<ReturnType<typeof startBrokerStandIn>>;

beforeAll(async () => {
  standIn = await startBrokerStandIn();
  cpSync(join(tree, 'pacts'), join(store, 'pacts'), { recursive: true });
});

afterAll(async () => {
  await standIn.stop();
  rmSync(store, { recursive: true });
});

const run = (...command: string[]) => runCommand(command, { ...standIn.env, ORDERMESH_CONTRACTS: store });
const verify = (provider: string) => run('pact-verify', '--provider', provider, '--data', stack.dir);

test('pact:verify publishes all pacts, and the results of those that it has verified', async () => {
  const { exitCode, lines, complaint } = await verify('users');
  expect({ exitCode, complaint }).toEqual({ exitCode: 0, complaint: '' });
  expect(lines[0]).toMatch(`published ${pacts.length} pacts to http://127.0.0.1:`);
  expect(standIn.pacts).toHaveLength(pacts.length);
  const results = pacts
    .filter(({ provider }) => provider === 'users')
    .map(() => expect.objectContaining({ providerVersion: versions.get('users'), success: true }));
  expect(standIn.results).toEqual(results);
});

test('can-i-deploy says no of what it knows no results of', async () => {
  for (const service of deployables) expect((await run('record-deployment', service)).exitCode).toBe(0);
  expect(standIn.deployed.get('orders-projector')).toBe(versions.get('orders'));
  expect((await run('can-i-deploy', 'gateway')).exitCode).toBe(1);
});

test('can-i-deploy says yes once all results are there, of one service and of all', async () => {
  for (const provider of ['catalogs', 'orders', 'gateway']) expect((await verify(provider)).exitCode).toBe(0);
  expect((await run('can-i-deploy', 'gateway')).exitCode).toBe(0);
  const all = await run('can-i-deploy', '--all');
  expect([all.lines.at(-1), all.exitCode]).toEqual([
    'yes: each service of the tree can be deployed to production',
    0,
  ]);
});

test('a deployed consumer that the tree breaks makes can-i-deploy say no', async () => {
  standIn.publish('catalogs', '0.0.1+older', 'orders', (content) =>
    content.replaceAll('"totalPrice"', '"price"'),
  );
  standIn.deployed.set('catalogs', '0.0.1+older');
  const verified = await verify('orders');
  expect(verified.lines).toContainEqual(
    expect.stringMatching(/^✗ catalogs ← orders \(Pact between catalogs \(0\.0\.1\+older\)/),
  );
  expect(verified.lines).toContainEqual(expect.stringContaining('see npm run can-i-deploy -- --all'));
  expect(verified.exitCode).toBe(0);
  const { exitCode, lines } = await run('can-i-deploy', '--all');
  expect(lines.at(-1)).toMatch(/^no: .*\borders\b.* cannot be deployed to production now$/);
  expect(exitCode).toBe(1);
});

test('a broker that refuses is a failure of each command', async () => {
  const refused = { ...standIn.env, PACT_BROKER_TOKEN: 'wrong', ORDERMESH_CONTRACTS: store };
  for (const command of [
    ['pact-verify', '--provider', 'users', '--data', stack.dir],
    ['can-i-deploy', 'users'],
    ['can-i-deploy', '--all'],
    ['record-deployment', 'users'],
  ])
    expect([command, (await runCommand(command, refused)).exitCode]).toEqual([command, 1]);
  const mistyped = { ...standIn.env, PACT_BROKER_BASE_URL: 'broker' };
  expect(await runCommand(['can-i-deploy', '--all'], mistyped)).toMatchObject({
    exitCode: 2,
    complaint: expect.stringContaining('PACT_BROKER_BASE_URL'),
  });
});
