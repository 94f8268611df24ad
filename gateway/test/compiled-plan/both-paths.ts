import { HeaderMap } from '@apollo/server';
import pino from 'pino';
import type { GatewayContext } from '../../src/context.ts';
import { createFederation } from '../../src/federation.ts';
import type { Operation } from './generate-operation.ts';
import { createStandIn, type Scenario, type World } from './stand-in.ts';
import { subgraphSchemas } from './subgraph-schemas.ts';

export type Outcome = { body: string; sent: string[] };
export type Way = 'compiled' | 'handed over' | 'left to Apollo';

/** The gateway without HTTP, in front of stand-ins for the supergraph's subgraphs. */
export async function createBothPaths(supergraphSdl: string) {
  const unforeseen: string[] = [];
  const note = (line: string) => {
    if (/compiled/.test(JSON.parse(line).msg)) unforeseen.push(line);
  };
  const log = pino({ level: 'error', serializers: { error: pino.stdSerializers.err } }, { write: note });
  const world: World = { writes: 0 };
  const standIns = [...subgraphSchemas(supergraphSdl)].map(([name, schema]) =>
    createStandIn(name, schema, world),
  );
  const { apollo, compiledPlans, start, stop } = createFederation({
    supergraphSdl,
    upstreams: standIns,
    signingSecret: 'a secret of the gateway and its subgraphs',
    development: false,
    log,
  });
  await start();

  async function throughApollo(operation: Operation, context: GatewayContext): Promise<string> {
    const answer = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: 'POST',
        headers: new HeaderMap([['content-type', 'application/json']]),
        search: '',
        body: operation,
      },
      context: () => Promise.resolve(context),
    });
    if (answer.body.kind !== 'complete') throw new Error('an answer in parts');
    return answer.body.string;
  }

  const newContext = (): GatewayContext => ({
    viewer: null,
    authorization: undefined,
    outcome: { operation: null, fields: [], codes: [], hasData: false, status: 200 },
  });

  async function run(scenario: Scenario, execute: () => Promise<string>): Promise<Outcome> {
    world.writes = 0;
    for (const standIn of standIns) standIn.begin(scenario);
    const body = await execute();
    return { body, sent: standIns.flatMap((standIn) => standIn.sent()) };
  }

  return {
    stop,
    /** What the compiled path logged as its own failures. */
    unforeseen,
    /** As Apollo answers it; from then on the operation is known. */
    stock: (operation: Operation, scenario: Scenario): Promise<Outcome> =>
      run(scenario, () => throughApollo(operation, newContext())),
    /** As the endpoint answers it; `way` is what became of it. */
    async compiled(
      operation: Operation,
      scenario: Scenario,
    ): Promise<Outcome & { way: Way; isCut: boolean }> {
      let way: Way = 'left to Apollo';
      let isCut = false;
      const outcome = await run(scenario, async () => {
        const answer = await compiledPlans.answer(JSON.parse(JSON.stringify(operation)), undefined);
        if (!answer) return throughApollo(operation, newContext());
        way = answer.earlier ? 'handed over' : 'compiled';
        if (!answer.earlier) {
          isCut = answer.isCut;
          return answer.body;
        }
        return throughApollo(operation, { ...newContext(), earlier: answer.earlier });
      });
      return { ...outcome, way, isCut };
    },
  };
}
export type BothPaths = Awaited<ReturnType<typeof createBothPaths>>;
