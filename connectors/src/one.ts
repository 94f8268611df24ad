import { resolve } from 'node:path';
import { patiently, Refused } from './connect.ts';
import type { Connect, Patience } from './connect.ts';
import { readDefinition, readDefinitions } from './definitions.ts';
import { Failure } from './failure.ts';
import { isManaged } from './plan.ts';

/** Creates a connector of one's own from a file. @returns its name */
export async function create(
  connect: Connect,
  file: string,
  cwd: string,
  patience: Patience,
): Promise<string> {
  const { name, config } = readDefinition(resolve(cwd, file));
  if (readDefinitions().some((defined) => defined.name === name))
    throw new Failure(`${name} is the name of a connector that apply manages: give yours another name`);
  try {
    await patiently(connect, () => connect.create(name, { ...config, name }), patience);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 409)
      throw new Failure(`there is a connector ${name} already: delete it first (connectors delete ${name})`);
    throw new Failure(`${name}: Kafka Connect refuses its configuration: ${error.message}`, { cause: error });
  }
  return name;
}

const verbs = { delete: 'deleted', restart: 'restarted', pause: 'paused', resume: 'resumed' } as const;

/** Does one thing to one connector. @returns what was done, in one line */
export async function act(
  connect: Connect,
  verb: keyof typeof verbs,
  name: string,
  patience: Patience,
): Promise<string> {
  const before = await find(connect, name, patience);
  const action = {
    delete: () => connect.remove(name),
    restart: () => connect.restart(name, { onlyFailed: false }),
    pause: () => connect.pause(name),
    resume: () => connect.resume(name),
  }[verb];
  try {
    await patiently(connect, action, patience);
  } catch (error) {
    if (error instanceof Refused) throw new Failure(`${name}: ${error.message}`, { cause: error });
    throw error;
  }
  const back = verb === 'delete' && isManaged(before.config);
  return `${verbs[verb]} ${name}${back ? ': it is defined, so apply or a running watch brings it back' : ''}`;
}

/** @throws Failure naming those that exist */
export async function find(connect: Connect, name: string, patience: Patience) {
  const all = await patiently(connect, () => connect.connectors(), patience);
  const found = all.find((connector) => connector.name === name);
  if (found) return found;
  const names = all.map((connector) => connector.name).join(', ') || 'none';
  throw new Failure(`there is no connector ${name}: there are ${names}`);
}
