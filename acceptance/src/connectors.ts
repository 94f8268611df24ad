import { z } from 'zod';
import { waitFor } from '@ordermesh/stack/testing';

const state = z.object({
  connector: z.object({ state: z.string() }),
  tasks: z.array(z.object({ state: z.string() })),
});
const every = z.record(z.string(), z.object({ status: state }));

/** Kafka Connect's REST interface, as far as tests need it to take a connector away behind the stack's back. */
export function createConnectClient(url: string) {
  async function call(path: string, method = 'GET'): Promise<unknown> {
    const response = await fetch(`${url}${path}`, { method, signal: AbortSignal.timeout(15_000) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
    return text === '' ? undefined : JSON.parse(text);
  }
  const read = async (name: string) => state.parse(await call(`/connectors/${name}/status`));

  return {
    remove: (name: string) => call(`/connectors/${name}`, 'DELETE'),
    resume: (name: string) => call(`/connectors/${name}/resume`, 'PUT'),

    /** Ends its tasks, keeps its offsets, and waits for that. */
    async stop(name: string): Promise<void> {
      await call(`/connectors/${name}/stop`, 'PUT');
      const stopped = async () => {
        const { connector, tasks } = await read(name);
        return connector.state === 'STOPPED' && tasks.length === 0;
      };
      await waitFor(stopped, { what: `${name} to be stopped` });
    },

    failed: (name: string): Promise<boolean> =>
      waitFor(async () => (await read(name)).tasks.some((task) => task.state === 'FAILED'), {
        what: `a task of ${name} to fail`,
      }),

    /** Waits until all the connectors are there, and every task of theirs runs. */
    allRun(names: string[], deadline = 60_000): Promise<boolean> {
      const look = async () => {
        const all = every.parse(await call('/connectors?expand=status'));
        const idle = names.filter((name) => {
          const tasks = all[name]?.status.tasks ?? [];
          return tasks.length === 0 || tasks.some((task) => task.state !== 'RUNNING');
        });
        if (idle.length > 0) throw new Error(`${idle.join(', ')} do not run`);
        return true;
      };
      return waitFor(look, { what: 'every connector task to run', deadline, interval: 300 });
    },
  };
}
