import type { Append } from '@ordermesh/chassis/appender';
import type { Definition } from '@ordermesh/connectors';
import type { OutboxRow } from './outbox-row.ts';

const router = 'io.debezium.transforms.outbox.EventRouter';
const asText = 'org.apache.kafka.connect.storage.StringConverter';

/** What EventRouter does unless told otherwise, of the settings that are understood here. */
const defaults = {
  'table.field.event.id': 'id',
  'table.field.event.key': 'aggregateid',
  'table.field.event.payload': 'payload',
  'table.fields.additional.placement': '',
  'route.by.field': 'aggregatetype',
  'route.topic.regex': '(?<routedByValue>.*)',
  'route.topic.replacement': 'outbox.event.${routedByValue}',
};
type Settings = typeof defaults;

const isSetting = (name: string): name is keyof Settings => Object.hasOwn(defaults, name);

/** The settings of the transform. Throws for whatever this derivation would not do as Debezium does. */
function readSettings({ name, config }: Definition): Settings {
  const refuse = (what: string): never => {
    throw new Error(`${name}: what it publishes cannot be derived: ${what}`);
  };
  const transform = config['transforms'] ?? '';
  const prefix = `transforms.${transform}.`;
  if (config[`${prefix}type`] !== router) refuse(`its only transform has to be an EventRouter`);
  for (const kind of ['key', 'value', 'header']) {
    if (config[`${kind}.converter`] !== asText) refuse(`the ${kind} converter is not ${asText}`);
  }
  const settings = { ...defaults };
  for (const [key, value] of Object.entries(config)) {
    if (key.startsWith('predicates')) refuse(`it has ${key}`);
    if (!key.startsWith(prefix) || key === `${prefix}type`) continue;
    const setting = key.slice(prefix.length);
    if (isSetting(setting)) settings[setting] = value;
    else refuse(`${key} is not understood`);
  }
  return settings;
}

/** Which column becomes which header, from a list such as `type:header,code:header:errorCode`. */
function readPlacement(placement: string): { column: string; header: string }[] {
  const entries = placement.split(',').filter((entry) => entry !== '');
  return entries.map((entry) => {
    const [column = '', place, header = column] = entry.trim().split(':');
    if (place !== 'header') throw new Error(`the placement ${entry} is not understood`);
    return { column, header };
  });
}

/**
 * The record that a connector makes of a row of its outbox table: what Debezium's EventRouter does with the settings of
 * the definition. Held against records of the real one by `outbox.int.test.ts`.
 */
export function createOutboxRoute(definition: Definition): (row: OutboxRow) => Append {
  const settings = readSettings(definition);
  const placement = readPlacement(settings['table.fields.additional.placement']);
  const topicPattern = new RegExp(`^${settings['route.topic.regex']}$`);
  // Java writes a group ${name}, JavaScript $<name>.
  const replacement = settings['route.topic.replacement'].replaceAll(/\$\{(\w+)\}/g, '$<$1>');

  return (row) => {
    const column = (name: string): string | null => {
      const value = row[name];
      if (value === undefined) throw new Error(`${definition.name}: the outbox has no column ${name}`);
      return value;
    };
    const headers = [
      { header: 'id', value: column(settings['table.field.event.id']) },
      ...placement.map(({ column: name, header }) => ({ header, value: column(name) })),
    ];
    return {
      topic: (column(settings['route.by.field']) ?? '').replace(topicPattern, replacement),
      key: column(settings['table.field.event.key']),
      value: column(settings['table.field.event.payload']),
      // An empty column becomes a header without a value, which readers take for none.
      headers: Object.fromEntries(
        headers.flatMap(({ header, value }) => (value === null ? [] : [[header, value]])),
      ),
    };
  };
}
