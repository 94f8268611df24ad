import { createPrivateKey } from 'node:crypto';
import type { ProviderStates, StateValues } from '@ordermesh/chassis/provider-states';
import type { RunningStack } from '@ordermesh/stack/testing';
import { createTokens } from '@ordermesh/users/tokens';
import type { Arrow } from './arrows.ts';
import { startFront, statePath } from './graphql/front.ts';
import { inAll, runningProvider } from './graphql/provider.ts';
import { runPactVerifier } from './graphql/verifier.ts';
import type { Verification } from './verification.ts';

/** Whoever is known by nothing but a token: for subgraphs that keep no accounts. */
const callers: Pick<ProviderStates, 'states'> = {
  states: { 'a customer': () => Promise.resolve({ userId: `user-${crypto.randomUUID()}` }) },
};

/**
 * Holds a provider that runs on the stack to a GraphQL pact. States are made so on its real database; what a state makes
 * takes the place of the pact's examples, so nothing that is there already is touched.
 */
export async function verifyGraphql(options: {
  arrow: Pick<Arrow, 'consumer' | 'provider'>;
  pactFile: string;
  stack: RunningStack;
}): Promise<Verification> {
  const { arrow, pactFile, stack } = options;
  const { consumer, provider } = arrow;
  const { url, signed, states } = runningProvider(provider, stack);
  const tokens = await createTokens(createPrivateKey(stack.secrets.jwtPrivateKey));

  async function makeState(name: string, parameters: StateValues, known: StateValues): Promise<StateValues> {
    const services = states.some((service) => name in service.states) ? states : [callers];
    if (!services.some((service) => name in service.states)) {
      throw new Error(`${provider} has no provider state "${name}"`);
    }
    const made = await inAll(services, name)(parameters, known);
    const { userId } = made;
    if (typeof userId !== 'string') return made;
    return { ...made, token: await tokens.issue({ id: userId, role: 'customer' }) };
  }

  const started: { stop(): Promise<void> }[] = [];
  try {
    for (const service of states) {
      await service.start();
      started.push(service);
    }
    const front = await startFront({
      url,
      makeState,
      ...(signed && { signingSecret: stack.secrets.gatewaySigningSecret }),
    });
    started.push(front);
    const result = await runPactVerifier({
      provider,
      pactUrls: [pactFile],
      providerBaseUrl: front.url,
      providerStatesSetupUrl: `${front.url}${statePath}`,
      logLevel: 'error',
    });
    const unmade = [...front.brokenStates()].map(([state, reason]) => ({
      interaction: `the provider state "${state}"`,
      reason,
    }));
    return {
      consumer,
      provider,
      interactions: result.interactions,
      failures: [...unmade, ...result.failures],
    };
  } finally {
    for (const part of started.toReversed()) await part.stop();
  }
}
