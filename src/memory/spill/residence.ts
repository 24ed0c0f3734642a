/**
 * Which chunks have memory, as WebAssembly: who uses it as it lies (pins), which may be written to disk, least
 * recently used first, and who is about to write one. A step that moves memory or a place in the file passes it from
 * one entry to another while the lock is held, so that each belongs to exactly one entry wherever a thread is stopped:
 * who writes or reads has an open chunk of its own, which is freed with what it has when that thread is dead.
 */

import type { ModuleBuilder } from "../../wasm/module.ts";
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
  type Statement,
  select,
  set,
  widenU,
} from "../../wasm/ops.ts";
import { entry, setState, stateIs } from "../chunk-entry.ts";
import {
  CHUNK,
  DISK,
  DISK_BYTES,
  DISK_UNIT_BYTES,
  KIND,
  NEWEST,
  OLDEST,
  PAGE_LOCK,
  PHASE,
  PIN_LISTS,
  PIN_PLACES,
  PLACEMENT,
  RESIDENCE,
  RESIDENCE_STRIDE,
  RESIDENT_BYTES,
  RESIDENT_PEAK,
  SPILL_LOCK,
  STATE,
  STORAGE,
} from "../layout.ts";
import { acquire, release } from "../lock.ts";
import { pageRuns, type Scratch } from "../pages.ts";

type I32 = Expr<"i32">;
type Local32 = Local<"i32">;

/** What `residencePin` gives. */
export const PINNED = { notHere: 0, yes: 1, onDisk: 2 } as const;

/** Smaller values stay in memory: their entries are as large. */
export const LEAST_BYTES = 256;

export interface ResidenceExports {
  /** Keeps the memory of a chunk where it is, and notes it at a place of the caller's list: one of `PINNED`. */
  residencePin(slot: number, index: number, place: number): number;
  /** One of `PINNED`, without pinning. */
  residenceOf(slot: number, index: number): number;
  /** Ends what is noted at a place of the list of `owner`. */
  residenceUnpin(slot: number, owner: number, place: number): void;
  /** A chunk was sealed: it may be written. */
  residenceOffer(slot: number, index: number): void;
  residenceStore(slot: number, index: number, storage: number): void;
  /** Takes the chunk to be written next: 0 where there is none, -1 where the first one may not be now. */
  residenceClaim(slot: number): number;
  /** Lets a claimed chunk be; `owner` claimed it. */
  residenceUnclaim(slot: number, owner: number, index: number): void;
  /** Ends the writing of a claimed chunk: its memory goes to `scratch`, and `scratch`'s place in the file to it. */
  residenceCommit(slot: number, index: number, scratch: number): number;
  /** Ends the reading of a chunk: it gets the memory of `fresh`, and is pinned. 0 where somebody was earlier. */
  residenceAdopt(slot: number, index: number, fresh: number, place: number): number;
  /** Takes a place in the file for an open chunk: 0 where there is none. */
  diskTake(slot: number, index: number): number;
  /** What the file has of a chunk is old. */
  diskDrop(slot: number, index: number): void;
}

export const placement = (index: I32): I32 => i32.add(i32.mul(index, RESIDENCE_STRIDE), RESIDENCE);

const disk = pageRuns(DISK);
const DISK_LOCK: number = DISK + PAGE_LOCK;

const phaseIs = (index: I32, phase: number): I32 =>
  i32.eq(i32.and(i32.load(placement(index), PLACEMENT.phase), 0xff), phase);
const claimOf = (slot: I32): I32 => i32.or(PHASE.claimed, i32.shl(slot, 8));
const setPhase = (index: I32, phase: I32 | number): Statement =>
  i32.store(placement(index), phase, PLACEMENT.phase);

/** Takes a chunk out of the list of those that may be written, or out of the hand of who is about to. */
function withdraw(index: I32, scratch: Scratch): Body {
  const [older, newer] = [scratch(), scratch()];
  return [
    iff(phaseIs(index, PHASE.listed), [
      set(older, i32.load(placement(index), PLACEMENT.older)),
      set(newer, i32.load(placement(index), PLACEMENT.newer)),
      iff(older, [i32.store(placement(older), newer, PLACEMENT.newer)], [i32.store(OLDEST, newer)]),
      iff(newer, [i32.store(placement(newer), older, PLACEMENT.older)], [i32.store(NEWEST, older)]),
    ]),
    setPhase(index, PHASE.none),
  ];
}

/** One of `PINNED`, were it to be pinned now. */
const whereabouts = (index: I32): I32 =>
  select(
    i32.load(entry(index), CHUNK.address),
    i32.const(PINNED.yes),
    select(
      stateIs(i32.atomic.load(entry(index), CHUNK.state), STATE.spilled),
      i32.const(PINNED.onDisk),
      i32.const(PINNED.notHere),
    ),
  );

/** Whether the chunk is data of the heap that nobody uses as it lies. */
function isIdle(index: Local32): I32 {
  const at = entry(index);
  const kind = i32.and(i32.load(at, CHUNK.meta), 0xff);
  const terms = [
    stateIs(i32.atomic.load(at, CHUNK.state), STATE.sealed),
    i32.ne(i32.load(at, CHUNK.address), 0),
    i32.eqz(i32.load(placement(index), PLACEMENT.pins)),
    i32.geU(i32.load(at, CHUNK.bytes), LEAST_BYTES),
    i32.ne(i32.load(placement(index), PLACEMENT.storage), STORAGE.memory),
    // What is in it counts references; and of what is newest on a device the memory is old.
    i32.ne(kind, KIND.compound),
    i32.or(i32.ne(i32.load(at, CHUNK.worker), 0), i32.eqz(i32.load(at, CHUNK.device))),
  ];
  return terms.reduce((all, term) => i32.and(all, term));
}

/** Puts an idle chunk at the end of the list, or at its beginning where it shall not stay. */
function offer(index: Local32, scratch: Scratch): Body {
  const other = scratch();
  const isFirst = i32.eq(i32.load(placement(index), PLACEMENT.storage), STORAGE.disk);
  const put = (
    end: number,
    otherEnd: number,
    inner: "older" | "newer",
    outer: "older" | "newer",
  ): Body => [
    set(other, i32.load(end)),
    i32.store(placement(index), other, PLACEMENT[inner]),
    i32.store(placement(index), 0, PLACEMENT[outer]),
    iff(
      other,
      [i32.store(placement(other), index, PLACEMENT[outer])],
      [i32.store(otherEnd, index)],
    ),
    i32.store(end, index),
  ];
  return [
    iff(isIdle(index), [
      iff(phaseIs(index, PHASE.none), [
        iff(isFirst, put(OLDEST, NEWEST, "newer", "older"), put(NEWEST, OLDEST, "older", "newer")),
        setPhase(index, PHASE.listed),
      ]),
    ]),
  ];
}

/** Clears what an entry had in its last life; nobody else sees it yet. */
export const resetPlacement = (index: I32): Body => [
  i32.store(placement(index), 0, PLACEMENT.pins),
  i32.store(placement(index), STORAGE.any, PLACEMENT.storage),
];

/** The memory of an entry is about to be freed: nobody writes it any more. */
export const endPlacement = (slot: I32, index: I32, scratch: Scratch): Body => [
  ...acquire(SPILL_LOCK, slot, scratch(), scratch()),
  ...withdraw(index, scratch),
  release(SPILL_LOCK),
];

const diskBytes = (index: I32): Expr<"i64"> =>
  i64.and(i64.add(widenU(i32.load(entry(index), CHUNK.bytes)), 4095n), -4096n);

/** Gives back the place in the file that an entry has. */
export function giveExtent(slot: I32, index: I32, scratch: Scratch): Body {
  const start = scratch();
  return [
    iff(i32.load(placement(index), PLACEMENT.extent), [
      ...acquire(DISK_LOCK, slot, scratch(), scratch()),
      set(start, i32.load(placement(index), PLACEMENT.extent)),
      iff(start, [
        ...disk.giveRun(start, scratch),
        i32.store(placement(index), 0, PLACEMENT.extent),
        i64.store(DISK_BYTES, i64.sub(i64.load(DISK_BYTES), diskBytes(index))),
      ]),
      release(DISK_LOCK),
    ]),
  ];
}

/** Counts memory that a chunk got; right behind the store of its address. */
export const countResident = (bytes: I32, total: Local<"i64">, peak: Local<"i64">): Body => [
  set(total, i64.add(i64.atomic.add(RESIDENT_BYTES, widenU(bytes)), widenU(bytes))),
  loop((again) => [
    set(peak, i64.atomic.load(RESIDENT_PEAK)),
    iff(i64.gtU(total, peak), [
      brIf(again, i64.ne(i64.atomic.compareExchange(RESIDENT_PEAK, peak, total), peak)),
    ]),
  ]),
];

export const uncountResident = (bytes: I32): Statement =>
  drop(i64.atomic.sub(RESIDENT_BYTES, widenU(bytes)));

export function defineResidence(m: ModuleBuilder): void {
  const pinned = (slot: I32, place: I32): I32 =>
    i32.add(i32.shl(i32.add(i32.mul(slot, PIN_PLACES), place), 2), PIN_LISTS);
  const notePin = (slot: I32, index: I32, place: I32): Body => [
    i32.store(
      placement(index),
      i32.add(i32.load(placement(index), PLACEMENT.pins), 1),
      PLACEMENT.pins,
    ),
    i32.store(pinned(slot, place), index),
  ];

  m.export(
    "residencePin",
    { slot: "i32", index: "i32", place: "i32" },
    "i32",
    ({ slot, index, place }, f) => {
      const scratch: Scratch = () => f.local("i32");
      const found = f.local("i32");
      return [
        ...acquire(SPILL_LOCK, slot, scratch(), scratch()),
        set(found, whereabouts(index)),
        iff(i32.eq(found, PINNED.yes), [
          ...withdraw(index, scratch),
          ...notePin(slot, index, place),
        ]),
        release(SPILL_LOCK),
        ret(found),
      ];
    },
  );

  m.export("residenceOf", { slot: "i32", index: "i32" }, "i32", ({ slot, index }, f) => {
    const found = f.local("i32");
    return [
      ...acquire(SPILL_LOCK, slot, f.local("i32"), f.local("i32")),
      set(found, whereabouts(index)),
      release(SPILL_LOCK),
      ret(found),
    ];
  });

  m.export(
    "residenceUnpin",
    { slot: "i32", owner: "i32", place: "i32" },
    "void",
    ({ slot, owner, place }, f) => {
      const scratch: Scratch = () => f.local("i32");
      const { index, pins } = f.locals({ index: "i32", pins: "i32" });
      return [
        ...acquire(SPILL_LOCK, slot, scratch(), scratch()),
        set(index, i32.load(pinned(owner, place))),
        iff(index, [
          i32.store(pinned(owner, place), 0),
          set(pins, i32.sub(i32.load(placement(index), PLACEMENT.pins), 1)),
          i32.store(placement(index), pins, PLACEMENT.pins),
          ...offer(index, scratch),
        ]),
        release(SPILL_LOCK),
      ];
    },
  );

  m.export("residenceOffer", { slot: "i32", index: "i32" }, "void", ({ slot, index }, f) => {
    const scratch: Scratch = () => f.local("i32");
    return [
      ...acquire(SPILL_LOCK, slot, scratch(), scratch()),
      ...offer(index, scratch),
      release(SPILL_LOCK),
    ];
  });

  m.export(
    "residenceStore",
    { slot: "i32", index: "i32", storage: "i32" },
    "void",
    ({ slot, index, storage }, f) => {
      const scratch: Scratch = () => f.local("i32");
      return [
        ...acquire(SPILL_LOCK, slot, scratch(), scratch()),
        i32.store(placement(index), storage, PLACEMENT.storage),
        ...withdraw(index, scratch),
        ...offer(index, scratch),
        release(SPILL_LOCK),
      ];
    },
  );

  m.export("residenceClaim", { slot: "i32" }, "i32", ({ slot }, f) => {
    const scratch: Scratch = () => f.local("i32");
    const index = f.local("i32");
    return [
      ...acquire(SPILL_LOCK, slot, scratch(), scratch()),
      set(index, i32.load(OLDEST)),
      iff(index, [
        ...withdraw(index, scratch),
        iff(isIdle(index), [setPhase(index, claimOf(slot))], [set(index, -1)]),
      ]),
      release(SPILL_LOCK),
      ret(index),
    ];
  });

  m.export(
    "residenceUnclaim",
    { slot: "i32", owner: "i32", index: "i32" },
    "void",
    ({ slot, owner, index }, f) => {
      const scratch: Scratch = () => f.local("i32");
      return [
        ...acquire(SPILL_LOCK, slot, scratch(), scratch()),
        iff(i32.eq(i32.load(placement(index), PLACEMENT.phase), claimOf(owner)), [
          setPhase(index, PHASE.none),
          ...offer(index, scratch),
        ]),
        release(SPILL_LOCK),
      ];
    },
  );

  m.export(
    "residenceCommit",
    { slot: "i32", index: "i32", scratch: "i32" },
    "i32",
    ({ slot, index, scratch: own }, f) => {
      const scratch: Scratch = () => f.local("i32");
      const { seen, done } = f.locals({ seen: "i32", done: "i32" });
      const [at, to] = [placement(index), placement(own)];
      const isMoved = i32.eq(
        i32.atomic.compareExchange(
          entry(index),
          seen,
          i32.or(i32.and(seen, ~0xff), STATE.spilled),
          CHUNK.state,
        ),
        seen,
      );
      return [
        ...acquire(SPILL_LOCK, slot, scratch(), scratch()),
        iff(i32.eq(i32.load(at, PLACEMENT.phase), claimOf(slot)), [
          set(seen, i32.atomic.load(entry(index), CHUNK.state)),
          iff(isIdle(index), [
            iff(isMoved, [
              i32.store(entry(own), i32.load(entry(index), CHUNK.address), CHUNK.address),
              i32.store(entry(index), 0, CHUNK.address),
              iff(i32.load(to, PLACEMENT.extent), [
                set(seen, i32.load(at, PLACEMENT.extent)),
                i32.store(at, i32.load(to, PLACEMENT.extent), PLACEMENT.extent),
                i32.store(at, i32.load(to, PLACEMENT.checksum), PLACEMENT.checksum),
                i32.store(to, seen, PLACEMENT.extent),
              ]),
              setPhase(index, PHASE.none),
              set(done, 1),
            ]),
          ]),
        ]),
        release(SPILL_LOCK),
        ret(done),
      ];
    },
  );

  m.export(
    "residenceAdopt",
    { slot: "i32", index: "i32", fresh: "i32", place: "i32" },
    "i32",
    ({ slot, index, fresh, place }, f) => {
      const scratch: Scratch = () => f.local("i32");
      const done = f.local("i32");
      const at = entry(index);
      return [
        ...acquire(SPILL_LOCK, slot, scratch(), scratch()),
        // The caller has a reference: nobody frees it meanwhile.
        iff(stateIs(i32.atomic.load(at, CHUNK.state), STATE.spilled), [
          i32.store(at, i32.load(entry(fresh), CHUNK.address), CHUNK.address),
          i32.store(entry(fresh), 0, CHUNK.address),
          setState(at, STATE.sealed),
          ...notePin(slot, index, place),
          set(done, 1),
        ]),
        release(SPILL_LOCK),
        ret(done),
      ];
    },
  );

  m.export("diskTake", { slot: "i32", index: "i32" }, "i32", ({ slot, index }, f) => {
    const scratch: Scratch = () => f.local("i32");
    const { units, start } = f.locals({ units: "i32", start: "i32" });
    const bytes = i32.load(entry(index), CHUNK.bytes);
    return [
      // Not the sum rounded up: near 4 GiB that is no number of 32 bits.
      set(units, i32.add(i32.divU(i32.sub(bytes, 1), DISK_UNIT_BYTES), 1)),
      ...acquire(DISK_LOCK, slot, scratch(), scratch()),
      ...disk.takeRun(units, start, scratch),
      iff(start, [
        i32.store(placement(index), start, PLACEMENT.extent),
        i64.store(DISK_BYTES, i64.add(i64.load(DISK_BYTES), diskBytes(index))),
      ]),
      release(DISK_LOCK),
      ret(start),
    ];
  });

  m.export("diskDrop", { slot: "i32", index: "i32" }, "void", ({ slot, index }, f) =>
    giveExtent(slot, index, () => f.local("i32")),
  );
}
