import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHeap, Heap } from "../../src/memory/heap.ts";
import { CHUNK_BUMP, MAX_CHUNKS } from "../../src/memory/layout.ts";
import { BodkinError } from "../../src/wire/errors.ts";
import { times } from "../support/counts.ts";
import { freeBlocks, heldLocks, isWhole, pageMap } from "./page-map.ts";

const MiB = 2 ** 20;
const PAGE = 4096;

const heapOf = (bytes: number): Heap => new Heap(createHeap(bytes), 0);
const allocate = (heap: Heap, bytes: number): number => heap.allocate({ kind: "value", bytes });
const addressOf = (heap: Heap, chunk: number): number => heap.get(chunk, "address") >>> 0;

/** The chunk, or undefined where the heap is full. */
function tryAllocate(heap: Heap, bytes: number): number | undefined {
  try {
    return allocate(heap, bytes);
  } catch (error) {
    expect(error).toMatchObject({ code: "HEAP_FULL" });
    return undefined;
  }
}

const EDGES = [
  0,
  1,
  63,
  64,
  65,
  127,
  128,
  129,
  511,
  513,
  4095,
  4096,
  4097,
  8191,
  8192,
  8193,
  12_288,
  12_289,
  15 * PAGE,
  16 * PAGE,
  17 * PAGE,
  31 * PAGE,
  32 * PAGE + 1,
  64 * PAGE,
  MiB,
  3 * MiB,
];
const size = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...EDGES) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 9000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 2 * MiB }) },
);
/** Allocate so many bytes, several times; or free the chunk at a position among those alive. */
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ bytes: size, count: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 2, arbitrary: fc.record({ free: fc.nat(), count: fc.integer({ min: 1, max: 60 }) }) },
);

describe("allocate and free", () => {
  it("give aligned blocks that never overlap, and everything comes back as one run", {
    timeout: 600_000,
  }, () => {
    const heap = heapOf(8 * MiB);
    const { capacity } = heap.stats();
    let full = 0;
    const run = (
      steps: readonly ({ bytes: number; count: number } | { free: number; count: number })[],
    ) => {
      /** Alive: chunk → [address, end). */
      const alive = new Map<number, { from: number; to: number }>();
      let total = 0;
      for (const each of steps) {
        for (let n = 0; n < each.count; n++) {
          if ("bytes" in each) {
            const chunk = tryAllocate(heap, each.bytes);
            if (chunk === undefined) {
              full++;
              expectNoRoom(heap, each.bytes);
              break;
            }
            const from = addressOf(heap, chunk);
            expect(from % 64).toBe(0);
            expect(from).toBeGreaterThanOrEqual(PAGE);
            expect(from + each.bytes).toBeLessThanOrEqual(capacity);
            alive.set(chunk, { from, to: from + Math.max(1, each.bytes) });
            total += each.bytes;
          } else if (alive.size > 0) {
            const chunk = [...alive.keys()][each.free % alive.size] as number;
            total -= heap.bytesOf(chunk);
            heap.release(chunk);
            alive.delete(chunk);
          }
        }
        const sorted = [...alive.values()].sort((a, b) => a.from - b.from);
        sorted.forEach((block, i) => {
          if (i > 0) expect(block.from).toBeGreaterThanOrEqual(sorted[i - 1]?.to as number);
        });
        expect(heap.stats()).toMatchObject({ chunks: alive.size, bytes: total });
        pageMap(heap);
      }
      for (const chunk of alive.keys()) heap.release(chunk);
      expect(isWhole(heap)).toBe(true);
      expect(heldLocks(heap)).toEqual([]);
    };
    fc.assert(fc.property(fc.array(step, { maxLength: 40 }), run), {
      seed: 1,
      numRuns: times(10_000),
    });
    expect(full).toBeGreaterThan(0);
  });

  /** A refusal is right where no run is large enough, and no empty slab was kept. */
  function expectNoRoom(heap: Heap, bytes: number): void {
    const pages = bytes <= 8192 ? 16 : Math.ceil(bytes / PAGE);
    const runs = pageMap(heap);
    expect(Math.max(0, ...runs.filter((r) => r.kind === "free").map((r) => r.pages))).toBeLessThan(
      pages,
    );
  }

  it.each([64, 128, 8192])("fills the heap with blocks of %i bytes to the last page", (bytes) => {
    const heap = heapOf(2 * MiB);
    const chunks: number[] = [];
    for (let c = tryAllocate(heap, bytes); c !== undefined; c = tryAllocate(heap, bytes))
      chunks.push(c);
    // 511 pages hold 31 slabs of 16.
    expect(chunks.length).toBe(31 * ((16 * PAGE) / bytes));
    expect(new Set(chunks.map((c) => addressOf(heap, c))).size).toBe(chunks.length);
    for (const chunk of chunks) heap.release(chunk);
    expect(isWhole(heap)).toBe(true);
  });

  it.each(["first", "last", "mixed"])("merges neighbours whichever is freed %s", (order) => {
    const heap = heapOf(2 * MiB);
    const chunks = Array.from({ length: 170 }, () => allocate(heap, 8193)); // 3 pages each, 511 in all
    expect(tryAllocate(heap, 8193)).toBe(undefined);
    if (order === "last") chunks.reverse();
    if (order === "mixed") chunks.sort((a, b) => ((a * 7919) % 170) - ((b * 7919) % 170));
    for (const chunk of chunks) {
      heap.release(chunk);
      pageMap(heap);
    }
    expect(isWhole(heap)).toBe(true);
  });

  it("finds a run of exactly the size, though larger ones are gone", () => {
    const heap = heapOf(2 * MiB);
    const exact = allocate(heap, 100 * PAGE - 1);
    const rest = allocate(heap, 411 * PAGE);
    heap.release(exact);
    expect(addressOf(heap, allocate(heap, 100 * PAGE))).toBe(PAGE);
    heap.release(rest);
  });

  it("gives kept empty slabs up when the room is needed", () => {
    const heap = heapOf(2 * MiB);
    const sizes = [64, 256, 1024, 8192];
    const wall = sizes.map((bytes) => allocate(heap, bytes));
    for (const chunk of wall) heap.release(chunk);
    expect(pageMap(heap).filter((run) => run.kind === "slab").length).toBe(sizes.length);
    const all = allocate(heap, 511 * PAGE);
    expect(addressOf(heap, all)).toBe(PAGE);
    heap.release(all);
    // And for blocks of another class.
    const small = Array.from({ length: 31 * 8 }, () => allocate(heap, 8192));
    for (const chunk of small) heap.release(chunk);
    const other = Array.from({ length: 31 * 1024 }, () => allocate(heap, 64));
    expect(other.every((chunk) => addressOf(heap, chunk) > 0)).toBe(true);
  });

  it("keeps one empty slab a class at most, and reuses it", () => {
    const heap = heapOf(2 * MiB);
    const first = addressOf(heap, allocate(heap, 100));
    const chunks = Array.from({ length: 2000 }, () => allocate(heap, 100));
    for (const chunk of chunks) heap.release(chunk);
    const slabs = pageMap(heap).filter((run) => run.kind === "slab");
    expect(slabs.map((slab) => freeBlocks(heap, slab.start))).toEqual([511]);
    expect(addressOf(heap, allocate(heap, 128)) >>> 16).toBe(first >>> 16);
  });
});

describe("a full heap", () => {
  it("is an error that names what holds the memory, largest first, and what to do", () => {
    const heap = heapOf(4 * MiB);
    heap.nameOf = (label) => `'work ${label}'`;
    heap.allocate({ kind: "typed", bytes: MiB, label: 1 });
    heap.allocate({ kind: "typed", bytes: 600_000, label: 2 });
    heap.allocate({ kind: "typed", bytes: 600_000, label: 2 });
    heap.reserve({ kind: "typed", bytes: 3 * MiB, label: 3 }); // has no memory
    expect(heap.holders()).toEqual([
      { label: 2, chunks: 2, bytes: 1_200_000 },
      { label: 1, chunks: 1, bytes: MiB },
    ]);
    const before = heap.stats();
    const full = () => heap.allocate({ kind: "typed", bytes: 2 * MiB, label: 4 });
    expect(full).toThrow(BodkinError);
    expect(full).toThrow(
      [
        "no room for 2.0 MiB in the heap of 4.0 MiB; it is held by:",
        "    1.1 MiB in 2 chunks of 'work 2'",
        "    1.0 MiB in 1 chunk of 'work 1'",
        'Drop or dispose results you no longer need, work on smaller blocks, or start with more: start({ memory: "4GiB" }).',
      ].join("\n"),
    );
    expect(heap.stats()).toEqual(before);
  });

  it("says so where the table is full though memory is left", () => {
    const heap = heapOf(MiB);
    heap.words[CHUNK_BUMP >>> 2] = MAX_CHUNKS - 1;
    const last = allocate(heap, 1);
    expect(() => allocate(heap, 1)).toThrow(
      "the table of chunks is full: 4 Mi chunks are alive. Drop",
    );
    expect(heldLocks(heap)).toEqual([]);
    heap.release(last);
    expect(allocate(heap, 1)).toBe(last);
  });

  it("says so where the request alone is too large", () => {
    const heap = heapOf(MiB);
    expect(() => allocate(heap, MiB)).toThrow("nothing: the request alone is too large");
    expect(isWhole(heap)).toBe(true);
  });

  it.each([
    2 ** 31 - 1,
    2 ** 31,
    2 ** 32 - PAGE,
    2 ** 32 - PAGE + 1,
    2 ** 32 - 1,
    2 ** 32,
    2 ** 33 + 5,
  ])("refuses %i bytes, in words of 32 bits or not", (bytes) => {
    const heap = heapOf(MiB);
    expect(() => allocate(heap, bytes)).toThrow(`no room for ${(bytes / MiB).toFixed(1)} MiB`);
    expect(isWhole(heap)).toBe(true);
  });

  it("gives all of the largest heap, whose addresses have 32 bits", () => {
    const heap = heapOf(2 ** 32);
    const high = [2 ** 31 + 5, 2 ** 30, 2 ** 29].map((bytes) => allocate(heap, bytes));
    const addresses = high.map((chunk) => addressOf(heap, chunk));
    expect(addresses).toEqual([PAGE, 2 * PAGE + 2 ** 31, 2 * PAGE + 2 ** 31 + 2 ** 30]);
    heap.view(high[2] as number)[2 ** 29 - 1] = 7;
    expect(heap.bytesOf(high[0] as number)).toBe(2 ** 31 + 5);
    expect(() => allocate(heap, 2 ** 30)).toThrow(
      "or add workers, which have 4 GiB each: addWorkers(n)",
    );
    for (const chunk of high) heap.release(chunk);
    expect(isWhole(heap)).toBe(true);
  });
});
