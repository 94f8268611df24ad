import { decideDeployability, type Answer, type Question, type Release } from './decide-deployability.ts';

export type Plan = {
  /** The releases in an order in which each can be deployed when its turn comes. */
  order: Release[];
  /** Those that can never be, after the order above, and what stands in their way. */
  stuck: { release: Release; answer: Answer }[];
};

/** An order in which releases can be deployed one after the other; the longest when there is none for all. */
export function planDeployments(releases: readonly Release[], question: Omit<Question, 'candidate'>): Plan {
  let best: Plan | undefined;
  for (const release of releases) {
    const answer = decideDeployability({ ...question, candidate: release });
    if (!answer.deployable) continue;
    const rest = releases.filter((each) => each !== release);
    const others = question.deployed.filter(({ service }) => service !== release.service);
    const plan = planDeployments(rest, { ...question, deployed: [...others, release] });
    const whole = { order: [release, ...plan.order], stuck: plan.stuck };
    if (whole.stuck.length === 0) return whole;
    if (!best || whole.order.length > best.order.length) best = whole;
  }
  return (
    best ?? {
      order: [],
      stuck: releases.map((release) => ({
        release,
        answer: decideDeployability({ ...question, candidate: release }),
      })),
    }
  );
}
