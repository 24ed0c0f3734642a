/**
 * The queues of processor sets: tasks that only some threads may run, first in first out, a queue for each
 * set and class, linked through the records and guarded by a lock.
 */

import { acquire, release } from "../../memory/lock.ts";
import type { Callable, ModuleBuilder } from "../../wasm/module.ts";
import {
  type Body,
  brIf,
  drop,
  type Expr,
  i32,
  i64,
  iff,
  type Local,
  loop,
  ret,
  set,
} from "../../wasm/ops.ts";
import {
  MAX_SETS,
  RECORD,
  SET,
  SET_COUNT,
  SET_LOCK,
  SET_QUEUE,
  SET_QUEUE_STRIDE,
  SET_READY,
  SET_STRIDE,
  SETS,
  SLOT,
} from "../layout.ts";
import { record, slotOf } from "./records.ts";

type I32 = Expr<"i32">;

const setOf = (id: I32): I32 => i32.add(i32.mul(id, SET_STRIDE), SETS);
const queueOf = (id: I32, cls: I32): I32 =>
  i32.add(i32.add(setOf(id), i32.mul(cls, SET_QUEUE_STRIDE)), SET.queues);

/** Whether a slot belongs to a set: one bit a slot. */
export const isMember = (id: I32, slot: I32): I32 =>
  i32.and(
    i32.shrU(i32.load8U(i32.add(setOf(id), i32.shrU(slot, 3)), SET.members), i32.and(slot, 7)),
    1,
  );

export interface SetQueues {
  readonly put: Callable<"void">;
  /** The first task of a class in the queues of all sets the slot belongs to, or 0. */
  readonly takeFor: Callable<"i32">;
}

export function defineSetQueues(m: ModuleBuilder): SetQueues {
  const put = m.define(
    "put",
    { slot: "i32", id: "i32", cls: "i32", index: "i32" },
    "void",
    ({ slot, id, cls, index }, f) => {
      const { queue, tail, seen, spins } = f.locals({
        queue: "i32",
        tail: "i32",
        seen: "i32",
        spins: "i32",
      });
      return [
        set(queue, queueOf(id, cls)),
        i32.store(record(index), 0, RECORD.queueNext),
        ...acquire(queue, slot, seen, spins),
        set(tail, i32.load(queue, SET_QUEUE.tail)),
        iff(
          tail,
          [i32.store(record(tail), index, RECORD.queueNext)],
          [i32.atomic.store(queue, index, SET_QUEUE.head)],
        ),
        i32.store(queue, index, SET_QUEUE.tail),
        drop(i32.atomic.add(SET_READY, 1)),
        i32.store(slotOf(slot), 0, SLOT.moving),
        release(queue),
      ];
    },
  );

  type Scratch = Local<"i32">;
  const takeFrom = (slot: I32, queue: I32, index: Scratch, seen: Scratch, spins: Scratch): Body => [
    ...acquire(queue, slot, seen, spins),
    set(index, i32.load(queue, SET_QUEUE.head)),
    iff(index, [
      set(seen, i32.load(record(index), RECORD.queueNext)),
      i32.atomic.store(queue, seen, SET_QUEUE.head),
      iff(i32.eqz(seen), [i32.store(queue, 0, SET_QUEUE.tail)]),
      drop(i32.atomic.sub(SET_READY, 1)),
    ]),
    release(queue),
  ];

  const takeFor = m.define("takeFor", { slot: "i32", cls: "i32" }, "i32", ({ slot, cls }, f) => {
    const { id, count, queue, index, seen, spins } = f.locals({
      id: "i32",
      count: "i32",
      queue: "i32",
      index: "i32",
      seen: "i32",
      spins: "i32",
    });
    return [
      iff(i32.eqz(i32.atomic.load(SET_READY)), [ret(0)]),
      set(count, i32.atomic.load(SET_COUNT)),
      set(id, 1),
      iff(i32.leU(count, 1), [ret(0)]),
      loop((next) => [
        iff(isMember(id, slot), [
          set(queue, queueOf(id, cls)),
          iff(i32.atomic.load(queue, SET_QUEUE.head), [
            ...takeFrom(slot, queue, index, seen, spins),
            iff(index, [ret(index)]),
          ]),
        ]),
        set(id, i32.add(id, 1)),
        brIf(next, i32.ltU(id, count)),
      ]),
      ret(0),
    ];
  });

  // The members come as four words of 64 slots each.
  m.export(
    "addSet",
    { slot: "i32", m0: "i64", m1: "i64", m2: "i64", m3: "i64" },
    "i32",
    ({ slot, m0, m1, m2, m3 }, f) => {
      const { id, seen, spins } = f.locals({ id: "i32", seen: "i32", spins: "i32" });
      return [
        ...acquire(SET_LOCK, slot, seen, spins),
        set(id, i32.load(SET_COUNT)),
        iff(i32.geU(id, MAX_SETS), [release(SET_LOCK), ret(0)]),
        ...[m0, m1, m2, m3].map((word, at) => i64.store(setOf(id), word, SET.members + at * 8)),
        i32.atomic.store(SET_COUNT, i32.add(id, 1)),
        release(SET_LOCK),
        ret(id),
      ];
    },
  );

  return { put, takeFor };
}
