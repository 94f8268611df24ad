import { Counter, Gauge, type Registry } from 'prom-client';
import type { Connector } from '../connect.ts';
import type { Observer } from '../watch.ts';

/** What the watch sees, as metrics. While Connect is away nothing is known of connectors, and nothing told. */
export function createObserver(registry: Registry): Observer & { last: () => Connector[] } {
  const registers = [registry];
  const ready = new Gauge({ name: 'service_ready', help: '1 while Kafka Connect answers', registers });
  const connectorState = new Gauge({
    name: 'connector_state',
    help: '1 for the state that the connector is in',
    labelNames: ['connector', 'state'],
    registers,
  });
  const taskState = new Gauge({
    name: 'connector_task_state',
    help: '1 for the state that the task is in',
    labelNames: ['connector', 'task', 'state'],
    registers,
  });
  const restarts = new Counter({
    name: 'connector_task_restarts_total',
    help: 'Restarts of a connector and its tasks after a failure',
    labelNames: ['connector'],
    registers,
  });
  let last: Connector[] = [];

  function tell(connectors: Connector[]): void {
    last = connectors;
    connectorState.reset();
    taskState.reset();
    for (const { name: connector, state, tasks } of connectors) {
      connectorState.set({ connector, state }, 1);
      restarts.inc({ connector }, 0);
      for (const task of tasks) taskState.set({ connector, task: String(task.id), state: task.state }, 1);
    }
  }

  return {
    saw: (connectors) => {
      ready.set(1);
      tell(connectors);
    },
    lost: () => {
      ready.set(0);
      // The sinks are still there as far as anybody knows: their lag goes on being told.
      const known = last;
      tell([]);
      last = known;
    },
    restarted: (connector) => restarts.inc({ connector }),
    last: () => last,
  };
}
