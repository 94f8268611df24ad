export type Sample = { seconds: number; bytes: number };

export type Trend = {
  /** Of the fitted line, at the begin of the part that counts. */
  levelBytes: number;
  /** How much the fitted line rises until the end. */
  growthBytes: number;
  isFlat: boolean;
};

/** What is used for the first time, fills caches and is compiled belongs to the first third. */
const countedShare = 2 / 3;
/** Garbage comes and goes: of so many stretches of time the least is taken, which is what is left after a collection. */
const stretches = 12;
/** Growth by a tenth, or by this much, is not told from chance. */
const [allowedShare, allowedBytes] = [0.1, 16e6];

const isFlat = (levelBytes: number, growthBytes: number) =>
  growthBytes <= Math.max(levelBytes * allowedShare, allowedBytes);

/** A straight line through the least of each stretch of the last two thirds (least squares). */
export function trendOf(samples: Sample[]): Trend {
  const end = samples.at(-1)?.seconds ?? 0;
  const from = end * (1 - countedShare);
  const counted = samples.filter(({ seconds }) => seconds >= from);
  const perStretch = Map.groupBy(counted, ({ seconds }) =>
    Math.min(stretches - 1, Math.floor(((seconds - from) / (end - from)) * stretches)),
  );
  const least = [...perStretch.values()].flatMap((each) =>
    each.toSorted((a, b) => a.bytes - b.bytes).slice(0, 1),
  );
  const mean = (value: (sample: Sample) => number) =>
    least.reduce((sum, each) => sum + value(each), 0) / least.length;
  const [middle, average] = [mean(({ seconds }) => seconds), mean(({ bytes }) => bytes)];
  const spread = mean(({ seconds }) => (seconds - middle) ** 2);
  const slope =
    spread > 0 ? mean(({ seconds, bytes }) => (seconds - middle) * (bytes - average)) / spread : 0;
  const levelBytes = average + slope * (from - middle);
  const growthBytes = slope * (end - from);
  return { levelBytes, growthBytes, isFlat: isFlat(levelBytes, growthBytes) };
}

/** Of two measurements, such as a heap after a full collection. */
export const trendBetween = (levelBytes: number, lastBytes: number): Trend => ({
  levelBytes,
  growthBytes: lastBytes - levelBytes,
  isFlat: isFlat(levelBytes, lastBytes - levelBytes),
});
