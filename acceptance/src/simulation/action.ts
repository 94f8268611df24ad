import type { Group } from './consumers.ts';
import type { Owner } from './outbox.ts';
import type { Placement } from './requests.ts';

/** What can happen next. A history is a list of these, and nothing else decides what comes of it. */
export type Action =
  // What people and clients do.
  | { do: 'deposit'; userId: string; amount: number; key: string }
  | { do: 'restock'; productId: string; qty: number; key: string }
  | ({ do: 'place' } & Placement)
  | { do: 'cancel'; number: number; orderId: string; by: 'owner' | 'admin' | 'stranger' }
  | { do: 'type'; key: string | null; value: string }
  | { do: 'put back dead letter'; index: number }
  | { do: 'republish'; outbox: Owner }
  // What goes on by itself.
  | { do: 'go on with request'; number: number }
  | { do: 'fetch'; lane: string; count: number }
  | { do: 'work'; lane: string }
  | { do: 'work stalled'; index: number }
  | { do: 'publish'; outbox: Owner }
  | { do: 'store position'; outbox: Owner }
  | { do: 'pass time'; ms: number }
  // What goes wrong.
  | { do: 'lose request'; number: number }
  | { do: 'lose batch'; lane: string }
  | { do: 'lose group'; group: Group }
  | { do: 'stall'; lane: string }
  | { do: 'rewind'; lane: string; to: number }
  | { do: 'replay'; group: Group }
  | { do: 'append again'; topic: string; partition: number; offset: number }
  | { do: 'lose connector'; outbox: Owner }
  | { do: 'purge binlog'; outbox: Owner };
