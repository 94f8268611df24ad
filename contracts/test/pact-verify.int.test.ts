import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { runningStack } from '@ordermesh/stack/testing';
import { arrows } from '../src/arrows.ts';
import { ownerOf } from '../src/matrix/participants.ts';
import { pactFolder } from '../src/matrix/pact-file.ts';
import { readResults } from '../src/matrix/results.ts';
import { readTree } from '../src/matrix/tree.ts';

const stack = runningStack();
const stray = join(pactFolder, 'nobody-orders.json');
afterAll(() => rmSync(stray, { force: true }));

async function run(command: string, ...args: string[]) {
  const entry = fileURLToPath(new URL(`../src/${command}.ts`, import.meta.url));
  const child = spawn(process.execPath, [entry, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PACT_BROKER_BASE_URL: '' },
  });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, complaint] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { exitCode: await exited, lines: out.trimEnd().split('\n'), complaint };
}

describe('npm run pact:verify', () => {
  test('holds every provider to every pact, and leaves a result for each', async () => {
    const { exitCode, lines, complaint } = await run('pact-verify', '--data', stack.dir);
    expect({ exitCode, complaint, broken: lines.filter((line) => line.startsWith('✗')) }).toEqual({
      exitCode: 0,
      complaint: '',
      broken: [],
    });
    for (const { consumer, provider } of arrows)
      expect(lines).toContainEqual(expect.stringMatching(`^✓ ${consumer} ← ${provider}  [1-9]`));
    const { versions, pacts } = readTree();
    for (const { consumer, provider, sha, interactions } of pacts) {
      const results = readResults(provider, versions.get(ownerOf(provider)) ?? '');
      expect(results).toContainEqual(
        expect.objectContaining({ consumer, provider, sha, interactions, failures: [] }),
      );
    }
  });

  test('after which orders is judged by these results', async () => {
    const { lines } = await run('can-i-deploy', 'orders');
    expect(lines).toContainEqual(
      expect.stringMatching(/^✓ {2}orders-projector .*\(this\) +orders .*verified$/),
    );
    expect(lines.at(-1)).toMatch(/^(yes|no): orders /);
  });

  test('fails for a pact that no arrow names', async () => {
    writeFileSync(stray, '{}');
    const { exitCode, complaint } = await run('pact-verify', '--provider', 'users', '--data', stack.dir);
    expect(exitCode).toBe(1);
    expect(complaint).toContain('contracts/pacts/nobody-orders.json belongs to no arrow');
  });

  test.each([
    [
      ['pact-verify', '--provider', 'nobody'],
      'there is no provider "nobody", only orders, users, catalogs, gateway',
    ],
    [['pact-verify', 'orders'], 'unexpected "orders"'],
    [['can-i-deploy'], 'name a service: gateway, users, catalogs, orders, connectors'],
    [['can-i-deploy', 'nobody'], 'there is no service "nobody"'],
    [
      ['record-deployment', 'orders', '--environment', '../x'],
      'an environment is named in lower case letters',
    ],
  ])('wrong usage is said in one line: %j', async ([command = '', ...args], complaint) => {
    const answer = await run(command, ...args);
    expect(answer.exitCode).toBe(2);
    expect(answer.complaint).toContain(complaint);
    expect(answer.complaint.trimEnd().split('\n')).toHaveLength(1);
  });
});
