/** What a state is described with, and what it made: names and values, as a pact holds them. */
export type StateValues = Record<string, string | number>;

/**
 * Makes so what a pact's provider state names, on the service's real database. `known` is what earlier states of the same
 * interaction made; what this one makes is answered by name, to be put into the request (a made-up id, say).
 */
export type ProviderState = (parameters: StateValues, known: StateValues) => Promise<StateValues>;

/** A service's provider states by name; `stop` takes back what would not have come about by itself. */
export type ProviderStates = {
  states: Record<string, ProviderState>;
  start(): Promise<void>;
  stop(): Promise<void>;
};
