/**
 * Finding the next task: most urgent class first, and in a class the queues of narrow scopes, then the own
 * deque, then those of the others. A narrow thread looks at the queues of its scopes alone; what it has in its
 * own deque is for others to take. A short spin, then sleep.
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
  i64,
  iff,
  loop,
  ret,
  set,
  tee,
  wait32,
  wrap,
} from "../../wasm/ops.ts";
import { CLASSES_IN_USE, PARK, RECORD, SET_READY, SLOT, SLOT_COUNT } from "../layout.ts";
import type { Deques } from "./deque.ts";
import { type Lifecycle, topClass } from "./lifecycle.ts";
import type { Parking } from "./parking.ts";
import { record, slotOf } from "./records.ts";
import type { SetQueues } from "./set-queues.ts";

type I32 = Expr<"i32">;

export function defineSearch(
  m: ModuleBuilder,
  parts: {
    readonly deques: Deques;
    readonly setQueues: SetQueues;
    readonly parking: Parking;
    readonly lifecycle: Lifecycle;
  },
): void {
  const { deques, setQueues, parking, lifecycle } = parts;

  /** Steals from each other slot in turn; a lost race with another thief is tried again. */
  const stealAny = m.define("stealAny", { slot: "i32", cls: "i32" }, "i32", ({ slot, cls }, f) => {
    const { count, victim, tries, index } = f.locals({
      count: "i32",
      victim: "i32",
      tries: "i32",
      index: "i32",
    });
    return [
      set(count, i32.load(SLOT_COUNT)),
      set(victim, slot),
      loop((next) => [
        set(victim, i32.add(victim, 1)),
        iff(i32.geU(victim, count), [set(victim, 0)]),
        iff(i32.ne(victim, slot), [
          loop((again) => [brIf(again, i32.ltS(tee(index, deques.steal(victim, cls)), 0))]),
          iff(index, [
            i32.store(slotOf(slot), i32.add(i32.load(slotOf(slot), SLOT.stolen), 1), SLOT.stolen),
            ret(index),
          ]),
        ]),
        brIf(next, i32.ltU(tee(tries, i32.add(tries, 1)), count)),
      ]),
      ret(0),
    ];
  });

  /** A begun task, or 0. */
  const find = m.define("find", { slot: "i32" }, "i32", ({ slot }, f) => {
    const { classes, top } = f.locals({ classes: "i64", top: "i64" });
    const { cls, index } = f.locals({ cls: "i32", index: "i32" });
    const { at, narrow } = f.locals({ at: "i32", narrow: "i32" });
    const tryBegin = (take: I32, retry: Parameters<typeof brIf>[0]): Body => [
      iff(tee(index, take), [...lifecycle.begin(slot, index, at, [ret(index)]), br(retry)]),
    ];
    return [
      set(narrow, i32.load(slotOf(slot), SLOT.narrow)),
      iff(tee(index, i32.load(slotOf(slot), SLOT.hand)), [
        i32.store(slotOf(slot), 0, SLOT.hand),
        iff(
          // A narrow task goes before the one in hand: else a chain could keep it waiting for ever. So does one
          // of a class that came into use since.
          i32.or(
            i32.atomic.load(SET_READY),
            i32.ne(i32.load8U(record(index), RECORD.class), topClass()),
          ),
          [i32.store(slotOf(slot), index, SLOT.moving), lifecycle.enqueue(slot, index)],
          lifecycle.begin(slot, index, at, [ret(index)]),
        ),
      ]),
      loop((restart) => [
        set(classes, i64.atomic.load(CLASSES_IN_USE)),
        block((none) => [
          loop((next) => [
            brIf(none, i64.eqz(classes)),
            set(top, i64.sub(63n, i64.clz(classes))),
            set(cls, wrap(top)),
            ...tryBegin(setQueues.takeFor(slot, cls), restart),
            iff(i32.eqz(narrow), [
              ...tryBegin(deques.pop(slot, cls), restart),
              ...tryBegin(stealAny(slot, cls), restart),
            ]),
            set(classes, i64.xor(classes, i64.shl(1n, top))),
            br(next),
          ]),
        ]),
      ]),
      ret(0),
    ];
  });

  /** A begun task; looks `spins` times more before giving up with 0. */
  m.export("next", { slot: "i32", spins: "i32" }, "i32", ({ slot, spins }, f) => {
    const { index } = f.locals({ index: "i32" });
    return [
      loop((again) => [
        iff(tee(index, find(slot)), [ret(index)]),
        set(spins, i32.sub(spins, 1)),
        brIf(again, i32.geS(spins, 0)),
      ]),
      ret(0),
    ];
  });

  /** Declares the thread asleep, looks once more and gives what it finds; 0: asleep, whoever wakes it ends that. */
  const lieDown = m.export("lieDown", { slot: "i32", how: "i32" }, "i32", ({ slot, how }, f) => {
    const { index } = f.locals({ index: "i32" });
    return [
      parking.declareAsleep(slot, how),
      iff(tee(index, find(slot)), [parking.declareAwake(slot), ret(index)]),
      ret(0),
    ];
  });

  /** Sleeps in the core until woken or `nanoseconds` have passed (−1: no limit). Gives a begun task or 0. */
  m.export("sleep", { slot: "i32", nanoseconds: "i64" }, "i32", ({ slot, nanoseconds }, f) => {
    const { index } = f.locals({ index: "i32" });
    return [
      iff(tee(index, lieDown(slot, PARK.core)), [ret(index)]),
      iff(i32.atomic.load(slotOf(slot), SLOT.mail), [parking.declareAwake(slot), ret(0)]),
      drop(wait32(slotOf(slot), PARK.core, nanoseconds, SLOT.park)),
      parking.declareAwake(slot),
      ret(find(slot)),
    ];
  });
}
