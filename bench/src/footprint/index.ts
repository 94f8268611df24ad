import { megabytes } from '../memory.ts';
import { show, table, writeResults } from '../report.ts';
import { spread } from '../statistics.ts';
import { measureImages, type Image } from './images.ts';
import { measureStart, type Start } from './starts.ts';

export type Options = { rounds: number; signal: AbortSignal; say: (line: string) => void };

/** The whole stack, when nothing happens. */
const allowedBytes = 1.3e9;

const sum = (idle: Record<string, number>) => Object.values(idle).reduce((total, bytes) => total + bytes, 0);

function describeMemory(starts: Start[]): string {
  const names = Object.keys(starts[0]?.idle ?? {});
  const rows = names.map((name) => [
    name,
    show(spread(starts.map(({ idle }) => megabytes(idle[name] ?? 0)))),
  ]);
  const all = spread(starts.map(({ idle }) => sum(idle)));
  const total = show(spread(starts.map(({ idle }) => megabytes(sum(idle)))));
  return [
    table([['process', 'MB, idle (PSS)'], ...rows, ['all together', total]]),
    `Target for all together 1 300 MB: ${all.median <= allowedBytes ? 'met' : 'missed'}.`,
  ].join('\n\n');
}

const describeImages = (images: Image[]): string =>
  table([
    ['image', 'node_modules, MB', 'packages'],
    ...images.map(({ image, bytes, packages }) => [image, megabytes(bytes).toFixed(1), String(packages)]),
  ]);

/** What the whole stack needs: time to start, memory, and the size of what images install. */
export async function benchFootprint(options: Options): Promise<boolean> {
  const { rounds, say } = options;
  const starts: Start[] = [];
  for (let round = 1; round <= rounds; round++) {
    say(`starts, round ${round} of ${rounds}`);
    starts.push(await measureStart(options));
  }
  say('installing as the images do');
  const images = measureImages();
  const seconds = (name: 'coldSeconds' | 'warmSeconds' | 'stopSeconds') =>
    show(spread(starts.map((start) => start[name])));
  const page = [
    '# Footprint',
    `The whole stack with one instance of orders; medians (min–max) of ${rounds} rounds. Cold is a start on an empty data folder, warm one on ` +
      'a folder that was used; everything is downloaded before. Memory is looked at 30 s after the warm start; pages that processes share are divided ' +
      'among them, with other programs, too.',
    table([
      ['', 'seconds'],
      ['cold start', seconds('coldSeconds')],
      ['warm start', seconds('warmSeconds')],
      ['stop', seconds('stopSeconds')],
    ]),
    describeMemory(starts),
    'The packages in each image, installed and stripped by the very lines of its Dockerfile:',
    describeImages(images),
  ].join('\n\n');
  say(`\n${page}\n\nwritten to ${writeResults('footprint', { rounds, starts, images }, page)}`);
  return spread(starts.map(({ idle }) => sum(idle))).median <= allowedBytes;
}
