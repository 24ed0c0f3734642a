/** Of the pieces of a shard, which follow each other in a record, the one for the processor that asks. */

import { TAG } from "../sched/layout.ts";
import type { Tag } from "../sched/task-table.ts";
import { SchedulingError } from "../wire/errors.ts";
import type { Context } from "./context.ts";

export interface Piece {
  readonly tag: Tag;
  readonly word: number;
}

/** How well a piece fits a thread; 0: not at all. */
const FIT = { none: 0, otherThread: 1, process: 2, thread: 3, failed: 4 } as const;

/** Looks at the slots behind slot `at` of `part`, whose word says how many there are. */
export function choosePiece(context: Context, record: number, part: number, at: number): Piece {
  const { table, worker } = context;
  let best: Piece | undefined;
  let bestFit: number = FIT.none;
  let left = table.slotWord(part, at);
  let from = at + 1;
  let reached = false;
  for (const each of table.parts(record)) {
    reached ||= each === part;
    if (!reached) continue;
    const count = table.countOf(each);
    for (let position = from; position < count && left > 0; position++, left--) {
      const piece = { tag: table.tagOf(each, position), word: table.slotWord(each, position) };
      const fit = fitOf(context, piece);
      if (fit <= bestFit) continue;
      bestFit = fit;
      best = piece;
    }
    from = 0;
    if (left === 0) break;
  }
  if (best) return best;
  throw new SchedulingError(
    `the shard has no piece for thread ${table.slot} of worker ${worker}: run the task in the scope of the shard, or make it with { perThread: true }`,
  );
}

function fitOf({ heap, table }: Context, { tag, word }: Piece): number {
  if (tag === TAG.error) return FIT.failed;
  if (tag !== TAG.chunk || heap.get(word, "worker") !== 0) return FIT.none;
  if (heap.kindOf(word) !== "object") return FIT.process;
  return heap.get(word, "slot") === table.slot ? FIT.thread : FIT.otherThread;
}
