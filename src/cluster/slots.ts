/** What the slots of a record hold, here and in words for another worker. */

import type { Context } from "../runtime/context.ts";
import { hiddenSlots } from "../runtime/extras.ts";
import { packedIdOf } from "../runtime/task-id.ts";
import { isReference, RECORD, TAG } from "../sched/layout.ts";
import type { SlotDescription } from "../wire/messages.ts";
import { acceptEach, type Exchange } from "./exchange.ts";
import type { Link } from "./transport.ts";

export interface Slot {
  readonly tag: number;
  readonly number: number;
  readonly word: number;
}

/**
 * The slots of a ready record that mean something, with its name behind the hidden ones. A record that is ready
 * because an argument failed may have others that are still to come: of its arguments only the failed one counts.
 */
export function slotsOf(context: Context, record: number): Slot[] {
  const { table } = context;
  const slots: Slot[] = [];
  const failed = table.hasMissing(record) ? table.errorIn(record) : 0;
  const hidden = hiddenSlots(table.byte(record, RECORD.hidden));
  for (const part of table.parts(record)) {
    const count = failed === 0 ? table.countOf(part) : part === record ? hidden : 0;
    for (let at = 0; at < count; at++) {
      const tag = table.tagOf(part, at);
      if (tag === TAG.none) continue;
      slots.push({ tag, number: table.slotNumber(part, at), word: table.slotWord(part, at) });
    }
  }
  if (failed !== 0) slots.push({ tag: TAG.error, number: 0, word: failed });
  slots.splice(hidden, 0, { tag: TAG.number, number: packedIdOf(context, record), word: 0 });
  return slots;
}

export function describeSlot(exchange: Exchange, slot: Slot, to: Link): SlotDescription {
  const { tag, number, word } = slot;
  if (tag === TAG.number) return { tag, number };
  if (tag === TAG.pieces) return { tag, number: word };
  if (isReference(tag)) return { tag, chunk: exchange.describe(word, to, tag === TAG.error) };
  if (tag !== TAG.function) return { tag };
  exchange.sendFunction(word, to);
  return { tag, function: word };
}

/** The reverse of `describeSlot`; a chunk comes with a reference for the caller. */
export function acceptSlot(exchange: Exchange, slot: SlotDescription, from: Link): Slot {
  const { tag } = slot;
  if ("chunk" in slot) return { tag, number: 0, word: exchange.accept(slot.chunk, from) };
  if ("function" in slot) return { tag, number: 0, word: exchange.functionOf(slot.function, from) };
  const number = slot.number ?? 0;
  return { tag, number, word: tag === TAG.pieces ? number : 0 };
}

/** Accepts all slots of a task or, where that throws, none. */
export function acceptSlots(
  context: Context,
  exchange: Exchange,
  slots: readonly SlotDescription[],
  from: Link,
): Slot[] {
  return acceptEach(slots, {
    accept: (slot) => acceptSlot(exchange, slot, from),
    drop: (accepted) => dropSlots(context, accepted),
    decline: (slot) => {
      if ("chunk" in slot) exchange.decline(slot.chunk, from);
    },
  });
}

export function dropSlots(context: Context, slots: readonly Slot[]): void {
  for (const { tag, word } of slots) if (isReference(tag)) context.release(word);
}
