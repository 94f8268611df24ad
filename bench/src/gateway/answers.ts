import { isDeepStrictEqual } from 'node:util';

/**
 * Judges answers by their content: what the first gateway, Apollo's own, answered to a body is what all others must
 * answer. Bytes that were found right once are not looked at again, so that judging stays cheap.
 */
export function createAnswers() {
  const expected = new Map<string, unknown>();

  return {
    /** Of one gateway: a judge per query with its bodies. */
    judge(bodies: string[]): (index: number, answer: Buffer) => boolean {
      const right = new Map<number, Buffer>();
      return (index, answer) => {
        const seen = right.get(index);
        if (seen?.equals(answer)) return true;
        const body = bodies[index] ?? '';
        const parsed: unknown = JSON.parse(answer.toString());
        if (!expected.has(body)) expected.set(body, parsed);
        const isRight = isDeepStrictEqual(parsed, expected.get(body)) && !answer.includes('"errors"');
        if (isRight && !seen) right.set(index, Buffer.from(answer));
        return isRight;
      };
    },
  };
}
