/** Cancelling what a task runs, wherever it is. */

import { CANCEL_TOPIC, type RecordName } from "../cluster/node.ts";
import type { Context } from "../runtime/context.ts";
import type { Failure } from "../runtime/failure.ts";
import type { Settler, Ticket } from "../runtime/home.ts";
import { send } from "../runtime/topics.ts";
import { RECORD, STATUS, TAG } from "../sched/layout.ts";

/** Decides the result of a task of this thread as a failure, and stops its run if that is asked. */
export function cancelRun(
  context: Context,
  ticket: Ticket,
  settler: Settler,
  force: boolean,
  failure: Failure,
): void {
  const { table, payloads, heap, shelf } = context;
  const { record, serial } = ticket;
  if (!context.home.isCurrent(ticket, settler)) return;
  const runner = table.byte(record, RECORD.runner);
  const chunk = payloads.writeFailure(failure, shelf.put("errors"));
  table.leaveWord(chunk);
  const was = table.core.decide(context.seat.slot, record, TAG.error);
  if (was >= STATUS.done) {
    heap.release(chunk);
    return;
  }
  if (was !== STATUS.running) return;
  send(CANCEL_TOPIC, { record, serial, slot: runner, force } satisfies RecordName);
}
