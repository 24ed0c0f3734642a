/**
 * The stealable deques, one for each slot and class: Chase and Lev, "Dynamic circular work-stealing deque"
 * (2005). The owner pushes and pops at the bottom, any thread steals at the top. Atomics of WebAssembly are
 * sequentially consistent, so no further fences are needed. Rings are replaced when full and never freed:
 * a thief may still read the old one.
 */

import type { Callable, ModuleBuilder } from "../../wasm/module.ts";
import {
  block,
  br,
  brIf,
  type Expr,
  i32,
  iff,
  loop,
  ret,
  select,
  set,
  unreachable,
} from "../../wasm/ops.ts";
import {
  DEQUE,
  DEQUE_STRIDE,
  FIRST_RING_LENGTH,
  MAX_RING_BYTES,
  RING_BYTES,
  RING_ITEMS,
  SLOT,
} from "../layout.ts";
import { slotOf } from "./records.ts";

type I32 = Expr<"i32">;

const dequeOf = (slot: I32, cls: I32): I32 =>
  i32.add(i32.add(slotOf(slot), i32.mul(cls, DEQUE_STRIDE)), SLOT.deques);
const item = (ring: I32, position: I32): I32 =>
  i32.add(ring, i32.shl(i32.and(position, i32.load(ring)), 2));

export interface Deques {
  /** Pushes a record; the same stretch of code ends its being on the way (`SLOT.moving`). */
  readonly push: Callable<"void">;
  readonly pop: Callable<"i32">;
  readonly steal: Callable<"i32">;
}

export function defineDeques(m: ModuleBuilder): Deques {
  const grow = m.define(
    "grow",
    { deque: "i32", top: "i32", bottom: "i32" },
    "void",
    ({ deque, top, bottom }, f) => {
      const { old, ring, length } = f.locals({ old: "i32", ring: "i32", length: "i32" });
      const bytes = i32.add(i32.shl(length, 2), RING_ITEMS);
      return [
        set(old, i32.load(deque, DEQUE.ring)),
        set(length, i32.const(FIRST_RING_LENGTH)),
        iff(old, [set(length, i32.shl(i32.add(i32.load(old), 1), 1))]),
        set(ring, i32.add(i32.atomic.add(RING_BYTES, bytes), bytes)),
        iff(i32.gtU(ring, MAX_RING_BYTES), [unreachable]),
        set(ring, i32.sub(0, ring)),
        i32.store(ring, i32.sub(length, 1)),
        block((done) => [
          loop((next) => [
            brIf(done, i32.geS(i32.const(0), i32.sub(bottom, top))),
            i32.store(item(ring, top), i32.load(item(old, top), RING_ITEMS), RING_ITEMS),
            set(top, i32.add(top, 1)),
            br(next),
          ]),
        ]),
        i32.atomic.store(deque, ring, DEQUE.ring),
      ];
    },
  );

  const push = m.define(
    "push",
    { slot: "i32", cls: "i32", index: "i32" },
    "void",
    ({ slot, cls, index }, f) => {
      const { deque, top, bottom, ring } = f.locals({
        deque: "i32",
        top: "i32",
        bottom: "i32",
        ring: "i32",
      });
      return [
        set(deque, dequeOf(slot, cls)),
        set(bottom, i32.load(deque, DEQUE.bottom)),
        set(top, i32.atomic.load(deque, DEQUE.top)),
        set(ring, i32.load(deque, DEQUE.ring)),
        iff(
          ring,
          [set(ring, i32.gtS(i32.sub(bottom, top), i32.load(ring)))],
          [set(ring, i32.const(1))],
        ),
        iff(ring, [grow(deque, top, bottom)]),
        i32.store(item(i32.load(deque, DEQUE.ring), bottom), index, RING_ITEMS),
        i32.atomic.store(deque, i32.add(bottom, 1), DEQUE.bottom),
        i32.store(slotOf(slot), 0, SLOT.moving),
      ];
    },
  );

  const pop = m.define("pop", { slot: "i32", cls: "i32" }, "i32", ({ slot, cls }, f) => {
    const { deque, top, bottom, index } = f.locals({
      deque: "i32",
      top: "i32",
      bottom: "i32",
      index: "i32",
    });
    return [
      set(deque, dequeOf(slot, cls)),
      set(bottom, i32.load(deque, DEQUE.bottom)),
      iff(i32.eq(bottom, i32.atomic.load(deque, DEQUE.top)), [ret(0)]),
      set(bottom, i32.sub(bottom, 1)),
      i32.atomic.store(deque, bottom, DEQUE.bottom),
      set(top, i32.atomic.load(deque, DEQUE.top)),
      iff(i32.ltS(i32.sub(bottom, top), 0), [i32.atomic.store(deque, top, DEQUE.bottom), ret(0)]),
      set(index, i32.load(item(i32.load(deque, DEQUE.ring), bottom), RING_ITEMS)),
      iff(i32.eq(bottom, top), [
        // The last one: thieves may want it too.
        iff(i32.ne(i32.atomic.compareExchange(deque, top, i32.add(top, 1), DEQUE.top), top), [
          set(index, 0),
        ]),
        i32.atomic.store(deque, i32.add(bottom, 1), DEQUE.bottom),
      ]),
      ret(index),
    ];
  });

  const steal = m.define("steal", { victim: "i32", cls: "i32" }, "i32", ({ victim, cls }, f) => {
    const { deque, top, index } = f.locals({ deque: "i32", top: "i32", index: "i32" });
    return [
      set(deque, dequeOf(victim, cls)),
      set(top, i32.atomic.load(deque, DEQUE.top)),
      iff(i32.leS(i32.sub(i32.atomic.load(deque, DEQUE.bottom), top), 0), [ret(0)]),
      set(index, i32.load(item(i32.atomic.load(deque, DEQUE.ring), top), RING_ITEMS)),
      ret(
        select(
          i32.eq(i32.atomic.compareExchange(deque, top, i32.add(top, 1), DEQUE.top), top),
          index,
          -1,
        ),
      ),
    ];
  });

  return { push, pop, steal };
}
