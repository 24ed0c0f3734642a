/**
 * Sleep and wake. A thread that finds nothing declares itself asleep, looks once more, and sleeps on a word of
 * its own; who makes work visible looks at the count of sleepers after that and wakes one that may run it. So
 * either the sleeper sees the work or the waker sees the sleeper.
 */

import type { Callable, ModuleBuilder } from "../../wasm/module.ts";
import {
  brIf,
  drop,
  type Expr,
  i32,
  iff,
  loop,
  notify,
  ret,
  select,
  set,
  tee,
} from "../../wasm/ops.ts";
import {
  ARMED,
  PARK,
  QUIET_WANTED,
  SLEEPERS,
  SLOT,
  SLOT_COUNT,
  SLOT_STRIDE,
  SLOTS,
} from "../layout.ts";
import { slotOf } from "./records.ts";
import { isMember } from "./set-queues.ts";

type I32 = Expr<"i32">;

export interface Parking {
  /** Wakes one sleeping thread of the set (0: any that is not narrow). */
  readonly wakeOne: Callable<"void">;
  /** Wakes all threads: one died that may have owed somebody a wake-up. */
  readonly wakeAll: Callable<"void">;
  /** Wakes the thread of a slot that waits for its own tasks. */
  readonly wakeHome: Callable<"void">;
  readonly declareAsleep: Callable<"void">;
  readonly declareAwake: Callable<"void">;
}

/** Only the thread of a slot waits on its word, but it may do so twice: in the core, and from before in its event loop. */
const ALL_WAITERS = -1;

/** `wakeControl` tells the control thread, outside of this module, to look at its notices. */
export function defineParking(m: ModuleBuilder, wakeControl: Callable<"void">): Parking {
  /** Ends the sleep of a slot, once, whoever does it. */
  const rouse = m.define("rouse", { at: "i32", how: "i32" }, "i32", ({ at, how }) => [
    iff(i32.ne(i32.atomic.compareExchange(at, how, PARK.awake, SLOT.park), how), [ret(0)]),
    drop(i32.atomic.sub(SLEEPERS, 1)),
    drop(notify(at, ALL_WAITERS, SLOT.park)),
    ret(1),
  ]);

  const wakeOne = m.define("wakeOne", { set_: "i32" }, "void", ({ set_ }, f) => {
    const { slot, count, at, how } = f.locals({
      slot: "i32",
      count: "i32",
      at: "i32",
      how: "i32",
    });
    return [
      iff(i32.leS(i32.atomic.load(SLEEPERS), 0), [ret()]),
      set(count, i32.load(SLOT_COUNT)),
      set(slot, 1),
      set(at, SLOTS + SLOT_STRIDE),
      loop((next) => [
        iff(i32.geU(slot, count), [ret()]),
        iff(select(set_, isMember(set_, slot), i32.eqz(i32.load(at, SLOT.narrow))), [
          set(how, i32.atomic.load(at, SLOT.park)),
          iff(how, [iff(rouse(at, how), [ret()])]),
        ]),
        set(slot, i32.add(slot, 1)),
        set(at, i32.add(at, SLOT_STRIDE)),
        brIf(next, i32.const(1)),
      ]),
    ];
  });

  // Also notifies those awake: the dead thread may have roused one and not said so.
  const wakeAll = m.define("wakeAll", {}, "void", (_, f) => {
    const { slot, at, how } = f.locals({ slot: "i32", at: "i32", how: "i32" });
    return [
      set(slot, i32.load(SLOT_COUNT)),
      loop((next) => [
        set(slot, i32.sub(slot, 1)),
        set(at, slotOf(slot)),
        iff(tee(how, i32.atomic.load(at, SLOT.park)), [drop(rouse(at, how))]),
        drop(notify(at, ALL_WAITERS, SLOT.park)),
        brIf(next, slot),
      ]),
    ];
  });

  const wakeHome = m.define("wakeHome", { home: "i32" }, "void", ({ home }, f) => {
    const { at } = f.locals({ at: "i32" });
    return [
      set(at, slotOf(home)),
      iff(
        home,
        // A compute thread with tasks of its own sleeps in its event loop.
        [drop(rouse(at, PARK.loop))],
        [
          iff(
            i32.eq(i32.atomic.compareExchange(at, ARMED.all, ARMED.nothing, SLOT.armed), ARMED.all),
            [wakeControl()],
          ),
        ],
      ),
    ];
  });

  const declareAsleep = m.define(
    "declareAsleep",
    { slot: "i32", how: "i32" },
    "void",
    ({ slot, how }, f) => {
      const { sleepers } = f.locals({ sleepers: "i32" });
      return [
        i32.atomic.store(slotOf(slot), how, SLOT.park),
        set(sleepers, i32.add(i32.atomic.add(SLEEPERS, 1), 1)),
        iff(i32.geS(sleepers, i32.sub(i32.load(SLOT_COUNT), 1)), [
          iff(i32.atomic.load(QUIET_WANTED), [
            iff(i32.atomic.exchange(QUIET_WANTED, 0), [wakeControl()]),
          ]),
        ]),
      ];
    },
  );

  const declareAwake = m.export("declareAwake", { slot: "i32" }, "void", ({ slot }, f) => {
    const { at, how } = f.locals({ at: "i32", how: "i32" });
    const isAsleep = (word: I32): I32 => i32.ne(word, PARK.awake);
    return [
      set(at, slotOf(slot)),
      set(how, i32.atomic.load(at, SLOT.park)),
      iff(isAsleep(how), [
        iff(i32.eq(i32.atomic.compareExchange(at, how, PARK.awake, SLOT.park), how), [
          drop(i32.atomic.sub(SLEEPERS, 1)),
        ]),
      ]),
    ];
  });

  /** Makes a thread look at its event loop. */
  m.export("sendMail", { slot: "i32" }, "void", ({ slot }, f) => {
    const { how } = f.locals({ how: "i32" });
    return [
      i32.atomic.store(slotOf(slot), 1, SLOT.mail),
      iff(tee(how, i32.atomic.load(slotOf(slot), SLOT.park)), [drop(rouse(slotOf(slot), how))]),
    ];
  });

  return { wakeOne, wakeAll, wakeHome, declareAsleep, declareAwake };
}
