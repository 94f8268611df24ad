import {
  createDifferential,
  type Comparison,
  type Differential,
  type SupergraphName,
} from './differential.ts';
import { generateOperation, type Operation } from './generate-operation.ts';
import { hashOf } from './random.ts';
import { shrinkOperation } from './shrink-operation.ts';
import type { Way } from './sights.ts';
import type { Scenario } from './stand-in.ts';

/** What may happen to the operations, in turn: from nothing to everything. */
const scenarios: Omit<Scenario, 'seed' | 'oddTexts'>[] = [
  { nulls: 0.05, errors: 0, lostEntities: 0, failures: 0, malformed: 0 },
  { nulls: 0.05, errors: 0, lostEntities: 0, failures: 0, malformed: 0, changing: true },
  { nulls: 0.2, errors: 0, lostEntities: 0.02, failures: 0, malformed: 0 },
  { nulls: 0.1, errors: 0.02, lostEntities: 0.02, failures: 0, malformed: 0, changing: true },
  { nulls: 0.1, errors: 0, lostEntities: 0, failures: 0.25, malformed: 0 },
  { nulls: 0.1, errors: 0.02, lostEntities: 0.03, failures: 0.1, malformed: 0.3, changing: true },
];

/** What a seed stands for. Each supergraph has every other one. */
export const supergraphOf = (seed: number): SupergraphName => (seed % 2 === 0 ? 'shop' : 'media');

export type Tally = Record<Way, number>;
export type FuzzResult = {
  operations: number;
  /** Of the operations to which nothing bad happened, what became of them at their second sight; `cut` of the compiled ones. */
  sound: Tally;
  faulty: Tally;
  cut: number;
  /** Answered right here, and wrong by Apollo's own gateway. */
  wrongInStock: number;
  failure: { seed: number; difference: string; report: string } | undefined;
};

/**
 * Generates operations and compares how they are answered, until as many as wanted were valid, or until the first difference,
 * for which the smallest operation is looked for that differs too.
 */
export async function fuzz(options: {
  seed: number;
  operations: number;
  /** Only the seeds of one supergraph. */
  only?: SupergraphName;
  onProgress?: (done: number) => void;
}): Promise<FuzzResult> {
  const { operations, only, onProgress = () => undefined } = options;
  const differentials = new Map<SupergraphName, Differential>();
  const tally = (): Tally => ({ compiled: 0, 'handed over': 0, 'left to Apollo': 0 });
  const result: FuzzResult = {
    operations: 0,
    sound: tally(),
    faulty: tally(),
    cut: 0,
    wrongInStock: 0,
    failure: undefined,
  };

  async function differentialOf(seed: number): Promise<Differential> {
    const name = supergraphOf(seed);
    const differential = differentials.get(name) ?? (await createDifferential(name));
    differentials.set(name, differential);
    return differential;
  }

  function count(scenario: Scenario, { later, isWrongInStock }: Comparison): void {
    result.operations++;
    const isSound = scenario.errors + scenario.lostEntities + scenario.failures + scenario.malformed === 0;
    (isSound ? result.sound : result.faulty)[later.way]++;
    if (later.isCut) result.cut++;
    if (isWrongInStock) result.wrongInStock++;
  }

  /** False when the search is over. */
  async function run(seed: number, valueSeed: number): Promise<boolean> {
    const differential = await differentialOf(seed);
    const operation = generateOperation(differential.schema, seed, valueSeed);
    const scenario = scenarioOf(seed);
    const comparison = await differential.compare(operation, scenario);
    if (comparison && valueSeed === 0) count(scenario, comparison);
    if (comparison?.difference === undefined) return true;
    const smallest = await shrink(differential, operation, scenario, comparison);
    result.failure = { seed, difference: smallest.difference ?? '', report: smallest.report() };
    return false;
  }

  try {
    for (let seed = options.seed; result.operations < operations; seed++) {
      if (only && supergraphOf(seed) !== only) continue;
      if (!(await run(seed, 0))) break;
      // What is known must be right for other values too, and refuse wrong ones.
      if (hashOf(seed, 'again') % 4 === 0 && !(await run(seed, 1))) break;
      onProgress(result.operations);
    }
  } finally {
    for (const differential of differentials.values()) await differential.stop();
  }
  return result;
}

function scenarioOf(seed: number): Scenario {
  const kind = scenarios[hashOf(seed, 'scenario') % scenarios.length];
  if (!kind) throw new Error('no scenario');
  const oddTexts = hashOf(seed, 'odd texts') % 2 === 0 ? 0 : 0.3;
  return { ...kind, oddTexts, seed: hashOf(seed) };
}

async function shrink(
  differential: Differential,
  operation: Operation,
  scenario: Scenario,
  comparison: Comparison,
): Promise<Comparison> {
  let smallest = comparison;
  await shrinkOperation(operation, async (candidate) => {
    const found = await differential.compare(candidate, scenario);
    if (found?.difference !== comparison.difference) return false;
    smallest = found ?? smallest;
    return true;
  });
  return smallest;
}
