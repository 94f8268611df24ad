import type { OperationNotes } from '@ordermesh/chassis/operation-telemetry';
import type { Viewer } from '@ordermesh/chassis/token-verifier';
import type { EarlierAnswers } from './compiled-plan/earlier-answers.ts';

/** What one request to the gateway is known by while it is executed. */
export type GatewayContext = {
  viewer: Viewer | null;
  /** The header as it came; each subgraph verifies the token in it again. */
  authorization: string | undefined;
  /** What subgraphs answered already, when a compiled plan met something irregular. */
  earlier?: EarlierAnswers;
  /** For log, traces and metrics, filled in as it becomes known. */
  outcome: OperationNotes;
};
