const everyMs = 200;

/** How far it is, on a terminal: one line, rewritten. */
export function createProgress(out: NodeJS.WriteStream = process.stderr) {
  let shownAt = Date.now();
  const write = (text: string) => void (out.isTTY && out.write(`\r\x1b[K${text}`));
  return {
    show(step: string, done?: number, total?: number): void {
      if (Date.now() - shownAt < everyMs) return;
      shownAt = Date.now();
      const count = done === undefined ? '' : `: ${done}${total === undefined ? '' : ` of ${total}`}`;
      write(`${step}${count}`);
    },
    clear: () => write(''),
  };
}
