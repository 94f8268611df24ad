import { connectUrl, kafkaBrokers } from './address.ts';
import { apply } from './apply.ts';
import type { Applied } from './apply.ts';
import { createConnect, patiently } from './connect.ts';
import type { Connect, Patience } from './connect.ts';
import { Failure, messageOf } from './failure.ts';
import type { Metrics } from './metrics/serve.ts';
import { act, create, find } from './one.ts';
import { help, parseOptions } from './options.ts';
import type { Options } from './options.ts';
import { isHalted, isRunning } from './tasks.ts';
import { listTable, statusTable, views } from './view.ts';
import { watch } from './watch.ts';

const print = (line: string) => process.stdout.write(`${line}\n`);
const progress = (line: string) => process.stderr.write(`${line}\n`);

async function main(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const options = parseOptions(args);
  if (options === 'help') {
    print(help);
    return 0;
  }
  const stop = new AbortController();
  const connect = createConnect({ url: connectUrl(options.data, env), signal: stop.signal });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.once(signal, () => stop.abort(new Failure(`stopped by ${signal}`)));
  if (options.command === 'watch') {
    const metrics = await watchMetrics(options, env);
    await watch({ connect, log: print, observer: metrics?.observer, signal: stop.signal });
    await metrics?.stop();
    return 0;
  }
  return once(connect, options, env, stop.signal);
}

/** Where METRICS_PORT asks for them. Loaded only then: every other command is there at once. */
async function watchMetrics({ data }: Options, env: NodeJS.ProcessEnv): Promise<Metrics | undefined> {
  const { METRICS_PORT: port, HOST: host = '127.0.0.1', SERVICE_INSTANCE: instance = 'connectors' } = env;
  if (!port) return undefined;
  const { serveMetrics } = await import('./metrics/serve.ts');
  return serveMetrics({ port, host, instance, brokers: kafkaBrokers(data, env) });
}

/** Every command but watch. */
async function once(connect: Connect, options: Options, env: NodeJS.ProcessEnv, signal: AbortSignal) {
  const { command, subject = '', json, timeout } = options;
  const patience: Patience = { deadline: Date.now() + timeout, progress, signal };
  const show = (result: unknown, text: string) => print(json ? JSON.stringify(result, null, 2) : text);

  if (command === 'list' || command === 'status') {
    const connectors =
      subject === ''
        ? await patiently(connect, () => connect.connectors(5000), patience)
        : [await find(connect, subject, patience)];
    const shown = await patiently(connect, () => views(connect, connectors), patience);
    const text = command === 'list' ? listTable(shown) : statusTable(shown);
    show(shown, connectors.length === 0 ? 'no connectors' : text);
    return command === 'list' || connectors.every((each) => isHalted(each) || isRunning(each)) ? 0 : 1;
  }
  if (command === 'apply') {
    const applied = await apply({ connect, timeout, progress, signal });
    show({ ...applied, connectors: await views(connect, applied.connectors) }, summary(applied));
    return 0;
  }
  if (command === 'create') {
    const name = await create(connect, subject, env['INIT_CWD'] ?? process.cwd(), patience);
    show({ created: name }, `created ${name}: see connectors status ${name}`);
    return 0;
  }
  if (command === 'watch') throw new Failure('watch runs until stopped');
  const done = await act(connect, command, subject, patience);
  show({ [command]: subject }, done);
  return 0;
}

function summary({ created, updated, deleted, halted, connectors }: Applied): string {
  const changes = [
    ...created.map((name) => `created ${name}`),
    ...updated.map((name) => `updated ${name}`),
    ...deleted.map((name) => `deleted ${name}`),
    ...halted.map((name) => `${name} is paused: connectors resume ${name} lets it go on`),
  ];
  const tasks = connectors.filter((each) => !isHalted(each)).flatMap((connector) => connector.tasks).length;
  const rest = `${connectors.length} connectors as defined, ${tasks} tasks RUNNING`;
  return [...(changes.length > 0 ? changes : ['nothing to change']), rest].join('\n');
}

main(process.argv.slice(2), process.env).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (thrown: unknown) => {
    // What waits when a signal comes is rejected with an AbortError, and the signal's Failure as its cause.
    const aborted = thrown instanceof Error && thrown.name === 'AbortError';
    const error = aborted && thrown.cause instanceof Failure ? thrown.cause : thrown;
    if (error instanceof Failure) progress(error.message);
    else progress(error instanceof Error ? (error.stack ?? error.message) : messageOf(error));
    process.exitCode = error instanceof Failure ? error.exitCode : 1;
  },
);
