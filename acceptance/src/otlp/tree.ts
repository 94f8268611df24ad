import type { ExportedSpan } from './spans.ts';

/** A span and what is a part of it, in the order of their beginnings. */
export type Branch = { span: ExportedSpan; parts: Branch[] };

/** The spans of one trace as a tree. What has a parent that is not among them, or none, is at the root. */
export function treeOf(spans: ExportedSpan[]): Branch[] {
  const branches = spans.toSorted((a, b) => a.begin - b.begin).map((span): Branch => ({ span, parts: [] }));
  const bySpanId = new Map(branches.map((branch) => [branch.span.spanId, branch]));
  return branches.filter((branch) => {
    const parent = bySpanId.get(branch.span.parentId ?? '');
    parent?.parts.push(branch);
    return !parent;
  });
}

/** `service kind name`, each part two columns further in. */
export function outline(branches: Branch[], indent = ''): string[] {
  return branches.flatMap(({ span, parts }) => [
    `${indent}${span.service} ${span.kind} ${span.name}`,
    ...outline(parts, `${indent}  `),
  ]);
}

/** The same to read, with times in milliseconds since the trace began, and what each span says of itself. */
export function render(branches: Branch[]): string {
  const begin = branches[0]?.span.begin ?? 0;
  const lines: { head: string; times: string; says: string }[] = [];
  function add(branch: Branch, indent: string): void {
    const { span, parts } = branch;
    lines.push({
      head: `${indent}${span.name}  [${span.instance}, ${span.kind}]`,
      times: `+${(span.begin - begin).toFixed(0)} ms, ${(span.end - span.begin).toFixed(1)} ms`,
      says: noteworthy(span),
    });
    for (const part of parts) add(part, `${indent}  `);
  }
  for (const branch of branches) add(branch, '');
  const [head, times] = [
    Math.max(...lines.map((line) => line.head.length)),
    Math.max(...lines.map((line) => line.times.length)),
  ];
  return lines
    .map((line) => `${line.head.padEnd(head)}  ${line.times.padStart(times)}  ${line.says}`.trimEnd())
    .join('\n');
}

function noteworthy({ attributes, links }: ExportedSpan): string {
  const type = attributes['messaging.message.type'];
  const group = attributes['messaging.consumer.group.name'];
  return [
    type && `${String(type)}`,
    group && `group ${String(group)}`,
    links.length > 0 && `linked to ${links.length === 1 ? 'its batch' : `${links.length} spans`}`,
  ]
    .filter((each) => typeof each === 'string')
    .join(', ');
}
