/** Limits on what is kept: operations are few and short in practice, but anybody may send any number of them. */
const maxOperations = 2_000;
const maxCharacters = 1_000_000;

type Slot<T> = { value: T; used: boolean; size: number; query: string; name: string | undefined };

/**
 * Values by an operation's text and name. When there are too many, those that were not used since the last time are
 * dropped first (second chance).
 */
export function createOperationCache<T>(limits = { maxOperations, maxCharacters }) {
  const byQuery = new Map<string, Map<string | undefined, Slot<T>>>();
  let slots: Slot<T>[] = [];
  let characters = 0;

  function get(query: string, name: string | undefined): T | undefined {
    const slot = byQuery.get(query)?.get(name);
    if (!slot) return undefined;
    slot.used = true;
    return slot.value;
  }

  function set(query: string, name: string | undefined, value: T): void {
    const named = byQuery.get(query) ?? new Map<string | undefined, Slot<T>>();
    if (named.has(name)) return;
    const slot = { value, used: false, size: query.length, query, name };
    named.set(name, slot);
    byQuery.set(query, named);
    slots.push(slot);
    characters += slot.size;
    while (slots.length > limits.maxOperations || characters > limits.maxCharacters) makeRoom();
  }

  /** Drops every slot that was not used since; if all were, the oldest half. */
  function makeRoom(): void {
    const unused = slots.filter(({ used }) => !used);
    const newest = slots.at(-1);
    const dropped =
      unused.length > 1
        ? unused.filter((slot) => slot !== newest)
        : slots.slice(0, Math.ceil(slots.length / 2));
    for (const slot of dropped) drop(slot);
    const gone = new Set(dropped);
    slots = slots.filter((slot) => !gone.has(slot));
    for (const slot of slots) slot.used = false;
  }

  function drop({ query, name, size }: Slot<T>): void {
    const named = byQuery.get(query);
    named?.delete(name);
    if (named?.size === 0) byQuery.delete(query);
    characters -= size;
  }

  return { get, set, size: () => slots.length };
}
