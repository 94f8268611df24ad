import { marker } from './definitions.ts';
import type { Definition } from './definitions.ts';

type Actual = { name: string; config: Record<string, string> };

/** What it takes to make the connectors of a Connect cluster what the definitions say. */
export type Plan = {
  create: Definition[];
  /** `changed`: the settings that differ. */
  update: (Definition & { changed: string[] })[];
  /** Managed, and no longer defined. */
  remove: string[];
  /** Defined, but somebody created a connector of that name. */
  conflicts: string[];
  unchanged: string[];
};

/** A definition as Connect stores it: with its name and the marker. */
export const configOf = ({ name, config }: Definition): Record<string, string> => ({
  ...config,
  name,
  [marker.key]: marker.value,
});

export const isManaged = (config: Record<string, string>) => config[marker.key] === marker.value;

/** Compares desired and actual connectors; those without the marker are left alone. */
export function planChanges(desired: Definition[], actual: Actual[]): Plan {
  const plan: Plan = { create: [], update: [], remove: [], conflicts: [], unchanged: [] };
  const existing = new Map(actual.map((connector) => [connector.name, connector.config]));
  for (const definition of desired) {
    const config = existing.get(definition.name);
    if (!config) plan.create.push(definition);
    else if (!isManaged(config)) plan.conflicts.push(definition.name);
    else {
      const changed = difference(configOf(definition), config);
      if (changed.length > 0) plan.update.push({ ...definition, changed });
      else plan.unchanged.push(definition.name);
    }
  }
  const names = new Set(desired.map(({ name }) => name));
  plan.remove = actual
    .filter(({ name, config }) => isManaged(config) && !names.has(name))
    .map(({ name }) => name);
  return plan;
}

const difference = (a: Record<string, string>, b: Record<string, string>) =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => a[key] !== b[key]).sort();

/** Why a connector of a definition's name that somebody created stands in the way. */
export const conflictMessage = (names: string[]) =>
  `${names.join(', ')}: defined here, but created by hand: delete it (connectors delete ${names[0] ?? 'NAME'}) ` +
  'or rename one of the two, then apply again';
