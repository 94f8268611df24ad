import { createPrivateKey } from 'node:crypto';
import type { ProviderStates, StateValues } from '@ordermesh/chassis/provider-states';
import type { RunningStack } from '@ordermesh/stack/testing';
import { createTokens } from '@ordermesh/users/tokens';
import type { Arrow } from './arrows.ts';
import { startFront, statePath } from './graphql/front.ts';
import { inAll, runningProvider } from './graphql/provider.ts';
import { runPactVerifier, type Verified } from './pact-verifier.ts';
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
    const verified = await runPactVerifier({
      provider,
      pactUrls: [pactFile],
      providerBaseUrl: front.url,
      providerStatesSetupUrl: `${front.url}${statePath}`,
    });
    return {
      consumer,
      provider,
      interactions: verified.length,
      failures: [...unmade(front.brokenStates()), ...failuresOf(verified, front.complaints())],
    };
  } finally {
    for (const part of started.toReversed()) await part.stop();
  }
}

const unmade = (states: ReadonlyMap<string, string>) =>
  [...states].map(([state, reason]) => ({ interaction: `the provider state "${state}"`, reason }));

/** Pact says what differs; why it does is often told best by the provider's own errors. */
function failuresOf(verified: readonly Verified[], complaints: readonly string[]): Verification['failures'] {
  // Of each interaction is one request, in order.
  const inStep = verified.length === complaints.length;
  return verified.flatMap(({ interaction, reason }, index) => {
    if (reason === undefined) return [];
    const complaint = inStep ? complaints[index] : '';
    return [{ interaction, reason: complaint ? `${reason}\nit answered: ${complaint}` : reason }];
  });
}
