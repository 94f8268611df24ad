import { join } from 'node:path';
import { messages as catalogsMessages } from '@ordermesh/catalogs/contract/messages';
import { productColumns, productRow } from '@ordermesh/catalogs/contract/products';
import type { Append } from '@ordermesh/chassis/appender';
import type { OutboxEvent } from '@ordermesh/chassis/outbox';
import { definitionsFolder, readDefinition } from '@ordermesh/connectors';
import { messages as ordersMessages } from '@ordermesh/orders/contract/messages';
import { messages as usersMessages } from '@ordermesh/users/contract/messages';
import { createOutboxRoute } from './outbox-record.ts';
import { outboxRowOf } from './outbox-row.ts';
import { createTableSource } from './table-record.ts';

/** Builds a message, as it stands on its topic, for the parameters of a pact's provider state. */
export type BuildMessage = (parameters: unknown) => Append | Promise<Append>;

const definitionOf = (connector: string) => readDefinition(join(definitionsFolder, `${connector}.json`));

/** What the connector makes of the events that a service writes to its outbox. */
function throughOutbox(
  connector: string,
  messages: Record<string, (parameters: unknown) => OutboxEvent>,
): Record<string, BuildMessage> {
  const route = createOutboxRoute(definitionOf(connector));
  return Object.fromEntries(
    Object.entries(messages).map(([description, build]): [string, BuildMessage] => [
      description,
      async (parameters) => route(await outboxRowOf(build(parameters))),
    ]),
  );
}

/**
 * By provider, every message that others get from it, by its description: built by the provider's own code, and on its
 * way through a connector as the connector's definition says.
 */
export function providerMessages(): Record<string, Record<string, BuildMessage>> {
  const products = createTableSource(definitionOf('catalogs-products-source'), productColumns);
  return {
    orders: ordersMessages,
    catalogs: {
      ...throughOutbox('catalogs-outbox', catalogsMessages),
      'the row of a product': (parameters) => products.written(productRow(parameters)),
      'the deletion of a product': (parameters) => products.deleted(productRow(parameters)),
    },
    users: throughOutbox('users-outbox', usersMessages),
  };
}
