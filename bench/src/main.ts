import { parseArgs } from 'node:util';
import { benchGateways } from './gateway/index.ts';

const help = `npm run bench -- [gateway] [--rounds 5] [--seconds 5] [--clients 32]

Measures this system and what people would pick instead, side by side in one run, and writes bench/results/.

  gateway   GraphQL gateways on the same supergraph: Apollo's, Hive's, and the native Hive Router when HIVE_ROUTER
            names its binary`;

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '5' },
      clients: { type: 'string', default: '32' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const count = (name: 'rounds' | 'seconds' | 'clients') => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < 1)
      throw new Error(`--${name} must be a whole number of at least 1, not "${values[name]}"`);
    return value;
  };
  const unknown = positionals.find((part) => part !== 'gateway');
  if (unknown !== undefined) throw new Error(`there is no part "${unknown}"; there is: gateway`);
  return {
    help: values.help,
    rounds: count('rounds'),
    seconds: count('seconds'),
    clients: count('clients'),
  };
}

try {
  const options = readOptions();
  if (options.help) console.log(help);
  else if (!(await benchGateways({ ...options, say: (line) => console.log(line) }))) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
