/** Records: where they are, taking and giving them back. Free records belong to the slot that used them. */

import { MAX_SLOTS } from "../../memory/layout.ts";
import type { Callable, ModuleBuilder } from "../../wasm/module.ts";
import {
  type Body,
  block,
  br,
  brIf,
  type Expr,
  i32,
  i64,
  iff,
  loop,
  ret,
  type Statement,
  set,
  tee,
} from "../../wasm/ops.ts";
import {
  MAX_RECORDS,
  RECORD,
  RECORD_BUMP,
  RECORD_STRIDE,
  RECORDS,
  SLOT,
  SLOT_STRIDE,
  SLOTS,
  STATUS,
} from "../layout.ts";

type I32 = Expr<"i32">;

export const record = (index: I32): I32 => i32.add(i32.mul(index, RECORD_STRIDE), RECORDS);
export const slotOf = (slot: I32): I32 => i32.add(i32.mul(slot, SLOT_STRIDE), SLOTS);

/** Records taken from the common supply at once. */
const BATCH = 32;

/** Makes a record or an extension empty. */
const clear = (at: I32, status: number): Body => [
  i32.store(at, 0, RECORD.waiters),
  i64.store(at, 0n, RECORD.set),
  i32.store(at, 0, RECORD.queueNext),
  i32.store(at, 0, RECORD.extension),
  i32.store(at, 0, RECORD.serial),
  i32.store(at, 0, RECORD.flags),
  i64.store(at, 0n, RECORD.result),
  i64.store(at, 0n, RECORD.tags),
  i32.atomic.store(at, status, RECORD.status),
];

export interface Records {
  /** An empty record, or 0 where the table is full. */
  readonly take: Callable<"i32">;
  /** Puts a record and its extensions back; their references are given back already. */
  readonly putBack: Callable<"void">;
}

export function defineRecords(m: ModuleBuilder): Records {
  // One stretch of code: a thread that dies loses none of them.
  const refill = m.define("refill", { slot: "i32" }, "void", ({ slot }, f) => {
    const { first } = f.locals({ first: "i32" });
    const link = (i: number): Statement =>
      i32.store(
        record(i32.add(first, i)),
        i === BATCH - 1 ? 0 : i32.add(first, i + 1),
        RECORD.queueNext,
      );
    return [
      iff(i32.geU(i32.atomic.load(RECORD_BUMP), MAX_RECORDS - MAX_SLOTS * BATCH), [ret()]),
      set(first, i32.atomic.add(RECORD_BUMP, BATCH)),
      ...Array.from({ length: BATCH }, (_, i) => link(i)),
      i32.store(slotOf(slot), first, SLOT.freeList),
    ];
  });

  const take = m.export("take", { slot: "i32" }, "i32", ({ slot }, f) => {
    const { index, at } = f.locals({ index: "i32", at: "i32" });
    return [
      set(index, i32.load(slotOf(slot), SLOT.freeList)),
      iff(i32.eqz(index), [
        refill(slot),
        set(index, i32.load(slotOf(slot), SLOT.freeList)),
        iff(i32.eqz(index), [ret(0)]),
      ]),
      set(at, record(index)),
      i32.store(slotOf(slot), i32.load(at, RECORD.queueNext), SLOT.freeList),
      ...clear(at, STATUS.fresh),
      i32.store8(at, slot, RECORD.home),
      ret(index),
    ];
  });

  /** Hangs an empty extension onto a record, behind `last` (the record itself or its last extension). */
  m.export(
    "extend",
    { slot: "i32", owner: "i32", last: "i32" },
    "i32",
    ({ slot, owner, last }, f) => {
      const { index, at } = f.locals({ index: "i32", at: "i32" });
      return [
        set(index, take(slot)),
        iff(i32.eqz(index), [ret(0)]),
        set(at, record(index)),
        i32.store(at, owner, RECORD.handle),
        i32.atomic.store(at, STATUS.extension, RECORD.status),
        i32.store(record(last), index, RECORD.extension),
        ret(index),
      ];
    },
  );

  // Extensions first: until its own end the record still says that it is to be freed.
  const putBack = m.define(
    "putBack",
    { slot: "i32", index: "i32" },
    "void",
    ({ slot, index }, f) => {
      const { at, extension } = f.locals({ at: "i32", extension: "i32" });
      const toFreeList = (which: I32): Body => [
        i32.store(record(which), i32.load(slotOf(slot), SLOT.freeList), RECORD.queueNext),
        i32.atomic.store(record(which), STATUS.free, RECORD.status),
        i32.store(slotOf(slot), which, SLOT.freeList),
      ];
      return [
        set(at, record(index)),
        block((done) => [
          loop((again) => [
            brIf(done, i32.eqz(tee(extension, i32.load(at, RECORD.extension)))),
            i32.store(at, i32.load(record(extension), RECORD.extension), RECORD.extension),
            ...toFreeList(extension),
            br(again),
          ]),
        ]),
        ...toFreeList(index),
      ];
    },
  );

  return { take, putBack };
}
