import { isDeepStrictEqual } from 'node:util';
import type { GraphQLSchema } from 'graphql';
import { isRecord } from '../../src/compiled-plan/merge.ts';
import { apiSchemaOf } from './api-schema.ts';
import { createBothPaths, type Outcome, type Way } from './both-paths.ts';
import { generateOperation, type Operation } from './generate-operation.ts';
import { hashOf } from './random.ts';
import { inResponseOrder } from './response-order.ts';
import type { Scenario } from './stand-in.ts';

/** What may happen to the operations, in turn: from nothing to everything. */
const scenarios: Omit<Scenario, 'seed' | 'oddTexts'>[] = [
  { nulls: 0.05, errors: 0, lostEntities: 0, failures: 0, malformed: 0 },
  { nulls: 0.2, errors: 0, lostEntities: 0.02, failures: 0, malformed: 0 },
  { nulls: 0.1, errors: 0.02, lostEntities: 0.02, failures: 0, malformed: 0 },
  { nulls: 0.1, errors: 0, lostEntities: 0, failures: 0.25, malformed: 0 },
  { nulls: 0.1, errors: 0.02, lostEntities: 0.03, failures: 0.1, malformed: 0.3 },
];

export type Tally = Record<Way, number>;

/**
 * Runs generated operations through Apollo's executor and through the compiled plans, against the same stand-ins, until
 * as many as wanted were valid. Throws at the first difference, naming the seed. What became of them is counted
 * apart for those to which nothing bad happened; `cut` are those for which no answer had to be parsed.
 */
export async function runDifferential(options: { supergraphSdl: string; seed: number; operations: number }) {
  const { supergraphSdl, operations } = options;
  const schema = apiSchemaOf(supergraphSdl);
  const both = await createBothPaths(supergraphSdl);
  const sound: Tally = { compiled: 0, 'handed over': 0, 'left to Apollo': 0 };
  const faulty: Tally = { ...sound };
  let valid = 0;
  let cut = 0;
  let lostByApollo = 0;

  async function run(seed: number, valueSeed: number): Promise<void> {
    const operation = generateOperation(schema, seed, valueSeed);
    const kind = scenarios[seed % scenarios.length];
    if (!kind) throw new Error('no scenario');
    const oddTexts = hashOf(seed, 'odd texts') % 2 === 0 ? 0 : 0.3;
    const scenario = { ...kind, oddTexts, seed: hashOf(seed) };
    const stock = await both.stock(operation, scenario);
    if (stock.body.includes('GRAPHQL_VALIDATION_FAILED')) return;
    if (valueSeed === 0) valid++;
    const compiled = await both.compiled(operation, scenario);
    const tally = kind === scenarios[0] ? sound : faulty;
    if (valueSeed === 0) tally[compiled.way]++;
    if (valueSeed === 0 && compiled.isCut) cut++;
    const verdict = compare(schema, operation, stock, compiled);
    if (verdict === 'lost by Apollo') lostByApollo++;
    const difference = verdict === 'lost by Apollo' ? undefined : (verdict ?? both.unforeseen[0]);
    if (difference !== undefined) throw new Error(report(difference, seed, operation, stock, compiled));
  }

  try {
    for (let seed = options.seed; valid < operations; seed++) {
      await run(seed, 0);
      // What is known must be right for other values too, and refuse wrong ones.
      if (seed % 4 === 0) await run(seed, 1);
    }
  } finally {
    await both.stop();
  }
  return { sound, faulty, cut, lostByApollo };
}

/** What is wrong with the compiled path's outcome, if anything. */
function compare(
  schema: GraphQLSchema,
  operation: Operation,
  stock: Outcome,
  compiled: Outcome & { way: Way },
): string | undefined {
  const mutations = ({ sent }: Outcome) => sent.filter((body) => body.startsWith('{"query":"mutation'));
  if (!isDeepStrictEqual(mutations(compiled), mutations(stock))) return 'other mutations were sent';
  if (compiled.sent.length > stock.sent.length) return 'more requests were sent';
  if (compiled.body === stock.body) return undefined;

  const [expected, actual] = [JSON.parse(stock.body), JSON.parse(compiled.body)];
  const same = isDeepStrictEqual(actual, expected);
  if (compiled.way !== 'compiled') return same ? undefined : 'the responses differ';
  // Apollo merges fragments before it writes, so the order of its keys may be another one: graphql-js's is right.
  const ordered =
    JSON.stringify(inResponseOrder(schema, operation, actual.data)) === JSON.stringify(actual.data);
  if (same) return ordered ? undefined : 'the keys are in another order than they should be';
  // Apollo's executor loses what is asked in `...on User` inside of `...on Node` where the schema says User.
  return ordered && isPartOf(expected, actual) ? 'lost by Apollo' : 'the responses differ';
}

function isPartOf(part: unknown, whole: unknown): boolean {
  if (Array.isArray(part) && Array.isArray(whole))
    return part.length === whole.length && part.every((item, index) => isPartOf(item, whole[index]));
  if (!isRecord(part) || !isRecord(whole)) return part === whole;
  return Object.keys(part).every((key) => isPartOf(part[key], whole[key]));
}

function report(
  difference: string,
  seed: number,
  operation: Operation,
  stock: Outcome,
  compiled: Outcome & { way: Way },
): string {
  return `seed ${seed}, ${compiled.way}: ${difference}
DIFFERENTIAL_SEED=${seed} DIFFERENTIAL_OPERATIONS=1 runs it alone

${operation.query}
variables ${JSON.stringify(operation.variables)}, operationName ${operation.operationName}

Apollo:   ${stock.body}compiled: ${compiled.body}
Apollo sent:
${stock.sent.join('\n')}
the compiled path sent:
${compiled.sent.join('\n')}`;
}

/** The operations to run: those of every test run, unless the environment says otherwise. */
export function operationsToRun(usual: number): { seed: number; operations: number } {
  const { DIFFERENTIAL_SEED = '1', DIFFERENTIAL_OPERATIONS = String(usual) } = process.env;
  return { seed: Number(DIFFERENTIAL_SEED), operations: Number(DIFFERENTIAL_OPERATIONS) };
}
