import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { getOperationAST, GraphQLError, parse, specifiedRules, validate, type GraphQLSchema } from 'graphql';
import { isRecord } from '../../src/compiled-plan/merge.ts';
import { environment } from '../../src/config.ts';
import { limits } from '../../src/limits.ts';
import { createDocumentPlanning } from '../../src/planning/planned-document.ts';
import { readSupergraph } from '../../src/planning/supergraph.ts';
import { apiSchemaOf } from './api-schema.ts';
import type { Operation } from './generate-operation.ts';
import { inResponseOrder } from './response-order.ts';
import { createRightAnswer } from './right-answer.ts';
import { createSights, type Outcome, type Sight } from './sights.ts';
import { createStandIn, type Scenario, type World } from './stand-in.ts';
import { subgraphSchemas } from './subgraph-schemas.ts';

/** The shop, for what clients send every day; media, for what the shop does not have: interfaces, unions, `@requires`, … */
export const supergraphs = {
  shop: environment.shape.SUPERGRAPH.parse(undefined),
  media: new URL('fixture/supergraph.graphql', import.meta.url),
};
export type SupergraphName = keyof typeof supergraphs;

/** How an operation was answered: at its second sight, and by Apollo's own gateway. */
export type Comparison = {
  later: Sight;
  /** What is wrong with the answers, if anything is. */
  difference: string | undefined;
  /** Whether Apollo's own gateway answers wrong what is answered right here. */
  isWrongInStock: boolean;
  report(): string;
};

/**
 * Compares the answers to an operation at its first, second and third sight with each other, with those of Apollo's own
 * gateway and, where nothing goes wrong, with the right answer.
 */
export async function createDifferential(name: SupergraphName) {
  const supergraphSdl = readFileSync(supergraphs[name], 'utf8');
  const schema = apiSchemaOf(supergraphSdl);
  const schemas = subgraphSchemas(supergraphSdl);
  const world: World = { writes: 0 };
  const standIns = [...schemas].map(([subgraph, its]) => createStandIn(subgraph, its, world));
  const sights = await createSights(supergraphSdl, standIns);
  const rightAnswer = createRightAnswer(schema, schemas);
  const planDocument = createDocumentPlanning(readSupergraph(parse(supergraphSdl)));

  function isValid({ query }: Operation): boolean {
    try {
      return validate(schema, parse(query), [...specifiedRules, limits]).length === 0;
    } catch (error) {
      if (error instanceof GraphQLError) return false;
      throw error;
    }
  }

  /** Whether it is planned by another document than the client's: Apollo's own gateway may answer it wrong. */
  function isOther({ query, operationName, variables }: Operation): boolean {
    const document = parse(query);
    const operation = getOperationAST(document, operationName);
    return !!operation && planDocument(document, schema, operation, variables).isOther;
  }

  /** Undefined for an operation that is not valid. */
  async function compare(operation: Operation, scenario: Scenario): Promise<Comparison | undefined> {
    if (!isValid(operation)) return undefined;
    const stock = await sights.stock(operation, scenario);
    const first = await sights.first(operation, scenario);
    const later = await sights.later(operation, scenario);
    const third = await sights.later(operation, scenario);
    const right = isSound(scenario) ? rightAnswer(operation, scenario) : undefined;
    const isPlannedAsIs = !isOther(operation);
    const difference =
      differenceFromRight(right, first) ??
      differenceFromRight(right, later) ??
      (isPlannedAsIs && !right ? differenceFromStock(stock, first) : undefined) ??
      differenceOfSights(schema, operation, first, later) ??
      (third.body === later.body ? undefined : 'the third answer differs from the second') ??
      sights.unforeseen[0];
    return {
      later,
      difference,
      isWrongInStock: difference === undefined && differenceFromRight(right, stock) !== undefined,
      report: () => reportOf(operation, { stock, first, later, third }, right),
    };
  }

  return { schema, compare, stop: () => sights.stop() };
}
export type Differential = Awaited<ReturnType<typeof createDifferential>>;

/** Nothing goes wrong, and nothing changes under way: the answer is what one server would give. */
function isSound({ errors, lostEntities, failures, malformed, changing = false }: Scenario): boolean {
  return errors + lostEntities + failures + malformed === 0 && !changing;
}

type Right = ReturnType<ReturnType<typeof createRightAnswer>>;

function differenceFromRight(right: Right | undefined, { body }: Outcome): string | undefined {
  if (!right) return undefined;
  const answer: unknown = JSON.parse(body);
  if (!isRecord(answer)) return 'no object is answered';
  // A wrong value in a variable is an error of the request.
  if (right.errors) return answer['data'] ? 'data where an error was due' : undefined;
  const data: unknown = JSON.parse(JSON.stringify(right.data));
  if (answer['errors'] || !isDeepStrictEqual(answer['data'], data)) return 'not the right answer';
  return undefined;
}

function differenceFromStock(stock: Outcome, first: Outcome): string | undefined {
  if (!isDeepStrictEqual(JSON.parse(first.body), JSON.parse(stock.body)))
    return 'the first answer differs from Apollo’s';
  return isDeepStrictEqual(first.sent, stock.sent) ? undefined : 'the first requests differ from Apollo’s';
}

function differenceOfSights(
  schema: GraphQLSchema,
  operation: Operation,
  first: Outcome,
  later: Sight,
): string | undefined {
  const mutations = ({ sent }: Outcome) => sent.filter((body) => body.startsWith('{"query":"mutation'));
  if (!isDeepStrictEqual(mutations(later), mutations(first))) return 'other mutations were sent';
  const [expected, actual] = [JSON.parse(first.body), JSON.parse(later.body)];
  // Where Apollo gives up on nonsense, what it would have asked at the same time goes unasked.
  const gaveUp = later.way === 'handed over' && expected.data === undefined;
  if (later.sent.length > first.sent.length && !gaveUp) return 'more requests were sent';
  if (later.body === first.body) return undefined;
  if (!isDeepStrictEqual(actual, expected)) return 'the second answer differs from the first';
  if (later.way !== 'compiled') return undefined;
  // Apollo merges fragments before it writes, so the order of its keys may be another one: graphql-js's is right.
  const ordered = inResponseOrder(schema, operation, actual.data);
  return JSON.stringify(ordered) === JSON.stringify(actual.data)
    ? undefined
    : 'the keys are in another order than they should be';
}

function reportOf(
  { query, variables, operationName }: Operation,
  outcomes: { stock: Outcome; first: Outcome; later: Sight; third: Outcome },
  right: Right | undefined,
): string {
  const { stock, first, later, third } = outcomes;
  return `${query}
variables ${JSON.stringify(variables)}, operationName ${JSON.stringify(operationName)}

${right ? `right:  ${JSON.stringify(right)}\n` : ''}first:  ${first.body}second: ${later.body}third:  ${third.body}Apollo: ${stock.body}
sent first:
${first.sent.join('\n')}
sent second (${later.way}):
${later.sent.join('\n')}
sent by Apollo:
${stock.sent.join('\n')}`;
}
