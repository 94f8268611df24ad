/** Text of a pattern, which has to match all of it. */
export const matching = (pattern: string, example: string) => ({
  'pact:matcher:type': 'regex',
  regex: pattern,
  value: example,
});

/** A moment in ISO 8601; any writing of it is as good. */
export const dateTime = (example: string) =>
  matching(String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`, example);

export const traceparent = matching(
  '00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}',
  '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
);
