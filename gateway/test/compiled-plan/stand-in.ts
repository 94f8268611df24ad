import { setImmediate as nextTurn } from 'node:timers/promises';
import { UnavailableError } from '@ordermesh/chassis/errors';
import {
  execute,
  getNamedType,
  GraphQLError,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  parse,
  type DocumentNode,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import type { UpstreamAnswer, UpstreamRequest } from '../../src/upstream.ts';
import { happens, hashOf } from './random.ts';

/** What goes wrong in one execution. Everything is decided by the seed and by what is asked, never by the order of requests. */
export type Scenario = {
  seed: number;
  /** Probability that a nullable field is null. */
  nulls: number;
  /** Probability that a text has signs in it that JSON escapes, or that few other texts have. */
  oddTexts: number;
  /** Probability that a field fails. */
  errors: number;
  /** Probability that an entity does not exist. */
  lostEntities: number;
  /** Probability that a request fails as a whole. */
  failures: number;
  /** Probability that an answer is not what the schema promises. */
  malformed: number;
  /** Whether numbers change with each field of a mutation that is executed: what is read before it and after it differs. */
  changing?: boolean;
  /** How answers are written, if not in the usual way. */
  rewrite?: (body: string) => string;
};

/** What all subgraphs of an execution share: how many fields of mutations were executed so far. */
export type World = { writes: number };
export type StandInContext = Scenario & { world: World };
/** `$given` are the fields of an entity that its representation brought along. */
export type Source = { __typename: string; $id: string; $given?: { weight?: unknown; size?: unknown } };
type Result = { data?: Record<string, unknown> | null; errors?: unknown };

const codes = ['FORBIDDEN', 'BAD_USER_INPUT', 'SERVICE_UNAVAILABLE', 'INTERNAL_SERVER_ERROR', 'ODD_CODE'];

/** A subgraph that makes up its data: the same answer to the same question, in whatever request it comes. */
export function createStandIn(subgraph: string, schema: GraphQLSchema, world: World) {
  const documents = new Map<string, DocumentNode>();
  let scenario: Scenario | undefined;
  let sent: string[] = [];

  async function send({ body }: UpstreamRequest): Promise<UpstreamAnswer> {
    if (!scenario) throw new Error('no scenario');
    sent.push(body);
    const { query, variables } = JSON.parse(body);
    const hash = hashOf(scenario.seed, subgraph, query);
    for (let turns = hash % 4; turns > 1; turns--) await nextTurn();
    if (happens(scenario.failures, hash)) return fail(hashOf(hash, 'how'));
    let document = documents.get(query);
    if (!document) documents.set(query, (document = parse(query)));
    const result = await execute({
      schema,
      document,
      variableValues: variables,
      contextValue: { ...scenario, world },
      fieldResolver: resolve,
      typeResolver: ({ __typename }: Source) => __typename,
    });
    const answer = happens(scenario.malformed, hashOf(hash, 'malformed')) ? malform(result, hash) : result;
    const { rewrite = String } = scenario;
    return { status: 200, body: rewrite(JSON.stringify(answer)) };
  }

  return {
    subgraph,
    send,
    begin(next: Scenario): void {
      scenario = next;
      sent = [];
      world.writes = 0;
    },
    /** The requests since the scenario began. */
    sent: () => sent,
  };
}

/** The value of a field: of the same object it is the same in whatever request, or subgraph, it is asked for. */
export const resolve: GraphQLFieldResolver<Source | undefined, StandInContext> = (
  source,
  args,
  scenario,
  info,
) => {
  const { seed, errors, lostEntities, world, changing = false } = scenario;
  if (info.parentType === info.schema.getMutationType()) world.writes++;
  if (info.fieldName === '_entities') {
    return args['representations'].map((given: { __typename: string; id?: string; sku?: string }) => {
      const id = given.id ?? String(given.sku).slice('sku-'.length);
      const lost = happens(lostEntities, hashOf(seed, 'lost', given.__typename, id));
      return lost ? null : { __typename: given.__typename, $id: id, $given: given };
    });
  }
  if (source && info.fieldName === 'id') return source.$id;
  if (source && info.fieldName === 'sku') return `sku-${source.$id}`;
  // What is computed from other subgraphs' fields shows what those were.
  const { weight, size } = source?.$given ?? {};
  const given = info.fieldName === 'shipping' ? JSON.stringify([weight, size]) : '';
  const key = hashOf(
    seed,
    source?.__typename ?? '',
    source?.$id ?? '',
    info.fieldName,
    JSON.stringify(args),
    given,
  );
  if (happens(errors, hashOf(key, 'error'))) {
    throw new GraphQLError(`no ${info.fieldName}`, { extensions: { code: codes[key % codes.length] } });
  }
  const isChanging = changing && numbers.includes(getNamedType(info.returnType).name);
  return make(info.returnType, isChanging ? hashOf(key, world.writes) : key, scenario, info.schema);
};
const numbers = ['Int', 'Money', 'Float'];

function make(type: GraphQLOutputType, key: number, scenario: Scenario, schema: GraphQLSchema): unknown {
  if (isNonNullType(type)) return make(type.ofType, key, { ...scenario, nulls: 0 }, schema);
  if (happens(scenario.nulls, hashOf(key, 'null'))) return null;
  if (isListType(type)) {
    return Array.from({ length: key % 5 }, (_, index) =>
      make(type.ofType, hashOf(key, index), scenario, schema),
    );
  }
  if (isAbstractType(type)) {
    const possible = schema.getPossibleTypes(type);
    const actual = possible[key % possible.length];
    return actual && make(actual, key, scenario, schema);
  }
  // So few of each that the same one comes up often.
  if (isObjectType(type)) return { __typename: type.name, $id: `n${key % 4}` };
  if (isEnumType(type)) return type.getValues()[key % type.getValues().length]?.value;
  switch (type.name) {
    case 'Int':
    case 'Money':
      return key % 100_000;
    case 'Float':
      return (key % 10_000) / 16;
    case 'Boolean':
      return key % 2 === 0;
    case 'ID':
      return `id-${key % 50}`;
    case 'Json':
      return [{ a: [key, null], 'b"': 'é\n' }, key, 'text', null, true][key % 5];
    default:
      return happens(scenario.oddTexts, hashOf(key, 'odd'))
        ? ['with "quotes" and \\', 'line\nbreak', 'é ü 漢字 \u2028', '\ud83d lone', '', '{"id":null}'][
            key % 6
          ]
        : `plain ${key % 7}`;
  }
}

/** The ways in which a whole request fails. */
function fail(hash: number): UpstreamAnswer {
  const error = { message: 'refused', extensions: { code: 'FORBIDDEN' } };
  const answers = [
    { status: 503, body: '' },
    { status: 200, body: '<html>' },
    { status: 200, body: JSON.stringify({ data: null, errors: [error] }) },
    { status: 400, body: JSON.stringify({ errors: [error, { message: 'once more' }] }) },
    { status: 200, body: JSON.stringify({ data: null }) },
    { status: 200, body: JSON.stringify({ data: {} }) },
  ];
  const answer = answers[hash % (answers.length + 2)];
  if (!answer) throw new UnavailableError('no instance answered in time');
  return answer;
}

/** Every value of one field becomes something else; or there are too few entities. */
function malform(result: Result, hash: number): Result {
  const { data } = result;
  if (data && Array.isArray(data['_entities']) && hash % 4 === 0) {
    return { ...result, data: { _entities: data['_entities'].slice(1) } };
  }
  const keys = new Set<string>();
  JSON.stringify(data, (key, value: unknown) => {
    if (key !== '' && !/^\d+$/.test(key) && key !== '_entities') keys.add(key);
    return value;
  });
  const sorted = [...keys].sort();
  // Type names are what most depends on.
  const chosen =
    keys.has('__typename') && hash % 3 === 1 ? '__typename' : sorted[hash % Math.max(sorted.length, 1)];
  const wrong = [null, undefined, 'text', 1.5, true, [], {}, [null], 'Book', 'User', 'Query'];
  const instead = wrong[hashOf(hash, 'instead') % wrong.length];
  const text = JSON.stringify(data, (key, value: unknown) => (key === chosen ? instead : value));
  return { ...result, data: JSON.parse(text) };
}
