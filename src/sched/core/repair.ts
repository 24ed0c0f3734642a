/**
 * After the death of a thread, by the control thread: what it ran is handed out to be failed, what it was
 * moving is moved on, what it was submitting or freeing is ended. The queues need nothing: others steal from
 * them, and a new thread of the slot goes on with them.
 */

import type { ModuleBuilder } from "../../wasm/module.ts";
import {
  type Body,
  block,
  br,
  brIf,
  drop,
  type Expr,
  i32,
  iff,
  loop,
  ret,
  type Statement,
  set,
  tee,
} from "../../wasm/ops.ts";
import { FLAG, RECORD, RECORD_BUMP, SLOT, STATUS } from "../layout.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Parking } from "./parking.ts";
import { record, slotOf } from "./records.ts";

/** What `orphan` found: a running task to fail, one whose submission broke off, one to be freed. */
export const ORPHAN = { running: 0, submitting: 1, toFree: 2 } as const;

export function defineRepair(
  m: ModuleBuilder,
  parts: { readonly parking: Parking; readonly lifecycle: Lifecycle },
): void {
  const { parking, lifecycle } = parts;

  /** Ends the sleep of a dead slot and moves on what it had in its hands. */
  m.export("bury", { slot: "i32", dead: "i32" }, "void", ({ slot, dead }, f) => {
    const { index } = f.locals({ index: "i32" });
    const moveOn = (field: number): Body => [
      iff(tee(index, i32.load(slotOf(dead), field)), [
        i32.store(slotOf(dead), 0, field),
        lifecycle.enqueue(slot, index),
      ]),
    ];
    return [
      parking.declareAwake(dead),
      i32.store(slotOf(dead), 0, SLOT.keeps),
      ...moveOn(SLOT.hand),
      ...moveOn(SLOT.moving),
      iff(i32.load(slotOf(dead), SLOT.telling), [lifecycle.tell(dead)]),
      ...lifecycle.discardResult(slot, dead, index),
      parking.wakeAll(),
    ];
  });

  /**
   * The next record from `from` on that needs the caller, as `index | ORPHAN << 28`; 0: no more. What only has
   * to be ended is ended on the way.
   */
  m.export(
    "orphan",
    { slot: "i32", dead: "i32", from: "i32" },
    "i32",
    ({ slot, dead, from }, f) => {
      const { at, end, status, flags } = f.locals({
        at: "i32",
        end: "i32",
        status: "i32",
        flags: "i32",
      });
      const isHome = i32.eq(i32.load8U(at, RECORD.home), dead);
      const isRunner = i32.eq(i32.load8U(at, RECORD.runner), dead);
      const isDone = i32.eq(status, STATUS.done);
      const has = (flag: number): Expr<"i32"> => i32.ne(i32.and(flags, flag), 0);
      const found = (what: number): Statement => ret(i32.or(from, what << 28));
      return [
        set(end, i32.atomic.load(RECORD_BUMP)),
        block((none) => [
          loop((next) => [
            brIf(none, i32.geU(from, end)),
            set(at, record(from)),
            set(status, i32.atomic.load(at, RECORD.status)),
            set(flags, i32.atomic.load(at, RECORD.flags)),
            iff(i32.and(i32.eq(status, STATUS.running), isRunner), [found(ORPHAN.running)]),
            // It was saying that nothing refers to the record any more.
            iff(
              i32.and(
                i32.and(isDone, i32.eqz(has(FLAG.released))),
                i32.eq(i32.load(at, RECORD.pending), i32.sub(-1, dead)),
              ),
              [...lifecycle.sayReleased(slot, at, from)],
            ),
            iff(i32.and(isDone, isRunner), [lifecycle.conclude(slot, from)]),
            iff(isHome, [
              iff(i32.and(isDone, has(FLAG.deciding)), [lifecycle.endDecision(slot, from)]),
              iff(i32.eq(status, STATUS.fresh), [found(ORPHAN.toFree)]),
              iff(has(FLAG.submitting), [found(ORPHAN.submitting)]),
              iff(i32.and(isDone, i32.and(has(FLAG.released), i32.eqz(has(FLAG.listed)))), [
                found(ORPHAN.toFree),
              ]),
            ]),
            set(from, i32.add(from, 1)),
            br(next),
          ]),
        ]),
        ret(0),
      ];
    },
  );

  /** Decides a task whose submission broke off, and ends the count that submission held. */
  m.export(
    "abort",
    { slot: "i32", index: "i32", tag: "i32" },
    "void",
    ({ slot, index, tag }, f) => {
      const { at } = f.locals({ at: "i32" });
      return [
        set(at, record(index)),
        drop(lifecycle.decide(slot, index, tag)),
        drop(i32.atomic.and(at, ~FLAG.submitting, RECORD.flags)),
        ...lifecycle.unpend(slot, at, index),
      ];
    },
  );
}
