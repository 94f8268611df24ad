/** What came of holding one provider to one pact. */
export type Verification = {
  consumer: string;
  provider: string;
  /** How many interactions were verified, whatever came of them. */
  interactions: number;
  /** Those that did not hold, each with what was wrong. */
  failures: { interaction: string; reason: string }[];
};
