/**
 * The table of chunks, as WebAssembly: entries with a reference count, taken and given back by any thread.
 * An entry is in a state from which the death of the thread at work on it can be repaired: `open` with its
 * slot, or `freeing` with the slot of who frees it.
 */

import type { ModuleBuilder } from "../wasm/module.ts";
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
  widenU,
} from "../wasm/ops.ts";
import { defineAddPages, defineAllocator } from "./allocator.ts";
import { entry, STATE_BITS, STATE_MASK, setState, stateIs } from "./chunk-entry.ts";
import {
  CHUNK,
  CHUNK_BUMP,
  CHUNK_FREE_LIST,
  CHUNK_LOCK,
  DISK,
  KIND,
  LIVE_BYTES,
  LIVE_CHUNKS,
  MAX_CHUNKS,
  RECLAIM_LIST,
  STATE,
} from "./layout.ts";
import { acquire, release } from "./lock.ts";
import {
  countResident,
  defineResidence,
  endPlacement,
  giveExtent,
  type ResidenceExports,
  resetPlacement,
  uncountResident,
} from "./spill/residence.ts";

type I32 = Expr<"i32">;

/** Counts one more reference. For other rooms' WebAssembly, which shares the control memory. */
export const retain = (index: I32): Statement => drop(i32.atomic.add(entry(index), 1, CHUNK.refs));

/** Counts one reference less and gives the old count: who sees 1 must call `chunkDrop`. */
export const unretain = (index: I32): I32 => i32.atomic.sub(entry(index), 1, CHUNK.refs);

/**
 * What `chunkRelease` and `chunkDrop` give. `toReclaim`: the first entry waits for the control thread, which must
 * be told; it takes those that come after along.
 */
export const RELEASED = { kept: 0, freed: 1, toReclaim: 2 } as const;

/** Those of `ResidenceExports` are there where the heap is bounded. */
export interface ChunkTableExports extends ResidenceExports {
  /** The units of the file, before any thread shares it. */
  addDisk(start: number): void;
  /** A new open entry with one reference and no memory; 0 where the table is full. */
  chunkReserve(slot: number, bytes: number, meta: number, label: number): number;
  /** Gives an entry memory of its size: 1, or 0 where the heap is full. */
  chunkBack(slot: number, index: number): number;
  chunkRetain(index: number): void;
  /** Retains a chunk that this thread has no reference to: 0 where that life of the entry is over. */
  chunkTryRetain(slot: number, index: number, generation: number): number;
  chunkRelease(slot: number, index: number): number;
  /** Frees an entry without references, or leaves it to the control thread. */
  chunkDrop(slot: number, index: number): number;
  /** Ends what `chunkRelease` left to the control thread, or a thread left undone. */
  chunkFree(slot: number, index: number): void;
  /** Takes the whole list of entries to reclaim: the first index, the rest by `next`. */
  takeReclaimList(): number;
}

/** `isBounded`: chunks may be on disk, and what has memory is counted. */
export function defineChunkTable(m: ModuleBuilder, isBounded: boolean): void {
  const allocator = defineAllocator(m);
  const whereBounded = (body: Body): Body => (isBounded ? body : []);
  if (isBounded) {
    defineAddPages(m, "addDisk", DISK);
    defineResidence(m);
  }

  m.export(
    "chunkReserve",
    { slot: "i32", bytes: "i32", meta: "i32", label: "i32" },
    "i32",
    ({ slot, bytes, meta, label }, f) => {
      const { index, at, seen, spins } = f.locals({
        index: "i32",
        at: "i32",
        seen: "i32",
        spins: "i32",
      });
      return [
        ...acquire(CHUNK_LOCK, slot, seen, spins),
        iff(
          tee(index, i32.load(CHUNK_FREE_LIST)),
          [i32.store(CHUNK_FREE_LIST, i32.load(entry(index), CHUNK.next))],
          [
            set(index, i32.load(CHUNK_BUMP)),
            iff(i32.geU(index, MAX_CHUNKS), [release(CHUNK_LOCK), ret(0)]),
            i32.store(CHUNK_BUMP, i32.add(index, 1)),
          ],
        ),
        set(at, entry(index)),
        i32.store(at, bytes, CHUNK.bytes),
        i32.store(at, meta, CHUNK.meta),
        i32.store(at, label, CHUNK.label),
        i32.store(at, slot, CHUNK.slot),
        i32.store(at, 0, CHUNK.address),
        i32.store(at, 0, CHUNK.worker),
        i32.store(at, 0, CHUNK.device),
        i32.store(at, 0, CHUNK.version),
        i32.store(at, 0, CHUNK.grantor),
        i32.store(at, 0, CHUNK.pinned),
        ...whereBounded(resetPlacement(index)),
        i32.atomic.store(at, 1, CHUNK.refs),
        setState(at, STATE.open),
        i32.store(LIVE_CHUNKS, i32.add(i32.load(LIVE_CHUNKS), 1)),
        i64.store(LIVE_BYTES, i64.add(i64.load(LIVE_BYTES), widenU(bytes))),
        release(CHUNK_LOCK),
        ret(index),
      ];
    },
  );

  m.export("chunkBack", { slot: "i32", index: "i32" }, "i32", ({ slot, index }, f) => {
    const address = f.local("i32");
    const bytes = i32.load(entry(index), CHUNK.bytes);
    return [
      ...allocator.allocate(slot, bytes, address, f),
      i32.store(entry(index), address, CHUNK.address),
      iff(address, whereBounded(countResident(bytes, f.local("i64"), f.local("i64")))),
      ret(i32.ne(address, 0)),
    ];
  });

  const freeEntry = m.export(
    "chunkFree",
    { slot: "i32", index: "i32" },
    "void",
    ({ slot, index }, f) => {
      const { at, address, seen, spins } = f.locals({
        at: "i32",
        address: "i32",
        seen: "i32",
        spins: "i32",
      });
      return [
        set(at, entry(index)),
        ...whereBounded(endPlacement(slot, index, () => f.local("i32"))),
        iff(tee(address, i32.load(at, CHUNK.address)), [
          ...allocator.free(slot, address, f),
          i32.store(at, 0, CHUNK.address),
          ...whereBounded([uncountResident(i32.load(at, CHUNK.bytes))]),
        ]),
        ...whereBounded(giveExtent(slot, index, () => f.local("i32"))),
        ...acquire(CHUNK_LOCK, slot, seen, spins),
        i32.store(LIVE_CHUNKS, i32.sub(i32.load(LIVE_CHUNKS), 1)),
        i64.store(LIVE_BYTES, i64.sub(i64.load(LIVE_BYTES), widenU(i32.load(at, CHUNK.bytes)))),
        i32.store(at, i32.load(CHUNK_FREE_LIST), CHUNK.next),
        i32.store(CHUNK_FREE_LIST, index),
        // The next life begins: state 0, generation one more.
        i32.atomic.store(
          at,
          i32.add(i32.and(i32.load(at, CHUNK.state), ~STATE_MASK), STATE_MASK + 1),
          CHUNK.state,
        ),
        release(CHUNK_LOCK),
      ];
    },
  );

  m.export("chunkRetain", { index: "i32" }, "void", ({ index }) => [retain(index)]);

  const dropEntry = m.export(
    "chunkDrop",
    { slot: "i32", index: "i32" },
    "i32",
    ({ slot, index }, f) => {
      const { at, head, seen } = f.locals({ at: "i32", head: "i32", seen: "i32" });
      const kind = i32.and(i32.load(at, CHUNK.meta), 0xff);
      return [
        set(at, entry(index)),
        loop((again) => [
          set(seen, i32.atomic.load(at, CHUNK.state)),
          // Whoever moves the state frees; reference counts only say that somebody must.
          iff(i32.or(stateIs(seen, STATE.free), stateIs(seen, STATE.freeing)), [
            ret(RELEASED.kept),
          ]),
          iff(i32.atomic.load(at, CHUNK.refs), [ret(RELEASED.kept)]),
          // Others move it between memory and disk.
          brIf(
            again,
            i32.ne(
              i32.atomic.compareExchange(
                at,
                seen,
                i32.or(i32.and(seen, ~STATE_MASK), STATE.freeing),
                CHUNK.state,
              ),
              seen,
            ),
          ),
        ]),
        i32.store(at, slot, CHUNK.freer),
        i32.store(at, i32.and(seen, STATE_MASK), CHUNK.before),
        iff(
          i32.or(
            i32.or(i32.load(at, CHUNK.worker), i32.load(at, CHUNK.version)),
            i32.or(i32.eq(kind, KIND.object), i32.eq(kind, KIND.compound)),
          ),
          [
            ...pushReclaim(index, at, head),
            iff(head, [ret(RELEASED.kept)]),
            ret(RELEASED.toReclaim),
          ],
        ),
        freeEntry(slot, index),
        ret(RELEASED.freed),
      ];
    },
  );

  m.export(
    "chunkTryRetain",
    { slot: "i32", index: "i32", generation: "i32" },
    "i32",
    ({ slot, index, generation }, f) => {
      const { at, refs } = f.locals({ at: "i32", refs: "i32" });
      const isSameLife = i32.eq(i32.shrU(i32.atomic.load(at, CHUNK.state), STATE_BITS), generation);
      return [
        set(at, entry(index)),
        loop((again) => [
          set(refs, i32.atomic.load(at, CHUNK.refs)),
          iff(i32.or(i32.eqz(refs), i32.eqz(isSameLife)), [ret(0)]),
          brIf(
            again,
            i32.ne(i32.atomic.compareExchange(at, refs, i32.add(refs, 1), CHUNK.refs), refs),
          ),
        ]),
        // The entry may have begun another life in between; then the reference belongs to that one.
        iff(i32.eqz(isSameLife), [
          iff(i32.eq(unretain(index), 1), [drop(dropEntry(slot, index))]),
          ret(0),
        ]),
        ret(1),
      ];
    },
  );

  m.export("chunkRelease", { slot: "i32", index: "i32" }, "i32", ({ slot, index }) => [
    iff(i32.ne(unretain(index), 1), [ret(RELEASED.kept)]),
    ret(dropEntry(slot, index)),
  ]);

  m.export("takeReclaimList", {}, "i32", () => [ret(i32.atomic.exchange(RECLAIM_LIST, 0))]);
}

function pushReclaim(index: I32, at: I32, head: Local<"i32">): Body {
  return [
    block((done) => [
      loop((again) => [
        set(head, i32.atomic.load(RECLAIM_LIST)),
        i32.store(at, head, CHUNK.next),
        brIf(done, i32.eq(i32.atomic.compareExchange(RECLAIM_LIST, head, index), head)),
        br(again),
      ]),
    ]),
  ];
}
