import { createChild } from './child.ts';
import type { Child, ChildSpec } from './child.ts';
import type { Layout } from '../paths.ts';

/** Starts child processes, keeps them alive, and stops them in the opposite order of their stages. */
export function createSupervisor(config: {
  layout: Layout;
  say: (line: string) => void;
  /** Called whenever the set of processes has changed. */
  changed: (children: Child[]) => void;
  /** Whether children that are for the background yield to the others. */
  withBackground: boolean;
}) {
  const stages: Child[][] = [];
  let stopped: Promise<void> | undefined;
  const children = () => stages.flat();

  return {
    children,

    /** Starts a child in a stage: higher stages are stopped first. Resolves when it is ready. */
    async start(stage: number, spec: ChildSpec): Promise<Child> {
      if (stopped) throw new Error(`${spec.name} must not be started: the stack is stopping`);
      const child = createChild(spec, {
        inBackground: config.withBackground && spec.inBackground === true,
        dataDir: config.layout.dir,
        logFile: config.layout.log(spec.name),
        say: config.say,
        changed: () => config.changed(children()),
      });
      (stages[stage] ??= []).push(child);
      child.launch();
      await child.ready();
      return child;
    },

    /** Stops everything, stage by stage; a second call waits for the first. */
    stop(): Promise<void> {
      stopped ??= (async () => {
        for (const stage of stages.toReversed())
          await Promise.all((stage ?? []).map((child) => child.stop()));
      })();
      return stopped;
    },

    /** Kills everything at once. */
    kill(): void {
      for (const child of children()) child.kill();
    },
  };
}
