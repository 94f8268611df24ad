import type { Connect, Connector, Task } from './connect.ts';
import { Refused } from './connect.ts';
import { isManaged } from './plan.ts';
import { causeOf } from './tasks.ts';

/** A connector as `list --json` shows it: no configuration, for that is what definitions are. */
export type View = {
  name: string;
  type: string;
  state: string;
  managed: boolean;
  tasks: Task[];
  from: string[];
  to: string[];
  cause?: string;
};

const list = (text: string | undefined) => (text ?? '').split(',').filter((each) => each !== '');

/** The database that a JDBC address names: `jdbc:mariadb://host:3306/orders?…`, or `jdbc:mariadb:sequential://…` → `orders`. */
export const databaseOf = (address: string | undefined) =>
  /^jdbc:[\w:]+:\/\/[^/]*\/([^?]+)/.exec(address ?? '')?.[1];

/** What people want to see of a connector: where it reads and where it writes. */
export function viewOf(connector: Connector, activeTopics: string[]): View {
  const { name, type, state, tasks, config } = connector;
  const source = type === 'source';
  const topics = activeTopics.filter((topic) => !topic.startsWith('__'));
  const read = list(config['topics'] ?? config['topics.regex']);
  const tables = list(config['table.include.list'] ?? config['database.include.list']);
  const database = databaseOf(config['connection.url']);
  const cause = causeOf(connector);
  return {
    name,
    type,
    state,
    managed: isManaged(config),
    tasks,
    from: source ? tables.map((table) => `table ${table}`) : read,
    to: source
      ? topics.length > 0
        ? topics
        : [`${config['topic.prefix'] ?? ''}.*`]
      : database
        ? [`database ${database}`]
        : [],
    ...(cause ? { cause } : {}),
  };
}

export const views = (connect: Connect, connectors: Connector[]): Promise<View[]> =>
  Promise.all(
    connectors.map(async (connector) => {
      const topics = connector.type === 'source' ? await connect.topics(connector.name).catch(ifGone) : [];
      return viewOf(connector, topics);
    }),
  );

function ifGone(error: unknown): string[] {
  if (error instanceof Refused) return [];
  throw error;
}

const running = (tasks: Task[]) =>
  `${tasks.filter(({ state }) => state === 'RUNNING').length}/${tasks.length}`;

/** One line for each connector. */
export const listTable = (all: View[]) =>
  table(
    ['CONNECTOR', 'TYPE', 'STATE', 'TASKS', 'MANAGED', 'FROM → TO', 'CAUSE'],
    all.map((view) => [
      view.name,
      view.type,
      view.state,
      running(view.tasks),
      view.managed ? 'yes' : 'no',
      `${view.from.join(', ') || '?'} → ${view.to.join(', ') || '?'}`,
      view.cause ?? '',
    ]),
  );

/** One line for each task. */
export const statusTable = (all: View[]) =>
  table(
    ['CONNECTOR', 'STATE', 'TASK', 'TASK STATE', 'WORKER', 'CAUSE'],
    all.flatMap((view) =>
      view.tasks.length === 0
        ? [[view.name, view.state, '-', 'no task', '-', view.cause ?? '']]
        : view.tasks.map((task) => [
            view.name,
            view.state,
            String(task.id),
            task.state,
            task.worker ?? '-',
            task.cause ?? (view.state === 'FAILED' ? (view.cause ?? '') : ''),
          ]),
    ),
  );

/** Left-aligned columns; one that is empty throughout is left out. */
export function table(head: string[], rows: string[][]): string {
  const kept = head.map((_, i) => i).filter((i) => rows.some((row) => row[i] !== '') || rows.length === 0);
  const lines = [head, ...rows].map((row) => kept.map((i) => row[i] ?? ''));
  const widths = kept.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
