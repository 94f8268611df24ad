import type { Json } from './run.ts';

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Puts what a fetch brought into what is there, in place: objects key by key, lists of the same length item by item. */
export function merge(target: Json, source: Json): void {
  for (const key of Object.keys(source)) {
    const present = target[key];
    // Nearly always: a fetch brings fields that were not there before.
    if (present === undefined) target[key] = source[key];
    else target[key] = merged(present, source[key]);
  }
}

function merged(present: unknown, brought: unknown): unknown {
  if (isRecord(present) && isRecord(brought)) {
    merge(present, brought);
    return present;
  }
  if (Array.isArray(present) && Array.isArray(brought) && present.length === brought.length) {
    brought.forEach((item: unknown, index) => {
      const there: unknown = present[index];
      if (isRecord(there) && isRecord(item)) merge(there, item);
      else present[index] = item;
    });
    return present;
  }
  return brought;
}
