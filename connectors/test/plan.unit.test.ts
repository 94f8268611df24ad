import { expect, test } from '@jest/globals';
import { configOf, planChanges } from '../src/plan.ts';

const sink = { name: 'sink', config: { 'connector.class': 'X', topics: 'a' } };
const source = { name: 'source', config: { 'connector.class': 'Y' } };
const running = (definition: typeof sink | typeof source, more: Record<string, string> = {}) => ({
  name: definition.name,
  config: { ...configOf(definition), ...more },
});
const nothing = { create: [], update: [], remove: [], conflicts: [], unchanged: [] };

test('what is missing is created', () => {
  expect(planChanges([sink, source], [running(sink)])).toEqual({
    ...nothing,
    create: [source],
    unchanged: ['sink'],
  });
});

test('what is as defined stays untouched', () => {
  expect(planChanges([sink, source], [running(source), running(sink)])).toEqual({
    ...nothing,
    unchanged: ['sink', 'source'],
  });
});

test('what differs is updated: settings that changed, that are new, that are gone', () => {
  const actual = { name: 'sink', config: { ...configOf(sink), topics: 'b', old: '1' } };
  expect(planChanges([{ ...sink, config: { ...sink.config, fresh: '1' } }], [actual]).update).toMatchObject([
    { name: 'sink', changed: ['fresh', 'old', 'topics'] },
  ]);
});

test('what is managed and no longer defined is deleted', () => {
  expect(planChanges([sink], [running(sink), running(source)])).toEqual({
    ...nothing,
    remove: ['source'],
    unchanged: ['sink'],
  });
});

test('what people created is left alone, and of a defined name is a conflict', () => {
  const own = { name: 'own', config: { name: 'own', 'connector.class': 'Z' } };
  const clash = { name: 'sink', config: { ...sink.config, name: 'sink' } };
  expect(planChanges([sink], [own, clash])).toEqual({ ...nothing, conflicts: ['sink'] });
});
