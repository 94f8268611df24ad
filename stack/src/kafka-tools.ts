import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { javaArgs } from './components/java.ts';
import { log4j } from './components/kafka.ts';
import { splitDataOption } from './data-option.ts';
import { Failure, runMain } from './failure.ts';
import { usage } from './options.ts';
import { requireRunningStack } from './stack-file.ts';

/** Kafka's own tools, by the name that they have in Kafka's bin folder. */
const tools: Record<string, string> = {
  topics: 'org.apache.kafka.tools.TopicCommand',
  'console-producer': 'org.apache.kafka.tools.ConsoleProducer',
  'console-consumer': 'org.apache.kafka.tools.consumer.ConsoleConsumer',
  'consumer-groups': 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
  'get-offsets': 'org.apache.kafka.tools.GetOffsetShell',
  configs: 'kafka.admin.ConfigCommand',
  groups: 'org.apache.kafka.tools.GroupsCommand',
  'delete-records': 'org.apache.kafka.tools.DeleteRecordsCommand',
  'log-dirs': 'org.apache.kafka.tools.LogDirsCommand',
  transactions: 'org.apache.kafka.tools.TransactionsCommand',
  'metadata-quorum': 'org.apache.kafka.tools.MetadataQuorumCommand',
  'broker-api-versions': 'org.apache.kafka.tools.BrokerApiVersionsCommand',
  'producer-perf-test': 'org.apache.kafka.tools.ProducerPerformance',
  'consumer-perf-test': 'org.apache.kafka.tools.ConsumerPerformance',
};

const help = `npm run -s kafka -- [--data DIR] TOOL [arguments]

Runs one of Kafka's own tools on the running stack, with --bootstrap-server filled in; TOOL --help shows its arguments.
DIR is the data folder of the stack (default .stack).

  ${Object.keys(tools).join('\n  ')}`;

await runMain(async () => {
  const { data, rest } = splitDataOption(process.argv.slice(2));
  const [name, ...args] = rest;
  if (name === '--help' || name === '-h') {
    console.log(help);
    return 0;
  }
  if (name === undefined) throw usage("name one of Kafka's tools");
  const mainClass = Object.hasOwn(tools, name) ? tools[name] : undefined;
  if (!mainClass) throw usage(`there is no Kafka tool "${name}"`);
  const stack = requireRunningStack(data);
  if (!stack.tools) throw new Failure(`the stack on ${data} is still installing Kafka`);
  const bootstrapServer = 'container' in stack.tools ? stack.tools.bootstrapServer : stack.kafkaBrokers;
  const filledIn = args.some((arg) => /^--(bootstrap-server|bootstrap-controller)(=|$)/.test(arg))
    ? []
    : ['--bootstrap-server', bootstrapServer];
  if ('container' in stack.tools) {
    const script = `/opt/kafka/bin/kafka-${name}.sh`;
    return run('docker', ['exec', '--interactive', stack.tools.container, script, ...filledIn, ...args]);
  }
  const options = [log4j('log4j2-tools.properties'), '-Xshare:auto', '-XX:-UsePerfData'];
  const java = javaArgs({ jars: stack.tools.kafkaJars, memory: ['-Xmx256m'], options });
  return run(stack.tools.java, [...java, mainClass, ...filledIn, ...args]);
});

/** The tool has our standard streams to itself; its exit code becomes ours. */
function run(command: string, args: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => child.kill(signal));
    child.on('error', (error) => reject(new Failure(`cannot run ${command}: ${error.message}`)));
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}
