import type { StackFile } from '@ordermesh/stack/testing';
import { scrape, sumOf } from './scrape.ts';

/** The CPU time that each service has taken since it was started, all its instances together. */
export async function cpuSeconds(ports: StackFile['ports']): Promise<Record<string, number>> {
  const { gateway, users, catalogs, orders } = ports;
  const services = Object.entries({ gateway: [gateway], users: [users], catalogs: [catalogs], orders });
  const seconds = services.map(async ([service, instances]): Promise<[string, number]> => {
    const samples = (await Promise.all(instances.map(scrape))).flat();
    return [service, sumOf(samples, 'process_cpu_seconds_total')];
  });
  return Object.fromEntries(await Promise.all(seconds));
}
