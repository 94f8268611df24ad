import type { Verified } from './verify-pacts.ts';

export const complain = (mistake: string) => console.error(`✗ ${mistake}`);

/** A line for a pact, and what is wrong with it below. */
export function printVerified({ pact, result, seconds }: Verified): void {
  const { interactions, failures } = result;
  const name = `${pact.consumer} ← ${pact.provider}${pact.deployedAs ? ` (${pact.deployedAs})` : ''}`;
  const what = `${interactions} ${interactions === 1 ? 'interaction' : 'interactions'}`;
  console.log(
    `${failures.length > 0 ? '✗' : '✓'} ${name}  ${what}${failures.length > 0 ? `, ${failures.length} not kept` : ''}, ${seconds.toFixed(1)} s`,
  );
  for (const { interaction, reason } of failures)
    console.log(`    ${interaction}:\n${reason.trim().replace(/^/gm, '        ')}`);
}

/** Prints what came of it all and gives the exit code. `mistakes`: how many were complained of already. */
export function conclude(verified: readonly Verified[], mistakes: number, seconds: number): number {
  const broken = verified.filter(({ result }) => result.failures.length > 0);
  const deployed = broken.filter(({ pact }) => pact.deployedAs !== undefined);
  const own = broken.length - deployed.length;
  const took = `${seconds.toFixed(0)} s`;
  // It stands in the way of a deployment, in one order or the other; it is for can-i-deploy to say in which.
  if (deployed.length > 0)
    console.log(
      `${deployed.length} of the pacts not kept ${deployed.length === 1 ? 'is' : 'are'} of a deployed consumer: see npm run can-i-deploy -- --all`,
    );
  if (own === 0 && mistakes === 0) {
    console.log(`all ${verified.length - deployed.length} pacts hold, ${took}`);
    return 0;
  }
  const others = mistakes > 0 ? [`${mistakes} ${mistakes === 1 ? 'mistake' : 'mistakes'} named above`] : [];
  console.error(
    [...(own > 0 ? [`${own} of ${verified.length} pacts do not hold`] : []), ...others, took].join(', '),
  );
  return 1;
}
