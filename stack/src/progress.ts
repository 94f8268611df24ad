/** Reports the steps of a start: a live line on a terminal, plain lines elsewhere. */
export type Progress = {
  /** Runs a step and prints its time; the step may report how far it is. */
  step<T>(name: string, work: (report: (detail: string) => void) => Promise<T>): Promise<T>;
  /** A line of its own, between the steps. */
  say(line: string): void;
};

type Output = { write(text: string): unknown; isTTY?: boolean; columns?: number };

export function createProgress(out: Output = process.stdout, env: NodeJS.ProcessEnv = process.env): Progress {
  const live = out.isTTY === true;
  const colour = live && !env['NO_COLOR'];
  const green = (text: string) => (colour ? `\x1b[32m${text}\x1b[0m` : text);
  const red = (text: string) => (colour ? `\x1b[31m${text}\x1b[0m` : text);
  const running = new Map<string, { begun: number; detail: string; said: number }>();

  const seconds = (begun: number) => `${((Date.now() - begun) / 1000).toFixed(1)} s`;
  const clear = () => live && out.write('\r\x1b[K');
  const describe = (name: string, { begun, detail }: { begun: number; detail: string }) =>
    `${name}${detail ? `: ${detail}` : ''} ${seconds(begun)}`;

  const redraw = () => {
    if (live) {
      const line = [...running].map(([name, step]) => describe(name, step)).join(' · ');
      out.write(`\r\x1b[K${line.slice(0, (out.columns ?? 80) - 1)}`);
      return;
    }
    for (const [name, step] of running) {
      if (Date.now() - step.said < 5000) continue;
      step.said = Date.now();
      out.write(`  … ${describe(name, step)}\n`);
    }
  };

  let timer: NodeJS.Timeout | undefined;
  const tick = () => {
    if (running.size > 0) timer ??= setInterval(redraw, live ? 100 : 1000).unref();
    else timer = void clearInterval(timer);
  };

  const say = (line: string) => {
    clear();
    out.write(`${line}\n`);
    if (live && running.size > 0) redraw();
  };

  return {
    say,
    async step(name, work) {
      const begun = Date.now();
      const state = { begun, detail: '', said: begun };
      running.set(name, state);
      tick();
      try {
        const result = await work((detail) => (state.detail = detail));
        running.delete(name);
        say(`${green('✓')} ${describe(name, state)}`);
        return result;
      } catch (error) {
        running.delete(name);
        say(`${red('✗')} ${describe(name, state)}`);
        throw error;
      } finally {
        tick();
        if (running.size === 0) clear();
      }
    },
  };
}
