/**
 * The life of a task: submitted, waiting for its arguments, ready, running, done, released. Whoever moves the
 * status word owns the step; results are decided once, by the first of run, failure and cancellation.
 *
 * `pending` counts the arguments to come, one until submitted and one until run (or dropped from its queue).
 * At 1 only the run is left: the task is ready. At 0 nothing refers to the record: it is released.
 */

import { retain, unretain } from "../../memory/chunk-table.ts";
import type { Callable, ModuleBuilder } from "../../wasm/module.ts";
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
  type Local,
  loop,
  ret,
  type Statement,
  set,
  tee,
  wrap,
} from "../../wasm/ops.ts";
import {
  CLASSES_IN_USE,
  CLOSED,
  FLAG,
  NO_RUNNER,
  PLACE,
  PLACE_LIST,
  RECORD,
  RECORD_STRIDE,
  RECORDS,
  SLOT,
  STATUS,
  TAG,
} from "../layout.ts";
import type { Deques } from "./deque.ts";
import type { Parking } from "./parking.ts";
import { type Records, record, slotOf } from "./records.ts";
import type { SetQueues } from "./set-queues.ts";

type I32 = Expr<"i32">;

export interface Parts {
  readonly records: Records;
  readonly deques: Deques;
  readonly setQueues: SetQueues;
  readonly parking: Parking;
  /** Frees a chunk whose last reference is gone. */
  readonly chunkDrop: Callable<"i32">;
  readonly wakeControl: Callable<"void">;
}

export interface Lifecycle {
  /** Puts a ready record, named by `SLOT.moving`, into the queue it belongs to. */
  readonly enqueue: Callable<"void">;
  /** Ends what deciding a result began: tells successors and home. Can be resumed by another thread. */
  readonly conclude: Callable<"void">;
  /** Pushes the record named by `SLOT.telling` of a slot into the notices of its home. */
  readonly tell: Callable<"void">;
  readonly decide: Callable<"i32">;
  /** The rest of `decide` for a task in a queue or at work. */
  readonly endDecision: Callable<"void">;
  /** Tells the home that nothing refers to the record any more. */
  sayReleased(slot: I32, at: I32, index: I32): Body;
  /** ready → running, in the same stretch of code that took the record from its queue. */
  begin(slot: I32, index: I32, at: Local<"i32">, begun: Body): Body;
  /** Ends a count that keeps the record; releases it with the last. */
  unpend(slot: I32, at: I32, index: I32): Body;
  /** Gives back the chunk that the thread of slot `of` left as a result. */
  discardResult(slot: I32, of: I32, chunk: Local<"i32">): Body;
}

const statusOf = (at: I32): I32 => i32.atomic.load(at, RECORD.status);
const moveStatus = (at: I32, from: number, to: number): I32 =>
  i32.eq(i32.atomic.compareExchange(at, from, to, RECORD.status), from);

/** The record that a slot address lies in, extension or not. */
const holderOf = (slotAddress: I32): I32 => i32.and(slotAddress, ~(RECORD_STRIDE - 1));
/** Address of the tag byte of a slot address. */
const tagOf = (slotAddress: I32): I32 =>
  i32.add(
    i32.add(holderOf(slotAddress), RECORD.tags),
    i32.shrU(i32.sub(i32.and(slotAddress, RECORD_STRIDE - 1), RECORD.slots), 3),
  );
const indexOf = (at: I32): I32 => i32.divU(i32.sub(at, RECORDS), RECORD_STRIDE);
const isReference = (tag: I32): I32 =>
  i32.or(i32.or(i32.eq(tag, TAG.chunk), i32.eq(tag, TAG.error)), i32.eq(tag, TAG.functionChunk));

/** The most urgent class ever used. */
export const topClass = (): I32 => wrap(i64.sub(63n, i64.clz(i64.atomic.load(CLASSES_IN_USE))));

export function defineLifecycle(m: ModuleBuilder, parts: Parts): Lifecycle {
  const { records, deques, setQueues, parking, chunkDrop, wakeControl } = parts;

  // --- Notices: telling the home -------------------------------------------------------------------

  const tell = m.define("tell", { slot: "i32" }, "void", ({ slot }, f) => {
    const { index, at, home, head } = f.locals({
      index: "i32",
      at: "i32",
      home: "i32",
      head: "i32",
    });
    return [
      set(index, i32.load(slotOf(slot), SLOT.telling)),
      set(at, record(index)),
      set(home, i32.load8U(at, RECORD.home)),
      block((done) => [
        loop((again) => [
          set(head, i32.atomic.load(slotOf(home), SLOT.notices)),
          i32.store(at, head, RECORD.noticeNext),
          brIf(
            done,
            i32.eq(i32.atomic.compareExchange(slotOf(home), head, index, SLOT.notices), head),
          ),
          br(again),
        ]),
      ]),
      i32.store(slotOf(slot), 0, SLOT.telling),
      // Read after listing: who asks to be woken looks at the notices after asking.
      iff(i32.and(i32.atomic.load(at, RECORD.flags), FLAG.notify), [parking.wakeHome(home)]),
    ];
  });

  /** Lists a done record with its home unless it is listed, and adds `more` flags. */
  const notice = (slot: I32, at: I32, index: I32, more: number): Body => [
    i32.store(slotOf(slot), index, SLOT.telling),
    iff(
      i32.and(i32.atomic.or(at, more | FLAG.listed, RECORD.flags), FLAG.listed),
      [
        i32.store(slotOf(slot), 0, SLOT.telling),
        // Somebody else is listing it; the wish to be woken may have come after.
        iff(i32.and(i32.atomic.load(at, RECORD.flags), FLAG.notify), [
          parking.wakeHome(i32.load8U(at, RECORD.home)),
        ]),
      ],
      [tell(slot)],
    ),
  ];

  /** One reason less to keep the record; with the last it names who will say so, should that thread die. */
  const unpend = (slot: I32, at: I32, index: I32): Body => [
    iff(i32.eq(i32.atomic.sub(at, 1, RECORD.pending), 1), [
      i32.store(at, i32.sub(-1, slot), RECORD.pending),
      ...notice(slot, at, index, FLAG.released),
    ]),
  ];

  // --- Ready ---------------------------------------------------------------------------------------

  const enqueue = m.export(
    "enqueue",
    { slot: "i32", index: "i32" },
    "void",
    ({ slot, index }, f) => {
      const { at, set_, head } = f.locals({ at: "i32", set_: "i32", head: "i32" });
      return [
        set(at, record(index)),
        set(set_, i32.load16U(at, RECORD.set)),
        iff(i32.eqz(set_), [
          deques.push(slot, i32.load8U(at, RECORD.class), index),
          parking.wakeOne(0),
          ret(),
        ]),
        iff(i32.eq(set_, PLACE), [
          block((done) => [
            loop((again) => [
              set(head, i32.atomic.load(PLACE_LIST)),
              i32.store(at, head, RECORD.queueNext),
              brIf(done, i32.eq(i32.atomic.compareExchange(PLACE_LIST, head, index), head)),
              br(again),
            ]),
          ]),
          i32.store(slotOf(slot), 0, SLOT.moving),
          iff(i32.atomic.exchange(slotOf(i32.const(0)), 0, SLOT.armed), [wakeControl()]),
          ret(),
        ]),
        setQueues.put(slot, set_, i32.load8U(at, RECORD.class), index),
        parking.wakeOne(set_),
      ];
    },
  );

  /**
   * waiting → ready, into a queue. A thread that takes its next task right away (`SLOT.keeps`) keeps the first
   * one in its hand, with nobody woken for it.
   */
  const makeReady = (slot: I32, at: I32, index: I32): Body => [
    iff(moveStatus(at, STATUS.waiting, STATUS.ready), [
      iff(
        i32.and(
          i32.and(i32.load(slotOf(slot), SLOT.keeps), i32.eqz(i32.load(slotOf(slot), SLOT.hand))),
          i32.and(
            i32.eqz(i32.load16U(at, RECORD.set)),
            i32.eq(i32.load8U(at, RECORD.class), topClass()),
          ),
        ),
        [i32.store(slotOf(slot), index, SLOT.hand)],
        [i32.store(slotOf(slot), index, SLOT.moving), enqueue(slot, index)],
      ),
    ]),
  ];

  /** Puts the task in hand into its queue, for a thread that will not take it at once after all. */
  m.export("openHand", { slot: "i32" }, "void", ({ slot }, f) => {
    const { index } = f.locals({ index: "i32" });
    return [
      iff(tee(index, i32.load(slotOf(slot), SLOT.hand)), [
        i32.store(slotOf(slot), 0, SLOT.hand),
        i32.store(slotOf(slot), index, SLOT.moving),
        enqueue(slot, index),
      ]),
    ];
  });

  /** An argument arrived, or will not. A task with a failed argument is ready at once, to fail. */
  const arrived = (slot: I32, at: I32, index: I32, failed: I32, left: Local<"i32">): Body => [
    set(left, i32.sub(i32.atomic.sub(at, 1, RECORD.pending), 1)),
    iff(
      left,
      [iff(i32.or(i32.eq(left, 1), failed), makeReady(slot, at, index))],
      [i32.store(at, i32.sub(-1, slot), RECORD.pending), ...notice(slot, at, index, FLAG.released)],
    ),
  ];

  /** Writes a result into an argument slot; each slot owns a reference of its own. */
  const giveResult = (from: I32, to: I32, tag: Local<"i32">): Body => [
    set(tag, i32.load8U(from, RECORD.resultTag)),
    // An ordering edge carries no value, but a failure.
    iff(
      i32.or(i32.ne(i32.load8U(tagOf(to)), TAG.order), i32.eq(tag, TAG.error)),
      [
        iff(isReference(tag), [retain(i32.load(from, RECORD.result))]),
        i64.store(to, i64.load(from, RECORD.result)),
        i32.store8(tagOf(to), tag),
      ],
      [i32.store8(tagOf(to), TAG.none)],
    ),
  ];

  // --- Submitting ------------------------------------------------------------------------------------

  m.export("submit", { slot: "i32", index: "i32" }, "void", ({ slot, index }, f) => {
    const { at, part, position, to, from, head, tag, failed } = f.locals({
      at: "i32",
      part: "i32",
      position: "i32",
      to: "i32",
      from: "i32",
      head: "i32",
      tag: "i32",
      failed: "i32",
    });
    const isEdge = i32.or(i32.eq(tag, TAG.edge), i32.eq(tag, TAG.order));
    return [
      set(at, record(index)),
      i32.store(at, 2, RECORD.pending),
      i32.store(at, FLAG.submitting, RECORD.flags),
      i32.atomic.store(at, STATUS.waiting, RECORD.status),
      set(part, at),
      block((linked) => [
        loop((nextSlot) => [
          iff(i32.geU(position, i32.load8U(part, RECORD.count)), [
            brIf(linked, i32.eqz(i32.load(part, RECORD.extension))),
            set(part, record(i32.load(part, RECORD.extension))),
            set(position, 0),
            br(nextSlot),
          ]),
          set(to, i32.add(i32.add(part, RECORD.slots), i32.shl(position, 3))),
          set(tag, i32.load8U(i32.add(part, position), RECORD.tags)),
          iff(isEdge, [
            set(from, record(i32.load(to))),
            set(head, i32.atomic.load(from, RECORD.waiters)),
            iff(
              i32.ltS(head, 0),
              [...giveResult(from, to, tag), set(failed, i32.or(failed, i32.eq(tag, TAG.error)))],
              [
                // Linked in one stretch; a lost race undoes the count and tries again.
                drop(i32.atomic.add(at, 1, RECORD.pending)),
                i32.store(to, head),
                iff(
                  i32.ne(
                    i32.atomic.compareExchange(from, head, i32.shrU(to, 3), RECORD.waiters),
                    head,
                  ),
                  [
                    i32.store(to, indexOf(from)),
                    drop(i32.atomic.sub(at, 1, RECORD.pending)),
                    br(nextSlot),
                  ],
                ),
              ],
            ),
          ]),
          set(position, i32.add(position, 1)),
          br(nextSlot),
        ]),
      ]),
      drop(i32.atomic.and(at, ~FLAG.submitting, RECORD.flags)),
      ...arrived(slot, at, index, failed, head),
    ];
  });

  // --- Deciding a result -------------------------------------------------------------------------------

  /** Hands the result to everybody who waits for it. What is left of the list stays in the record. */
  const release = (slot: I32, at: I32, scratch: () => Local<"i32">): Body => {
    const [to, word, successor, tag, left] = [
      scratch(),
      scratch(),
      scratch(),
      scratch(),
      scratch(),
    ];
    return [
      drop(i32.atomic.or(at, CLOSED, RECORD.waiters)),
      block((done) => [
        loop((next) => [
          set(word, i32.and(i32.atomic.load(at, RECORD.waiters), ~CLOSED)),
          brIf(done, i32.eqz(word)),
          set(to, i32.shl(word, 3)),
          i32.atomic.store(at, i32.or(i32.load(to), CLOSED), RECORD.waiters),
          set(successor, holderOf(to)),
          ...giveResult(at, to, tag),
          iff(i32.eq(statusOf(successor), STATUS.extension), [
            set(successor, record(i32.load(successor, RECORD.handle))),
          ]),
          ...arrived(slot, successor, indexOf(successor), i32.eq(tag, TAG.error), left),
          br(next),
        ]),
      ]),
    ];
  };

  const conclude = m.export(
    "conclude",
    { slot: "i32", index: "i32" },
    "void",
    ({ slot, index }, f) => {
      const { at } = f.locals({ at: "i32" });
      return [
        set(at, record(index)),
        ...release(slot, at, () => f.local("i32")),
        // Still awaited arguments keep the record; its home need not wait for them.
        iff(i32.ne(i32.atomic.load(at, RECORD.pending), 1), notice(slot, at, index, 0)),
        i32.store8(at, NO_RUNNER, RECORD.runner),
        ...unpend(slot, at, index),
      ];
    },
  );

  const dropReference = (slot: I32, chunk: Local<"i32">): Statement =>
    iff(i32.eq(unretain(chunk), 1), [
      iff(i32.eq(chunkDrop(slot, chunk), 2), [
        iff(i32.atomic.exchange(slotOf(i32.const(0)), 0, SLOT.armed), [wakeControl()]),
      ]),
    ]);

  /** Gives back the chunk that a thread left as a result. */
  const discardResult = (slot: I32, of: I32, chunk: Local<"i32">): Body => [
    iff(tee(chunk, i32.load(slotOf(of), SLOT.passing)), [
      i32.store(slotOf(of), 0, SLOT.passing),
      dropReference(slot, chunk),
    ]),
  ];

  const writeResult = (slot: I32, at: I32, tag: I32): Body => [
    i64.store(at, i64.load(slotOf(slot), SLOT.result), RECORD.result),
    i32.store8(at, tag, RECORD.resultTag),
    i32.store(slotOf(slot), 0, SLOT.passing),
  ];

  /** The result of a running task, left in `SLOT.result`. 0 where it was decided before; then ours is given back. */
  m.export(
    "finish",
    { slot: "i32", index: "i32", tag: "i32", keeps: "i32" },
    "i32",
    ({ slot, index, tag, keeps }, f) => {
      const { at } = f.locals({ at: "i32" });
      return [
        set(at, record(index)),
        i32.store(slotOf(slot), keeps, SLOT.keeps),
        iff(
          moveStatus(at, STATUS.running, STATUS.done),
          [
            ...writeResult(slot, at, tag),
            conclude(slot, index),
            i32.store(slotOf(slot), 0, SLOT.keeps),
            ret(1),
          ],
          [
            i32.store(slotOf(slot), 0, SLOT.keeps),
            ...discardResult(slot, slot, f.local("i32")),
            i32.store8(at, NO_RUNNER, RECORD.runner),
            ...unpend(slot, at, index),
          ],
        ),
        ret(0),
      ];
    },
  );

  /** running → ready: the task is run again, by the threads of another set if need be. */
  m.export(
    "again",
    { slot: "i32", index: "i32", set_: "i32" },
    "void",
    ({ slot, index, set_ }, f) => {
      const { at } = f.locals({ at: "i32" });
      return [
        set(at, record(index)),
        i32.store16(at, set_, RECORD.set),
        iff(
          moveStatus(at, STATUS.running, STATUS.ready),
          [
            i32.store8(at, NO_RUNNER, RECORD.runner),
            i32.store(slotOf(slot), index, SLOT.moving),
            enqueue(slot, index),
            ret(),
          ],
          // Its result was decided meanwhile.
          [i32.store8(at, NO_RUNNER, RECORD.runner), ...unpend(slot, at, index)],
        ),
      ];
    },
  );

  const endDecision = m.define(
    "endDecision",
    { slot: "i32", index: "i32" },
    "void",
    ({ slot, index }, f) => {
      const { at } = f.locals({ at: "i32" });
      return [
        set(at, record(index)),
        ...release(slot, at, () => f.local("i32")),
        ...notice(slot, at, index, 0),
        drop(i32.atomic.and(at, ~FLAG.deciding, RECORD.flags)),
      ];
    },
  );

  /**
   * Decides the result from outside, on the home's thread, whatever the task is doing. Gives the status it had;
   * where that is done, nothing changed.
   */
  const decide = m.export(
    "decide",
    { slot: "i32", index: "i32", tag: "i32" },
    "i32",
    ({ slot, index, tag }, f) => {
      const { at, was } = f.locals({ at: "i32", was: "i32" });
      return [
        set(at, record(index)),
        loop((again) => [
          set(was, statusOf(at)),
          iff(i32.geU(was, STATUS.done), [...discardResult(slot, slot, f.local("i32")), ret(was)]),
          brIf(again, i32.ne(i32.atomic.compareExchange(at, was, STATUS.done, RECORD.status), was)),
        ]),
        ...writeResult(slot, at, tag),
        // What waits is in no queue: its run is counted here, as if it had run.
        iff(i32.eq(was, STATUS.waiting), [
          i32.store8(at, slot, RECORD.runner),
          conclude(slot, index),
          ret(was),
        ]),
        drop(i32.atomic.or(at, FLAG.deciding, RECORD.flags)),
        endDecision(slot, index),
        ret(was),
      ];
    },
  );

  const begin = (slot: I32, index: I32, at: Local<"i32">, begun: Body): Body => [
    set(at, record(index)),
    iff(
      moveStatus(at, STATUS.ready, STATUS.running),
      [i32.store8(at, slot, RECORD.runner), ...begun],
      // Cancelled in its queue.
      unpend(slot, at, index),
    ),
  ];

  /** For the placer: 1, or 0 where the task was cancelled in its queue. */
  m.export("begin", { slot: "i32", index: "i32" }, "i32", ({ slot, index }, f) => [
    ...begin(slot, index, f.local("i32"), [ret(1)]),
    ret(0),
  ]);

  // --- The home's side -----------------------------------------------------------------------------------

  /** The next done record of this home, or 0. The sign bit says that it is released. */
  m.export("nextNotice", { slot: "i32" }, "i32", ({ slot }, f) => {
    const { index, list, next, flags } = f.locals({
      index: "i32",
      list: "i32",
      next: "i32",
      flags: "i32",
    });
    return [
      set(index, i32.load(slotOf(slot), SLOT.inbox)),
      iff(i32.eqz(index), [
        set(list, i32.atomic.load(slotOf(slot), SLOT.notices)),
        iff(i32.eqz(list), [ret(0)]),
        // Notices come last in, first out: turn them round, one at a time, into the inbox.
        loop((again) => [
          set(list, i32.atomic.load(slotOf(slot), SLOT.notices)),
          iff(list, [
            brIf(
              again,
              i32.ne(
                i32.atomic.compareExchange(
                  slotOf(slot),
                  list,
                  i32.load(record(list), RECORD.noticeNext),
                  SLOT.notices,
                ),
                list,
              ),
            ),
            i32.store(record(list), index, RECORD.noticeNext),
            set(index, list),
            i32.store(slotOf(slot), index, SLOT.inbox),
            br(again),
          ]),
        ]),
      ]),
      set(next, i32.load(record(index), RECORD.noticeNext)),
      set(flags, i32.atomic.and(record(index), ~FLAG.listed, RECORD.flags)),
      i32.store(slotOf(slot), next, SLOT.inbox),
      iff(i32.and(flags, FLAG.released), [ret(i32.or(index, CLOSED))]),
      ret(index),
    ];
  });

  /** Asks to wake the home when the task is done; 1 where it is done already. */
  m.export("wantNotice", { index: "i32" }, "i32", ({ index }) => [
    drop(i32.atomic.or(record(index), FLAG.notify, RECORD.flags)),
    ret(i32.eq(statusOf(record(index)), STATUS.done)),
  ]);

  /** Gives back what one slot or result holds: cleared and counted in one stretch, freed after. */
  const giveBack = (slot: I32, tagAddress: I32, wordAddress: I32, chunk: Local<"i32">): Statement =>
    iff(isReference(i32.load8U(tagAddress)), [
      set(chunk, i32.load(wordAddress)),
      i32.store8(tagAddress, TAG.undefined),
      dropReference(slot, chunk),
    ]);

  /** Frees a released record and gives back every reference it still holds. */
  m.export("free", { slot: "i32", index: "i32" }, "void", ({ slot, index }, f) => {
    const { at, part, position, chunk } = f.locals({
      at: "i32",
      part: "i32",
      position: "i32",
      chunk: "i32",
    });
    return [
      set(at, record(index)),
      giveBack(slot, i32.add(at, RECORD.resultTag), i32.add(at, RECORD.result), chunk),
      set(part, at),
      block((done) => [
        loop((next) => [
          iff(i32.geU(position, i32.load8U(part, RECORD.count)), [
            brIf(done, i32.eqz(tee(position, i32.load(part, RECORD.extension)))),
            set(part, record(position)),
            set(position, 0),
            br(next),
          ]),
          giveBack(
            slot,
            i32.add(i32.add(part, position), RECORD.tags),
            i32.add(i32.add(part, RECORD.slots), i32.shl(position, 3)),
            chunk,
          ),
          set(position, i32.add(position, 1)),
          br(next),
        ]),
      ]),
      // To the slot it came from: control frees for a dead home, whose successor has not begun.
      records.putBack(i32.load8U(at, RECORD.home), index),
    ];
  });

  return {
    enqueue,
    conclude,
    tell,
    decide,
    endDecision,
    sayReleased: (slot, at, index) => notice(slot, at, index, FLAG.released),
    begin,
    unpend,
    discardResult,
  };
}
