/** What is released on its own, and therefore has a version of its own. */
export const deployables = ['gateway', 'users', 'catalogs', 'orders', 'connectors'] as const;
export type Deployable = (typeof deployables)[number];

/** The outside clients of the gateway: nobody here deploys them, so what they need always counts as in use. */
export const outsideClient = 'client';
export type Owner = Deployable | typeof outsideClient;

/** Parts that speak for themselves in pacts but are released with something else. */
const partOf: Readonly<Record<string, Deployable>> = {
  'orders-projector': 'orders',
  'orders-sink': 'connectors',
  'orders-products-sink': 'connectors',
};

export const isDeployable = (name: string): name is Deployable => deployables.some((each) => each === name);

/** Who releases a consumer or provider that pacts name. @throws Error for a name that nobody owns */
export function ownerOf(participant: string): Owner {
  const owner = partOf[participant] ?? participant;
  if (owner === outsideClient || isDeployable(owner)) return owner;
  throw new Error(
    `nobody releases "${participant}": name its owner in contracts/src/matrix/participants.ts, or mend the name`,
  );
}
