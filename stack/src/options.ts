import { parseArgs, type ParseArgsConfig } from 'node:util';
import { Failure, messageOf } from './failure.ts';
import { dataDir } from './paths.ts';
import { findBlockedPort, maxOffset, maxOrders, portsFor } from './ports.ts';

export type StartOptions = { data: string; orders: number; offset: number; fresh: boolean; infra: boolean };

export const startHelp = `npm start -- [options]

Brings up the whole system on loopback: MariaDB, Kafka, Kafka Connect, the connectors, the services and the gateway.
Ctrl-C stops everything in order; the data stays.

  --orders N   run N instances of orders (default 1)
  --data DIR   keep the data in DIR (default .stack)
  --offset N   add N to every port, for a second stack beside the first
  --fresh      start empty: deletes the data in DIR
  --infra      MariaDB with its databases, Kafka with its topics, and Connect only: no services, no connectors
  --help       this text`;

/** @throws Failure (exit code 2) on anything that is not an option with a proper value. */
export function parseStartOptions(
  args: string[],
  env: NodeJS.ProcessEnv = process.env,
): StartOptions | 'help' {
  const { values } = parseCommandLine({
    args,
    options: {
      orders: { type: 'string', default: '1' },
      data: { type: 'string' },
      offset: { type: 'string', default: '0' },
      fresh: { type: 'boolean', default: false },
      infra: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.data === '') throw usage('--data needs a folder');
  const orders = wholeNumber('--orders', values.orders, 1, maxOrders);
  return {
    data: dataDir(values.data, env),
    orders,
    offset: reachableOffset(wholeNumber('--offset', values.offset, 0, maxOffset), orders),
    fresh: values.fresh,
    infra: values.infra,
  };
}

/** Node's parseArgs. @throws Failure (exit code 2) on an option that is not among those, or without its value */
export function parseCommandLine<C extends ParseArgsConfig>(config: C) {
  try {
    return parseArgs(config);
  } catch (error) {
    throw usage(messageOf(error).replace(/\. To specify a positional argument.*/, ''));
  }
}

function wholeNumber(name: string, text: string, from: number, to: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= from && value <= to))
    throw usage(`${name} must be a whole number from ${from} to ${to}, not "${text}"`);
  return value;
}

function reachableOffset(offset: number, orders: number): number {
  const [name, port] = findBlockedPort(portsFor(offset, orders)) ?? [];
  if (port !== undefined)
    throw usage(`--offset ${offset} gives ${name} the port ${port}, which browsers refuse: choose another`);
  return offset;
}

export const usage = (message: string) => new Failure(`${message} (see --help)`, { exitCode: 2 });
