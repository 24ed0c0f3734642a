/** What the page descriptors of a heap say, read and checked from outside: for the tests of the allocator. */

import type { Heap } from "../../src/memory/heap.ts";
import {
  BIN_HEADS,
  BIN_MAP,
  BIN_SUBMAPS,
  CHUNK_LOCK,
  CLASS,
  CLASS_STRIDE,
  CLASS_UNITS,
  CLASSES,
  DISK,
  PAGE,
  PAGE_KIND,
  PAGE_LIMIT,
  PAGE_LOCK,
  PAGE_STRIDE,
  PAGES,
  SLAB,
  SLAB_PAGES,
  SLABS,
  SPILL_LOCK,
} from "../../src/memory/layout.ts";

export interface Run {
  readonly start: number;
  readonly pages: number;
  readonly kind: "free" | "used" | "slab";
}

const wordsOf = (heap: Heap) => (address: number) => heap.words[address >>> 2] as number;

/** The runs of pages in order. @throws where descriptors, bins or slab lists contradict each other */
export function pageMap(heap: Heap): Run[] {
  const word = wordsOf(heap);
  const field = (page: number, of: keyof typeof PAGE): number =>
    word(PAGES + page * PAGE_STRIDE + PAGE[of]);
  const limit = word(PAGE_LIMIT);
  const runs: Run[] = [];
  const fail = (what: string): never => {
    throw new Error(`${what} in ${JSON.stringify(runs.slice(-3))}`);
  };
  for (let start = 1; start < limit; ) {
    const kind = field(start, "kind");
    if (kind === PAGE_KIND.free) {
      const pages = field(start, "count");
      if (runs.at(-1)?.kind === "free") fail(`neighbours not merged at ${start}`);
      const last = start + pages - 1;
      if (pages > 1 && field(last, "kind") !== PAGE_KIND.tail) fail(`no tail at ${last}`);
      if (field(last, "count") !== pages) fail(`wrong tail at ${last}`);
      runs.push({ start, pages, kind: "free" });
    } else if (kind === PAGE_KIND.used) {
      runs.push({ start, pages: field(start, "count"), kind: "used" });
    } else if ((kind & 0xff) === PAGE_KIND.slab) {
      for (let p = 0; p < SLAB_PAGES; p++) {
        if (field(start + p, "kind") >>> 16 !== p) fail(`broken slab at ${start}`);
      }
      runs.push({ start, pages: SLAB_PAGES, kind: "slab" });
    } else fail(`page ${start} of kind ${kind} begins a run`);
    start += (runs.at(-1) as Run).pages;
  }
  const inBins = [...binned(heap)].sort((a, b) => a - b);
  const free = runs.filter((run) => run.kind === "free").map((run) => run.start);
  if (inBins.join() !== free.join()) fail(`bins hold ${inBins}, free are ${free}`);
  checkSlabs(heap, runs);
  return runs;
}

/** First pages of the runs in the bins, whose maps must name exactly the bins that are not empty. */
function* binned(heap: Heap): Generator<number> {
  const word = wordsOf(heap);
  for (let first = 0; first < 18; first++) {
    const submap = word(BIN_SUBMAPS + first * 4);
    if ((submap !== 0) !== ((word(BIN_MAP) & (1 << first)) !== 0))
      throw new Error(`bin map, ${first}`);
    for (let second = 0; second < 16; second++) {
      let run = word(BIN_HEADS + (first * 16 + second) * 4);
      if ((run !== 0) !== ((submap & (1 << second)) !== 0))
        throw new Error(`bin ${first}.${second}`);
      for (; run !== 0; run = word(PAGES + run * PAGE_STRIDE + PAGE.next)) yield run;
    }
  }
}

function checkSlabs(heap: Heap, runs: readonly Run[]): void {
  const word = wordsOf(heap);
  const withRoom = new Set<number>();
  CLASS_UNITS.forEach((_, index) => {
    const cls = CLASSES + index * CLASS_STRIDE;
    const list: number[] = [];
    for (let at = word(cls + CLASS.partial); at !== 0; ) {
      list.push(at);
      at = word(PAGES + at * PAGE_STRIDE + PAGE.next);
    }
    const isEmpty = (slab: number): boolean => freeBlocks(heap, slab) === word(cls + CLASS.blocks);
    if (list.length > 1 && list.some(isEmpty))
      throw new Error(`class ${index} keeps an empty slab`);
    for (const slab of list) withRoom.add(slab);
  });
  for (const { start, kind } of runs) {
    if (kind === "slab" && freeBlocks(heap, start) > 0 !== withRoom.has(start)) {
      throw new Error(`slab ${start} with ${freeBlocks(heap, start)} free blocks`);
    }
  }
}

/** Free blocks of a slab; its bitmap and its count must agree. */
export function freeBlocks(heap: Heap, slab: number): number {
  const at = SLABS + slab * PAGE_STRIDE;
  const words = new BigUint64Array(heap.share.control.buffer, at + SLAB.bitmap, 16);
  let count = 0;
  words.forEach((bits, w) => {
    const bit = (heap.words[(at + SLAB.summary) >>> 2] as number) & (1 << w);
    if ((bits !== 0n) !== (bit !== 0)) throw new Error(`summary of slab ${slab}`);
    for (let rest = bits; rest !== 0n; rest &= rest - 1n) count++;
  });
  if (count !== heap.words[(at + SLAB.free) >>> 2]) throw new Error(`count of slab ${slab}`);
  return count;
}

/** Locks of the heap that somebody holds, by address. */
export function heldLocks(heap: Heap): number[] {
  const locks = [
    CHUNK_LOCK,
    PAGE_LOCK,
    SPILL_LOCK,
    DISK + PAGE_LOCK,
    ...CLASS_UNITS.map((_, i) => CLASSES + i * CLASS_STRIDE),
  ];
  return locks.filter((lock) => wordsOf(heap)(lock) !== 0);
}

/** Whether the heap can be had as one piece: nothing is held, and all of it was merged again. */
export function isWhole(heap: Heap): boolean {
  const { capacity, chunks, bytes } = heap.stats();
  if (chunks !== 0 || bytes !== 0) return false;
  heap.release(heap.allocate({ kind: "value", bytes: capacity - 4096 }));
  const runs = pageMap(heap);
  return runs.length === 1 && runs[0]?.kind === "free";
}
