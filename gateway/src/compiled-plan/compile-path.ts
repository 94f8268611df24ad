import { isRecord } from './merge.ts';
import { IrregularAnswerError, NotCompilableError } from './plan.ts';
import type { Json } from './run.ts';

/** Compiles the path of a `Flatten` (`@` stands for every item of a list) into a function that collects the objects there. */
export function compilePath(path: readonly (string | number)[]): (data: Json) => Json[] {
  for (const part of path) {
    if (typeof part !== 'string' || !/^(@|\w+)$/.test(part))
      throw new NotCompilableError(`path part ${part}`);
  }

  function collect(value: unknown, depth: number, found: Json[]): void {
    if (value === null || value === undefined) return;
    const part = path[depth];
    if (part === '@') {
      if (!Array.isArray(value)) throw new IrregularAnswerError('no list where one should be');
      for (const item of value) collect(item, depth + 1, found);
      return;
    }
    if (!isRecord(value)) throw new IrregularAnswerError('no object where one should be');
    if (part === undefined) found.push(value);
    else collect(value[part], depth + 1, found);
  }

  return (data) => {
    const found: Json[] = [];
    collect(data, 0, found);
    return found;
  };
}
