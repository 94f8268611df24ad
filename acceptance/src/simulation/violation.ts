/** What must never be, was. */
export class Violation extends Error {
  override name = 'Violation';
}

/** Throws a Violation that says `what()` unless `holds`; the words cost nothing as long as it does. */
export function assertThat(holds: boolean, what: () => string): asserts holds {
  if (!holds) throw new Violation(what());
}
