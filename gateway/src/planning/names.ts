/** What response names begin with that stand for a client's own in what is planned. */
const prefix = '_client';

/** The response name of a `__typename` that is planned for no client: it keeps an object asked for whose fields are all left out. */
export const placeholder = prefix;

/** Whether a response name of a client would be taken for one that is planned. */
export const looksPlanned = (name: string): boolean => name.startsWith(prefix);

/** A response name as it is planned where the client's own would be in the way of the planner's. */
export const plannedName = (name: string): string => `${prefix}_${name}`;

/** A response name as the client wrote it. */
export const clientName = (name: string): string =>
  name.startsWith(`${prefix}_`) ? name.slice(prefix.length + 1) : name;
