import { asAsyncApi } from './asyncapi.ts';
import { readCatalogue } from './catalogue.ts';
import { asPage } from './page.ts';

/** The two files of the catalogue as they have to be. */
export async function renderCatalogue(): Promise<{ name: string; file: URL; text: string }[]> {
  const catalogue = await readCatalogue();
  const files = {
    'events.asyncapi.json': `${JSON.stringify(asAsyncApi(catalogue), null, 2)}\n`,
    'EVENTS.md': asPage(catalogue),
  };
  return Object.entries(files).map(([name, text]) => ({
    name: `contracts/${name}`,
    file: new URL(`../../${name}`, import.meta.url),
    text,
  }));
}
