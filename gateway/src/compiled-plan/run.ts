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
  /** Asks a subgraph, unless it was asked the very same before. */
  ask(asked: Asked): Promise<UpstreamAnswer>;
  /** Ends this execution, whatever of it is under way, and begins another one with the answers that are there. */
  again(): Run;
  /** Ends this execution, and gives all that was asked of subgraphs. */
  end(): Sent[];
};

type Options = {
  variables: Json;
  authorization: string | undefined;
  requests: ReadonlyMap<string, SubgraphRequest>;
  isMutation: boolean;
};

export function createRun(options: Options, sent: Sent[] = []): Run {
  const { variables, authorization, requests, isMutation } = options;
  const find = createFind(sent, isMutation);
  let isOver = false;

  function ask(asked: Asked): Promise<UpstreamAnswer> {
    if (isOver) throw new IrregularAnswerError('another execution goes on');
    const { subgraph, body, repeatable } = asked;
    const before = find((each) => each.body === body && each.subgraph === subgraph);
    if (before) return before.answer;
    const request = requests.get(subgraph);
    if (!request) throw new IrregularAnswerError(`no subgraph ${subgraph}`);
    const now = { ...asked, answer: request({ body, authorization, repeatable }) };
    sent.push(now);
    find((each) => each === now);
    return now.answer;
  }

  function end(): Sent[] {
    isOver = true;
    return sent;
  }

  const again = () => createRun(options, end());
  return { variables, data: {}, pieces: [], isPlain: true, ask, again, end };
}

/**
 * Finds what was asked before. In a mutation each answer is found once: the same question may be asked again after a later
 * root field has changed something, and what was read before that is no answer to it.
 */
export function createFind(sent: readonly Sent[], isMutation: boolean) {
  if (!isMutation) return (isSame: (each: Sent) => boolean) => sent.find(isSame);
  const found = new Set<Sent>();
  return (isSame: (each: Sent) => boolean): Sent | undefined => {
    const next = sent.find((each) => !found.has(each) && isSame(each));
    if (next) found.add(next);
    return next;
  };
}

/** The data of a subgraph's answer; throws if there is anything but data in it. */
export function dataOf(run: Run, subgraph: string, answer: UpstreamAnswer): Json {
  if (run.isPlain && answer.body.includes('\\')) run.isPlain = false;
  const { data, errors } = readAnswer(subgraph, answer);
  if (!data || errors?.length) throw new IrregularAnswerError(`${subgraph} answered with errors`);
  return data;
}
