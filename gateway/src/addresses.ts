import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';

/** Every address of a host name, in any order; rejects when it has none. */
export type Resolve = (hostname: string) => Promise<string[]>;

/** As the system resolves it. IPv4 and IPv6 would be two ways to the same instances: one of them is enough. */
export const resolveHost: Resolve = async (hostname) => {
  const found = await lookup(hostname, { all: true });
  const family = found.some((each) => each.family === 4) ? 4 : 6;
  return found.filter((each) => each.family === family).map((each) => each.address);
};

export const hostnameOf = (url: string): string => new URL(url).hostname.replace(/^\[|\]$/g, '');

/** Whether a URL names one address; a host name may stand for several, and for others later. */
export const isFixed = (url: string): boolean => isIP(hostnameOf(url)) !== 0;

/** Leads every connection to one address; Host header and certificate stay those of the name. */
export const pinnedTo =
  (address: string): LookupFunction =>
  (_hostname, options, done) => {
    const family = isIP(address);
    if (options.all) done(null, [{ address, family }]);
    else done(null, address, family);
  };
