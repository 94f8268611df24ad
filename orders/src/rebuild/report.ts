import type { Report } from './rebuild-orders.ts';

/** What was found and done, for people. */
export function reportText(report: Report, { dryRun, prune }: { dryRun: boolean; prune: boolean }): string {
  const { events, rowRecords, typedRows, missing, behind, wrong, undecided, unknown, unknownExample } =
    report;
  const { fillMs, totalMs } = report;
  const seconds = (ms: number) => (ms / 1_000).toFixed(1);
  const rate = Math.round(((events + rowRecords) / Math.max(1, fillMs)) * 1_000);
  const lines = [
    `read ${events} records of orders.events and ${rowRecords} of orders, ${typedRows} of them typed, in ${seconds(fillMs)} s (${rate}/s)`,
    ...(dryRun
      ? [`${missing} rows are missing, ${wrong} differ from the log; nothing was changed`]
      : [
          `${missing} missing rows added, ${behind} brought up to date, ${wrong} that contradicted the log replaced`,
        ]),
  ];
  if (undecided > 0)
    lines.push(
      `left alone ${undecided} rows that differ from typed envelopes of which the log does not say which was last, or if the sink takes them`,
    );
  if (unknown > 0) {
    const what = `${unknown} rows of which no record tells, such as ${JSON.stringify(unknownExample)}`;
    lines.push(
      prune && !dryRun
        ? `removed ${what}`
        : `left alone ${what}: --prune removes them, if it is not the log that lost them`,
    );
  }
  lines.push(`it took ${seconds(totalMs)} s`);
  return `${lines.join('\n')}\n`;
}
