/** Cancelling what a task runs, wherever it is. */

import { CANCEL_TOPIC, type RecordName } from "../cluster/node.ts";
import type { Context } from "../runtime/context.ts";
import type { Failure } from "../runtime/failure.ts";
import type { Settler, Ticket } from "../runtime/home.ts";
import { send } from "../runtime/topics.ts";
import { RECORD, STATUS, TAG } from "../sched/layout.ts";

/**
 * Decides the result of a task of this thread as a failure, and stops its run if that is asked. Gives the run
 * where there is one, which may go on.
 */
export function cancelRun(
  context: Context,
  ticket: Ticket,
  settler: Settler,
  force: boolean,
  failure: Failure,
): RecordName | undefined {
  const { table, payloads, shelf } = context;
  const { record, serial } = ticket;
  if (!context.home.isCurrent(ticket, settler)) return undefined;
  const runner = table.byte(record, RECORD.runner);
  table.leaveWord(TAG.error, payloads.writeFailure(failure, shelf.put("errors")));
  const was = table.core.decide(context.seat.slot, record, TAG.error);
  if (was !== STATUS.running) return undefined;
  const run: RecordName = { record, serial, slot: runner, force };
  send(CANCEL_TOPIC, run);
  return run;
}

/** Ends the thread of a run that was cancelled before, if its function has not returned yet. */
export function forceRun({ table }: Context, run: RecordName): void {
  const isThere =
    table.word(run.record, RECORD.serial) === run.serial &&
    table.byte(run.record, RECORD.home) === table.slot;
  if (isThere) send(CANCEL_TOPIC, { ...run, force: true } satisfies RecordName);
}
