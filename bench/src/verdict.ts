/** A target, and what was measured of it. */
export type Verdict = { target: string; met: boolean; measured: string };

/** One line for each target: whether it is met, and by what figure. */
export const listVerdicts = (verdicts: Verdict[]): string =>
  verdicts
    .map(({ target, met, measured }) => `- **${met ? 'met' : 'not met'}**: ${target}: ${measured}`)
    .join('\n');
