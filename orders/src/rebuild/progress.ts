const everyMs = 200;

/** One line on a terminal, rewritten; a line every few seconds elsewhere. */
export function createProgress(out: NodeJS.WriteStream = process.stderr) {
  let shownAt = Date.now();
  return {
    show(step: string, done?: number, total?: number): void {
      if (Date.now() - shownAt < (out.isTTY ? everyMs : 25 * everyMs)) return;
      shownAt = Date.now();
      const count = done === undefined ? '' : `: ${done}${total === undefined ? '' : ` of ${total}`}`;
      out.write(out.isTTY ? `\r\x1b[K${step}${count}` : `${step}${count}\n`);
    },
    clear: () => void (out.isTTY && out.write('\r\x1b[K')),
  };
}
