import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse, type GraphQLSchema } from 'graphql';
import { createSights, type SubgraphStandIn } from '../compiled-plan/sights.ts';
import type { Subgraph, Theme } from './theme.ts';

/** The gateway, and Apollo's own, in front of a theme's subgraphs. */
export function createThemeSights({ subgraphs, reset = () => undefined }: Theme) {
  return createSights<undefined>(
    compose(subgraphs),
    Object.entries(subgraphs).map(([name, { typeDefs, resolvers }]) =>
      createSubgraph(name, buildSubgraphSchema([{ typeDefs: parse(typeDefs), resolvers }]), reset),
    ),
  );
}

function compose(subgraphs: Record<string, Subgraph>): string {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(subgraphs).map(([name, { typeDefs }]) => ({
      name,
      url: `http://${name}.invalid`,
      typeDefs: parse(typeDefs),
    })),
  );
  if (supergraphSdl === undefined) throw new Error((errors ?? []).map(({ message }) => message).join('\n'));
  return supergraphSdl;
}

function createSubgraph(
  subgraph: string,
  schema: GraphQLSchema,
  reset: () => void,
): SubgraphStandIn<undefined> {
  let sent: string[] = [];
  return {
    subgraph,
    async send({ body }) {
      sent.push(body);
      const { query, variables, operationName } = JSON.parse(body);
      const { data, errors } = await graphql({
        schema,
        source: query,
        variableValues: variables,
        operationName,
      });
      const coded = errors?.map((error) => {
        const { extensions, ...rest } = error.toJSON();
        return { ...rest, extensions: { code: 'INTERNAL_SERVER_ERROR', ...extensions } };
      });
      return { status: 200, body: JSON.stringify({ data, ...(coded && { errors: coded }) }) };
    },
    begin() {
      sent = [];
      reset();
    },
    sent: () => sent,
  };
}
