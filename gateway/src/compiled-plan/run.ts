import type { SubgraphRequest } from '../subgraph-request.ts';
import { readAnswer } from '../subgraph-answer.ts';
import type { UpstreamAnswer } from '../upstream.ts';
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
  /** The answers so far, merged. */
  data: Json;
  /** Whether no answer so far had a backslash in it, so that no string in them needs one. */
  isPlain: boolean;
  /** Everything that was asked of subgraphs, in case Apollo has to take over. */
  sent: Sent[];
  /** The data of a subgraph's answer. Rejects if there is anything but data in it. */
  ask(asked: Asked): Promise<Json>;
};

export function createRun(options: {
  variables: Json;
  authorization: string | undefined;
  requests: ReadonlyMap<string, SubgraphRequest>;
}): Run {
  const { variables, authorization, requests } = options;
  const sent: Sent[] = [];

  function ask(asked: Asked): Promise<Json> {
    const { subgraph, query, body, repeatable, variables: sentVariables, places } = asked;
    const request = requests.get(subgraph);
    if (!request) throw new IrregularAnswerError(`no subgraph ${subgraph}`);
    const answer = request({ body, authorization, repeatable });
    sent.push({ subgraph, query, body, repeatable, variables: sentVariables, places, answer });
    return answer.then((got) => {
      if (run.isPlain && got.body.includes('\\')) run.isPlain = false;
      return dataOf(subgraph, got);
    });
  }

  const run: Run = { variables, data: {}, isPlain: true, sent, ask };
  return run;
}

function dataOf(subgraph: string, answer: UpstreamAnswer): Json {
  const { data, errors } = readAnswer(subgraph, answer);
  if (!data || errors?.length) throw new IrregularAnswerError(`${subgraph} answered with errors`);
  return data;
}
