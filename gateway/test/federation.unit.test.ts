// What The Guild audits federation gateways for, theme by theme, with schemas, data and operations of our own.
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Sights } from './compiled-plan/sights.ts';
import { createThemeSights } from './federation/run-theme.ts';
import type { Case, Theme } from './federation/theme.ts';

const folder = new URL('federation/themes/', import.meta.url);
const themes = await Promise.all(
  readdirSync(folder)
    .toSorted()
    .map(async (file): Promise<[string, Theme]> => {
      const { theme } = await import(new URL(file, folder).href);
      return [file.replace(/\.ts$/, ''), theme];
    }),
);

/** An answer as far as a case says what is right. */
function answerIn(body: string) {
  const { data, errors = [] } = JSON.parse(body);
  const codes = errors.map(({ extensions }: { extensions: { code: string } }) => extensions.code);
  return { data, codes };
}

const rightOf = ({ data, codes = [] }: Case) => ({ data, codes });

describe.each(themes)('%s', (_name, theme) => {
  let sights: Sights<undefined>;
  beforeAll(async () => {
    sights = await createThemeSights(theme);
  });
  afterAll(() => sights.stop());

  test.each(theme.cases)('$query', async (each) => {
    const { query, variables = {}, refused, apolloIsWrong = false } = each;
    const operation = { query, variables };
    const stock = await sights.stock(operation, undefined);
    const first = await sights.first(operation, undefined);
    const later = [await sights.later(operation, undefined), await sights.later(operation, undefined)];
    for (const { body } of [first, ...later]) {
      if (refused) {
        expect(answerIn(body)).toEqual({ codes: ['BAD_USER_INPUT'] });
        expect(JSON.parse(body).errors[0].message).toMatch(refused);
      } else expect(answerIn(body)).toEqual(rightOf(each));
    }
    if (apolloIsWrong) expect(answerIn(stock.body)).not.toEqual(rightOf(each));
    else if (!refused) expect(answerIn(stock.body)).toEqual(rightOf(each));
    expect(sights.unforeseen).toEqual([]);
  });
});

test('there are all themes', () => {
  expect(themes).toHaveLength(48);
});
