import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { askBroker, recordInBroker } from '../src/broker/ask.ts';
import { brokerFromEnvironment, type Broker } from '../src/broker/config.ts';
import { fetchDeployedPacts } from '../src/broker/deployed-pacts.ts';
import { publishPacts } from '../src/broker/publish.ts';
import { publishResult } from '../src/broker/results.ts';
import type { Owner } from '../src/matrix/participants.ts';
import { readPact, type Pact } from '../src/matrix/pact-file.ts';
import { verifyPacts } from '../src/verify-pacts.ts';
import type { Verification } from '../src/verification.ts';
import { startBrokerStandIn } from './broker-stand-in.ts';

/** Pact's real command line against a stand-in of the broker: what a real broker adds to it is not shown here. */
const folder = mkdtempSync(join(tmpdir(), 'ordermesh-broker-'));
const versions = (of: Record<string, string>) => new Map(Object.entries(of) as [Owner, string][]);
let standIn: Awaited<ReturnType<typeof startBrokerStandIn>>;
let broker: Broker;

beforeAll(async () => {
  standIn = await startBrokerStandIn();
  const fromEnvironment = brokerFromEnvironment({ ...process.env, ...standIn.env });
  if (!fromEnvironment) throw new Error('the environment names no broker');
  broker = fromEnvironment;
});

afterAll(async () => {
  await standIn.stop();
  rmSync(folder, { recursive: true });
});

function pactOf(consumer: string, provider: string, description: string): Pact {
  const file = join(folder, `${consumer}-${provider}.json`);
  const content = {
    consumer: { name: consumer },
    provider: { name: provider },
    interactions: [{ type: 'Asynchronous/Messages', description }],
    metadata: { pactSpecification: { version: '4.0' } },
  };
  writeFileSync(file, JSON.stringify(content));
  return readPact(file);
}

async function verifyAndPublish(pacts: Pact[], of: ReadonlyMap<Owner, string>, reason?: string) {
  const verifier = async (): Promise<Verification> => ({
    consumer: '',
    provider: '',
    interactions: 1,
    failures: reason === undefined ? [] : [{ interaction: 'an order placed', reason }],
  });
  const verified = await verifyPacts(pacts, { verifier, versions: of });
  for (const each of verified) await publishResult(broker, each, of);
}

/** What the command prints, and its exit code. */
async function printed(command: () => Promise<number>): Promise<[number, string]> {
  const lines: string[] = [];
  const log = jest.spyOn(console, 'log').mockImplementation((line) => void lines.push(String(line)));
  const exitCode = await command().finally(() => log.mockRestore());
  return [exitCode, lines.join('\n')];
}

describe('with a broker', () => {
  const first = versions({ orders: '0.1.0+aaaa', catalogs: '0.1.0+bbbb' });

  test('pacts are published under the version of the service that its consumer is released with', async () => {
    const pacts = [
      pactOf('catalogs', 'orders', 'an order placed'),
      pactOf('orders-projector', 'orders', 'an order placed'),
    ];
    await publishPacts(broker, { pacts, versions: first });
    expect(standIn.pacts).toMatchObject([
      { consumer: 'catalogs', version: '0.1.0+bbbb' },
      { consumer: 'orders-projector', version: '0.1.0+aaaa' },
    ]);
    expect(standIn.requests.every((line) => line.endsWith(' 200'))).toBe(true);
  });

  test('a service cannot be deployed before its results are there, and can be after', async () => {
    await printed(() => recordInBroker(broker, 'catalogs', 'production', first));
    expect(standIn.deployed).toEqual(new Map([['catalogs', '0.1.0+bbbb']]));
    const [before, why] = await printed(() => askBroker(broker, 'orders', 'production', first));
    expect(before).toBe(1);
    expect(why).toContain(
      'pact-broker can-i-deploy --pacticipant orders --version 0.1.0+aaaa --to-environment production',
    );

    await verifyAndPublish([pactOf('catalogs', 'orders', 'an order placed')], first);
    expect(standIn.results).toMatchObject([{ providerVersion: '0.1.0+aaaa', success: true }]);
    await printed(() => recordInBroker(broker, 'orders', 'production', first));
    await verifyAndPublish([pactOf('orders-projector', 'orders', 'an order placed')], first);
    const [after, table] = await printed(() => askBroker(broker, 'orders', 'production', first));
    expect(table).toContain('0.1.0+bbbb');
    expect(after).toBe(0);
  });

  test('every part of a service is recorded as deployed', () => {
    expect([...standIn.deployed.keys()]).toEqual(['catalogs', 'orders', 'orders-projector']);
  });

  test('a version that breaks a deployed consumer cannot be deployed', async () => {
    const next = versions({ orders: '0.1.0+cccc', catalogs: '0.1.0+bbbb' });
    const [pact, ...more] = await fetchDeployedPacts(broker, 'orders', folder);
    expect([pact, ...more]).toMatchObject([
      { consumer: 'catalogs', interactions: 1, deployedAs: 'Pact between catalogs (0.1.0+bbbb) and orders' },
      { consumer: 'orders-projector' },
    ]);
    if (pact) await verifyAndPublish([pact], next, 'qty is missing');
    expect(standIn.results.at(-1)).toMatchObject({ providerVersion: '0.1.0+cccc', success: false });
    const [exitCode, table] = await printed(() => askBroker(broker, 'orders', 'production', next));
    expect(exitCode).toBe(1);
    expect(table).toMatch(/catalogs .* orders .* 0\.1\.0\+cccc .* false/);
  });

  test('one that cannot be reached or refuses is named, with what it said', async () => {
    const pacts = [pactOf('catalogs', 'orders', 'an order placed')];
    const stranger: Broker = { ...broker, headers: {} };
    await expect(fetchDeployedPacts(stranger, 'orders', folder)).rejects.toThrow(
      'the broker answers 401 to GET',
    );
    const refused: Broker = { ...broker, env: { ...broker.env, PACT_BROKER_TOKEN: 'wrong' } };
    await expect(publishPacts(refused, { pacts, versions: first })).rejects.toThrow('were not published');
    const nobody: Broker = { url: 'http://127.0.0.1:9', headers: {}, env: {} };
    await expect(fetchDeployedPacts(nobody, 'orders', folder)).rejects.toThrow(
      'the broker at http://127.0.0.1:9 does not answer',
    );
  });
});

describe('the broker that the environment names', () => {
  test('is none without an address', () => {
    expect(brokerFromEnvironment({ PACT_BROKER_TOKEN: 'x' })).toBeUndefined();
  });

  test('is spoken to with a token, or with a name and a password', () => {
    const at = { PACT_BROKER_BASE_URL: 'https://broker.example/' };
    expect(brokerFromEnvironment({ ...at, PACT_BROKER_TOKEN: 'x' })).toMatchObject({
      url: 'https://broker.example',
      headers: { authorization: 'Bearer x' },
    });
    const named = { ...at, PACT_BROKER_USERNAME: 'a', PACT_BROKER_PASSWORD: 'b' };
    expect(brokerFromEnvironment(named)?.headers).toEqual({ authorization: 'Basic YTpi' });
    expect(() => brokerFromEnvironment({ ...named, PACT_BROKER_TOKEN: 'x' })).toThrow('not both');
    expect(() => brokerFromEnvironment({ PACT_BROKER_BASE_URL: 'broker' })).toThrow('PACT_BROKER_BASE_URL');
  });
});
