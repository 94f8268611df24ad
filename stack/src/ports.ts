import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { Failure } from './failure.ts';

/** Every port of a stack; `orders` has one per instance. */
export type Ports = {
  gateway: number;
  users: number;
  catalogs: number;
  orders: number[];
  kafka: number;
  kafkaController: number;
  connect: number;
  /** Metrics of `connectors watch`. */
  connectors: number;
  mariadb: number;
};

/** Linux hands out ports from here to outgoing connections (ip_local_port_range): ours stay below. */
const firstEphemeral = 32768;
const highestDefault = 9093;
export const maxOffset = firstEphemeral - 1 - highestDefault;
export const maxOrders = 100;

export const portsFor = (offset: number, orders: number): Ports => ({
  gateway: 4000 + offset,
  users: 4001 + offset,
  catalogs: 4002 + offset,
  orders: Array.from({ length: orders }, (_, index) => 4003 + 10 * index + offset),
  kafka: 9092 + offset,
  kafkaController: 9093 + offset,
  connect: 8083 + offset,
  connectors: 8084 + offset,
  mariadb: 3307 + offset,
});

/**
 * Ports that fetch and browsers never connect to, because of old protocols that live there; those below 1024 left out.
 * The list is the Fetch standard's (https://fetch.spec.whatwg.org/#port-blocking).
 */
export const blockedPorts: readonly number[] = [
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
  10080,
];
/** They are not asked for anything by HTTP. */
const notHttp = ['kafka', 'kafkaController', 'mariadb'];

/** The first port, with its name, at which a stack's HTTP could not be reached. */
export const findBlockedPort = (ports: Ports): [string, number] | undefined =>
  namedPorts(ports).find(([name, port]) => blockedPorts.includes(port) && !notHttp.includes(name));

/** Each port with the name of what listens there. */
export const namedPorts = (ports: Ports): [string, number][] =>
  Object.entries(ports).flatMap(([name, port]): [string, number][] =>
    Array.isArray(port) ? port.map((each, index) => [`orders-${index + 1}`, each]) : [[name, port]],
  );

export const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => {
      if ('code' in error && error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });

/** Whether something accepts connections on a port; unlike isFree it never holds the port itself. */
export const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(
      { port, host: '127.0.0.1', timeout: 1000 },
      () => (socket.destroy(), resolve(true)),
    );
    socket.once('timeout', () => (socket.destroy(), resolve(false)));
    socket.once('error', () => resolve(false));
  });

/** @throws Failure naming the first port that is taken, what it was for and, where /proc tells, who has it. */
export async function requireFreePorts(ports: Ports): Promise<void> {
  for (const [name, port] of namedPorts(ports)) {
    if (await isFree(port)) continue;
    const holder = portHolder(port);
    throw new Failure(
      `port ${port} (${name}) is taken${holder ? ` by ${holder}` : ''}: free it, or move every port with --offset N`,
    );
  }
}

/** An offset whose whole set of ports is free and can be reached; random, so that runs that choose at the same time rarely meet. */
export async function findFreeOffset(orders: number): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const offset = 1000 + 100 * Math.floor(Math.random() * 220);
    const ports = portsFor(offset, orders);
    if (findBlockedPort(ports)) continue;
    const free = await Promise.all(namedPorts(ports).map(([, port]) => isFree(port)));
    if (free.every(Boolean)) return offset;
  }
  throw new Failure('found no offset at which all ports of a stack are free');
}

/** Who listens on a port, as "java (pid 123)"; undefined when it is another user's process. */
function portHolder(port: number): string | undefined {
  const inodes = new Set(
    ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningInodes(table, port)),
  );
  if (inodes.size === 0) return undefined;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      for (const fd of readdirSync(`/proc/${pid}/fd`)) {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
        if (inode && inodes.has(inode))
          return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (pid ${pid})`;
      }
    } catch {
      continue; // another user's process, or one that ended meanwhile
    }
  }
  return undefined;
}

function listeningInodes(table: string, port: number): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  try {
    return readFileSync(table, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[1]?.endsWith(`:${hexPort}`) && fields[3] === '0A')
      .flatMap((fields) => fields[9] ?? []);
  } catch {
    return [];
  }
}
