import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { Failure } from './failure.ts';
import type { OperatorSecrets } from './secrets.ts';
import type { Session } from './session.ts';
import { runErrand } from './components/node.ts';
import { serviceEnvironment } from './components/service.ts';

const account = z.object({ email: z.string(), token: z.string(), userId: z.string() });
const accountsLine = z.object({ customer: account, admin: account });

export type DemoAccounts = z.infer<typeof accountsLine>;

const catalogue = [
  { id: 'CATALOG-001', name: 'Berlin', unitPrice: 1500, stock: 100 },
  { id: 'CATALOG-002', name: 'Tokyo', unitPrice: 900, stock: 110 },
  { id: 'CATALOG-003', name: 'Stockholm', unitPrice: 1200, stock: 120 },
];
const walletBalance = 10_000_000;

/** Creates the demo accounts where they are missing; their tokens are new at every start. */
export async function createDemoAccounts(session: Session, signal: AbortSignal): Promise<DemoAccounts> {
  const { layout, ports, secrets, addresses } = session;
  const { customer, admin } = secrets.demo;
  const output = await runErrand({
    name: 'creating the demo accounts',
    args: ['users/src/demo-accounts.ts'],
    env: {
      ...serviceEnvironment('users', { ports, secrets, brokers: addresses.kafkaBrokers }),
      DEMO_CUSTOMER_EMAIL: customer.email,
      DEMO_CUSTOMER_PASSWORD: customer.password,
      DEMO_ADMIN_EMAIL: admin.email,
      DEMO_ADMIN_PASSWORD: admin.password,
    },
    dataDir: layout.dir,
    logFile: layout.log('demo-accounts'),
    signal,
  });
  return readAccounts(output);
}

/** The accounts in what demo-accounts.ts printed. */
export function readAccounts(output: string): DemoAccounts {
  const line = output.split('\n').findLast((each) => each.startsWith('{"customer"'));
  if (!line) throw new Failure('creating the demo accounts printed no accounts');
  return accountsLine.parse(JSON.parse(line));
}

const answer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(z.object({ message: z.string() }))
    .nonempty()
    .optional(),
});

/** Puts the demo products that are missing into the catalogue, and money into the demo customer's wallet, once. */
export async function seedDemo(graphql: string, { admin, customer }: DemoAccounts): Promise<void> {
  const ask = (token: string, query: string, variables: Record<string, unknown>) =>
    askGateway(graphql, token, query, variables);
  const add = 'mutation ($input: AddProductInput!) { addProduct(input: $input) { id } }';
  await Promise.all([
    ...catalogue.map(async (product) => {
      const { product: existing } = await ask(admin.token, 'query ($id: ID!) { product(id: $id) { id } }', {
        id: product.id,
      });
      if (!existing) await ask(admin.token, add, { input: product });
    }),
    ask(
      customer.token,
      'mutation ($amount: Money!) { deposit(amount: $amount, idempotencyKey: "demo") { balance } }',
      {
        amount: walletBalance,
      },
    ),
  ]);
}

async function askGateway(graphql: string, token: string, query: string, variables: Record<string, unknown>) {
  const response = await fetch(graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(10_000),
  });
  const { data, errors } = answer.parse(await response.json());
  if (errors?.[0]) throw new Failure(`seeding the demo catalogue failed: ${errors[0].message}`);
  return data ?? {};
}

/** `DIR/demo.json`: it appears when everything is ready. */
export function writeDemoFile(
  session: {
    secrets: Pick<OperatorSecrets, 'demo'>;
    addresses: { graphql: string };
    layout: { demo: string };
  },
  accounts: DemoAccounts,
): void {
  const { customer, admin } = session.secrets.demo;
  const content = {
    graphql: session.addresses.graphql,
    customer: { ...accounts.customer, password: customer.password },
    admin: { ...accounts.admin, password: admin.password },
  };
  writeFileSync(session.layout.demo, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
}

/** What a newcomer pastes first. */
export function firstQuery(graphql: string, accounts: string): string {
  const query = '{ products { nodes { id name unitPrice stock } } }';
  return [
    `GraphQL  ${graphql} (open it in a browser)`,
    `Accounts ${accounts}`,
    '',
    'Paste:',
    `  ${query}`,
    'or',
    `  curl -s ${graphql} -H 'content-type: application/json' -d '${JSON.stringify({ query })}'`,
  ].join('\n');
}
