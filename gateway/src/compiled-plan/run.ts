import type { SubgraphRequest } from '../subgraph-request.ts';
import { readAnswer } from '../subgraph-answer.ts';
import type { UpstreamAnswer } from '../upstream.ts';
import type { Piece } from './cut/piece.ts';
import { IrregularAnswerError } from './plan.ts';

export type Json = Record<string, unknown>;

/** A request to a subgraph as a compiled fetch makes it. */
export type Asked = {
  subgraph: string;
  query: string;
  body: string;
  /** False for mutations. */
  repeatable: boolean;
  /** The variables as Apollo would have sent them, in JSON: every entity, however often it occurs. */
  variables: () => string;
  /** For each entity that Apollo would have asked for, its place among those that were; undefined if they are the same. */
  places?: number[] | undefined;
};
export type Sent = Asked & { answer: Promise<UpstreamAnswer> };

/** One execution of a compiled operation. */
export type Run = {
  variables: Json;
  /** The answers so far, merged; empty while they are merely cut. */
  data: Json;
  /** The answers so far, cut. */
  pieces: Piece[];
  /** Whether no answer so far had a backslash in it, so that no string in them needs one. */
  isPlain: boolean;
  /** Everything that was asked of subgraphs, in case Apollo has to take over. */
  sent: Sent[];
  /** Asks a subgraph, unless it was asked the very same before. */
  ask(asked: Asked): Promise<UpstreamAnswer>;
};

export function createRun(options: {
  variables: Json;
  authorization: string | undefined;
  requests: ReadonlyMap<string, SubgraphRequest>;
}): Run {
  const { variables, authorization, requests } = options;
  const sent: Sent[] = [];

  function ask(asked: Asked): Promise<UpstreamAnswer> {
    const { subgraph, body, repeatable } = asked;
    const before = sent.find((each) => each.body === body && each.subgraph === subgraph);
    if (before) return before.answer;
    const request = requests.get(subgraph);
    if (!request) throw new IrregularAnswerError(`no subgraph ${subgraph}`);
    const answer = request({ body, authorization, repeatable });
    sent.push({ ...asked, answer });
    return answer;
  }

  return { variables, data: {}, pieces: [], isPlain: true, sent, ask };
}

/** The data of a subgraph's answer; throws if there is anything but data in it. */
export function dataOf(run: Run, subgraph: string, answer: UpstreamAnswer): Json {
  if (run.isPlain && answer.body.includes('\\')) run.isPlain = false;
  const { data, errors } = readAnswer(subgraph, answer);
  if (!data || errors?.length) throw new IrregularAnswerError(`${subgraph} answered with errors`);
  return data;
}
