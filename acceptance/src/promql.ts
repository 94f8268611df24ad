/** Words of PromQL that are no metrics, when they are not followed by a bracket. */
const words = new Set(['and', 'or', 'unless', 'bool', 'by', 'without', 'on', 'ignoring', 'inf', 'nan']);

/** The metrics and labels that an expression names. Enough of PromQL for our own rules and dashboards. */
export function namesIn(expression: string): { metrics: string[]; labels: string[] } {
  const labels: string[] = [];
  const note = (list: string) => {
    labels.push(...list.split(',').map((name) => name.trim()));
    return ' ';
  };
  const bare = expression
    .replace(/"[^"]*"/g, '""')
    .replace(/\{([^}]*)\}/g, (_, matchers: string) => note(matchers.replace(/[=!~]+""/g, '')))
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g, (_, list: string) =>
      note(list),
    )
    .replace(/\[[^\]]*\]|\boffset\s+\w+/g, ' ');
  const metrics = [...bare.matchAll(/[a-zA-Z_][\w:]*(?!\s*\(|[\w:])/g)]
    .map(([name]) => name)
    .filter((name) => !words.has(name.toLowerCase()));
  return { metrics: [...new Set(metrics)], labels: [...new Set(labels.filter((name) => name !== ''))] };
}
