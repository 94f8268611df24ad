/** The gateway has one core for itself; all the rest shares another. */
export const [gatewayCore, otherCore] = [0, 1];

/** What gateways are measured in front of. */
export type Subgraphs = {
  ports: { users: number; catalogs: number; orders: number };
  /** Of whoever signed the token, which is an admin's. */
  jwksUrl: string;
  token: string;
  stop: () => Promise<void>;
};
