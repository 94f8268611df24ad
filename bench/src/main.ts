import { parseArgs } from 'node:util';
import { messageOf } from '@ordermesh/stack/testing';
import { benchFootprint } from './footprint/index.ts';
import { benchGateways } from './gateway/index.ts';
import { benchGrowth } from './growth/index.ts';
import { benchOrders } from './orders/index.ts';
import { benchScale } from './scale/index.ts';
import { benchSettling } from './settle/index.ts';
import { benchSoak } from './soak/index.ts';

const help = `npm run bench -- [PART …] [--rounds N] [--seconds N] [--clients 32] [--minutes 30] [--rate 50]

Measures this system and what people would pick instead, side by side in one run, and writes bench/results/. Without a
part's name it runs all of them but the soak.

  gateway   GraphQL gateways on the same supergraph: Apollo's, Hive's, and the native Hive Router when HIVE_ROUTER
            names its binary (5 rounds of 3 s)
  orders    placing orders, beside the same system as tutorials build it (5 rounds of 5 s)
  settle    from placement to the CONFIRMED row, beside the same: the sustained rate (120 s) and the times
  scale     placing with 1, 2 and 4 instances of orders, and where they would saturate (3 rounds of 3 s)
  growth    reads with 10 000, 100 000 and 1 000 000 orders and with 100 000 products (3 rounds of 1 s), and the rebuild
            of the table from 1 000 000 events
  footprint cold and warm start, idle memory, what images install (2 rounds)
  soak      memory under --rate orders a second for --minutes: only when it is named`;

type Options = { rounds?: number; seconds?: number; clients: number; minutes: number; rate: number };
const say = (line: string) => console.log(line);

const stop = new AbortController();

/** Ctrl-C (which npm and the terminal each pass on) ends what is being measured; what was started for it is stopped in order. */
function untilStopped(): AbortSignal {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
  return stop.signal;
}

const parts: Record<string, (options: Options) => Promise<boolean>> = {
  gateway: ({ rounds = 5, seconds = 3, clients }) =>
    benchGateways({ rounds, seconds, clients, signal: untilStopped(), say }),
  orders: ({ rounds = 5, seconds = 5 }) => benchOrders({ rounds, seconds, signal: untilStopped(), say }),
  settle: ({ seconds = 120 }) => benchSettling({ seconds, signal: untilStopped(), say }),
  scale: ({ rounds = 3, seconds = 3 }) => benchScale({ rounds, seconds, signal: untilStopped(), say }),
  growth: ({ rounds = 3, seconds = 1 }) => benchGrowth({ rounds, seconds, signal: untilStopped(), say }),
  footprint: ({ rounds = 2 }) => benchFootprint({ rounds, signal: untilStopped(), say }),
  soak: ({ minutes, rate }) => benchSoak({ minutes, rate, signal: untilStopped(), say }),
};
/** Takes longer than all others together. */
const onlyWhenNamed = ['soak'];

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      clients: { type: 'string', default: '32' },
      minutes: { type: 'string', default: '30' },
      rate: { type: 'string', default: '50' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const count = (name: 'rounds' | 'seconds' | 'clients' | 'minutes' | 'rate') => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < 1)
      throw new Error(`--${name} must be a whole number of at least 1, not "${values[name]}"`);
    return value;
  };
  const unknown = positionals.find((part) => !(part in parts));
  if (unknown !== undefined)
    throw new Error(`there is no part "${unknown}"; there are: ${Object.keys(parts).join(', ')}`);
  return {
    help: values.help,
    wanted: Object.keys(parts).filter((part) =>
      positionals.length === 0 ? !onlyWhenNamed.includes(part) : positionals.includes(part),
    ),
    ...(values.rounds !== undefined && { rounds: count('rounds') }),
    ...(values.seconds !== undefined && { seconds: count('seconds') }),
    clients: count('clients'),
    minutes: count('minutes'),
    rate: count('rate'),
  };
}

async function main(): Promise<number> {
  let asked;
  try {
    asked = readOptions();
  } catch (error) {
    console.error(messageOf(error));
    return 2;
  }
  const { help: asksForHelp, wanted, ...options } = asked;
  if (asksForHelp) {
    say(help);
    return 0;
  }
  let wrong = 0;
  for (const part of wanted) {
    try {
      if (!(await parts[part]?.(options))) wrong++;
    } catch (error) {
      stop.signal.throwIfAborted();
      // What the other parts measure is worth having all the same.
      wrong++;
      console.error(`${part}: ${messageOf(error)}`);
    }
  }
  return wrong > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  // What Ctrl-C breaks off fails in one way or another: the reason is Ctrl-C.
  const reason: unknown = stop.signal.aborted ? stop.signal.reason : error;
  console.error(reason instanceof Error ? reason.message : String(reason));
  process.exitCode = 1;
}
