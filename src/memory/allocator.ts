/**
 * The allocator of the heap, as WebAssembly: blocks up to 8 KiB from slabs of 64 KiB, one lock a size class,
 * with a bitmap of free blocks; larger ones as runs of 4 KiB pages in two-level segregated bins (Masmano et
 * al., "TLSF: a new dynamic memory allocator for real-time systems", 2004), neighbours merged on free.
 * Searches are by bit scans, so no lock is held over a loop; only when no bin above has a run is the list of
 * the fitting bin walked. Addresses are 64-byte aligned; address 0 means "full".
 */

import type { Callable, ModuleBuilder } from "../wasm/module.ts";
import {
  type Body,
  block,
  br,
  brIf,
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
  tee,
  widenU,
  wrap,
} from "../wasm/ops.ts";
import {
  BIN_HEADS,
  BIN_MAP,
  BIN_SUBMAPS,
  CLASS,
  CLASS_OF_UNITS,
  CLASS_STRIDE,
  CLASSES,
  PAGE,
  PAGE_BYTES,
  PAGE_KIND,
  PAGE_LIMIT,
  PAGE_LOCK,
  PAGE_STRIDE,
  PAGES,
  SLAB,
  SLAB_PAGES,
  SLABS,
  SMALL_BYTES,
} from "./layout.ts";
import { acquire, release } from "./lock.ts";

type I32 = Expr<"i32">;
type Scratch = () => Local<"i32">;

const PAGE_SHIFT = 12;
const page = (number: I32 | number): I32 => i32.add(i32.mul(number, PAGE_STRIDE), PAGES);
const slab = (number: I32): I32 => i32.add(i32.mul(number, PAGE_STRIDE), SLABS);
const sizeClass = (index: I32): I32 => i32.add(i32.mul(index, CLASS_STRIDE), CLASSES);

/** Bin of a run of `count` pages: exact up to 31 pages, then sixteen bins for each power of two. */
function binOf(count: I32, first: Local<"i32">, second: Local<"i32">): Body {
  return [
    iff(
      i32.ltU(count, 16),
      [set(first, 0), set(second, count)],
      [
        set(first, i32.sub(31, i32.clz(count))),
        set(second, i32.sub(i32.shrU(count, i32.sub(first, 4)), 16)),
        set(first, i32.sub(first, 3)),
      ],
    ),
  ];
}

const submap = (first: I32): I32 => i32.add(i32.shl(first, 2), BIN_SUBMAPS);
const binHead = (first: I32, second: I32): I32 =>
  i32.add(i32.shl(i32.add(i32.shl(first, 4), second), 2), BIN_HEADS);

/** Writes the descriptors of a free run and puts it into its bin. */
function insertRun(start: Local<"i32">, count: Local<"i32">, scratch: Scratch): Body {
  const [first, second, head, old] = [scratch(), scratch(), scratch(), scratch()];
  const tail = page(i32.sub(i32.add(start, count), 1));
  return [
    i32.store(tail, PAGE_KIND.tail, PAGE.kind),
    i32.store(tail, count, PAGE.count),
    i32.store(page(start), PAGE_KIND.free, PAGE.kind),
    i32.store(page(start), count, PAGE.count),
    ...binOf(count, first, second),
    set(head, binHead(first, second)),
    set(old, i32.load(head)),
    i32.store(page(start), old, PAGE.next),
    i32.store(page(start), 0, PAGE.prev),
    iff(old, [i32.store(page(old), start, PAGE.prev)]),
    i32.store(head, start),
    i32.store(submap(first), i32.or(i32.load(submap(first)), i32.shl(1, second))),
    i32.store(BIN_MAP, i32.or(i32.load(BIN_MAP), i32.shl(1, first))),
  ];
}

/** Takes a free run out of its bin. Its descriptors stay. */
function removeRun(start: Local<"i32">, scratch: Scratch): Body {
  const [first, second, next, prev] = [scratch(), scratch(), scratch(), scratch()];
  return [
    ...binOf(i32.load(page(start), PAGE.count), first, second),
    set(next, i32.load(page(start), PAGE.next)),
    set(prev, i32.load(page(start), PAGE.prev)),
    iff(next, [i32.store(page(next), prev, PAGE.prev)]),
    iff(
      prev,
      [i32.store(page(prev), next, PAGE.next)],
      [
        i32.store(binHead(first, second), next),
        iff(i32.eqz(next), [
          i32.store(
            submap(first),
            i32.and(i32.load(submap(first)), i32.xor(i32.shl(1, second), -1)),
          ),
          iff(i32.eqz(i32.load(submap(first))), [
            i32.store(BIN_MAP, i32.and(i32.load(BIN_MAP), i32.xor(i32.shl(1, first), -1))),
          ]),
        ]),
      ],
    ),
  ];
}

const clearKind = (number: I32): Statement => i32.store(page(number), PAGE_KIND.body, PAGE.kind);

/** `allocatePages(slot, count) → first page or 0`, `freePages(slot, first)`. */
function definePages(m: ModuleBuilder): { allocate: Callable<"i32">; free: Callable<"void"> } {
  const allocate = m.define(
    "allocatePages",
    { slot: "i32", count: "i32" },
    "i32",
    ({ slot, count }, f) => {
      const scratch: Scratch = () => f.local("i32");
      const { first, second, bits, run, rest, total } = f.locals({
        first: "i32",
        second: "i32",
        bits: "i32",
        run: "i32",
        rest: "i32",
        total: "i32",
      });
      // Rounded up to the next bin's lower bound, every run of the bin found is large enough.
      const rounded = i32.sub(
        i32.add(count, i32.shl(1, i32.sub(i32.sub(31, i32.clz(count)), 4))),
        1,
      );
      return [
        ...acquire(PAGE_LOCK, slot, bits, run),
        set(run, 0),
        set(total, count),
        iff(i32.geU(count, 16), [set(total, rounded)]),
        ...binOf(total, first, second),
        iff(i32.ltU(first, 18), [
          set(bits, i32.and(i32.load(submap(first)), i32.shl(-1, second))),
          iff(i32.eqz(bits), [
            set(first, i32.and(i32.load(BIN_MAP), i32.shl(i32.const(-2), first))),
            iff(first, [set(first, i32.ctz(first)), set(bits, i32.load(submap(first)))]),
          ]),
          iff(bits, [set(run, i32.load(binHead(first, i32.ctz(bits))))]),
        ]),
        iff(i32.eqz(run), [
          ...binOf(count, first, second),
          set(run, i32.load(binHead(first, second))),
          block((found) => [
            loop((next) => [
              brIf(found, i32.eqz(run)),
              brIf(found, i32.geU(i32.load(page(run), PAGE.count), count)),
              set(run, i32.load(page(run), PAGE.next)),
              br(next),
            ]),
          ]),
        ]),
        iff(run, [
          ...removeRun(run, scratch),
          set(total, i32.load(page(run), PAGE.count)),
          clearKind(i32.sub(i32.add(run, total), 1)),
          iff(i32.gtU(total, count), [
            set(rest, i32.add(run, count)),
            set(total, i32.sub(total, count)),
            ...insertRun(rest, total, scratch),
          ]),
          i32.store(page(run), count, PAGE.count),
          i32.store(page(run), PAGE_KIND.used, PAGE.kind),
        ]),
        release(PAGE_LOCK),
        ret(run),
      ];
    },
  );
  const free = m.export(
    "freePages",
    { slot: "i32", start: "i32" },
    "void",
    ({ slot, start }, f) => {
      const scratch: Scratch = () => f.local("i32");
      return [
        ...acquire(PAGE_LOCK, slot, scratch(), scratch()),
        ...freeRun(start, scratch),
        release(PAGE_LOCK),
      ];
    },
  );
  return { allocate, free };
}

/** Gives a run back and merges it with its free neighbours; the caller holds the lock of the pages. */
function freeRun(start: Local<"i32">, scratch: Scratch): Body {
  const [run, count, other] = [scratch(), scratch(), scratch()];
  const before = i32.load(page(i32.sub(start, 1)), PAGE.kind);
  return [
    set(run, start),
    set(count, i32.load(page(start), PAGE.count)),
    set(other, i32.add(run, count)),
    iff(i32.ltU(other, i32.load(PAGE_LIMIT)), [
      iff(i32.eq(i32.load(page(other), PAGE.kind), PAGE_KIND.free), [
        ...removeRun(other, scratch),
        clearKind(other),
        set(count, i32.add(count, i32.load(page(other), PAGE.count))),
      ]),
    ]),
    // A free run of one page has only its head, a longer one ends in a tail.
    set(other, 0),
    iff(i32.eq(before, PAGE_KIND.free), [set(other, i32.sub(start, 1))]),
    iff(i32.eq(before, PAGE_KIND.tail), [
      set(other, i32.sub(start, i32.load(page(i32.sub(start, 1)), PAGE.count))),
      clearKind(i32.sub(start, 1)),
    ]),
    iff(other, [
      ...removeRun(other, scratch),
      clearKind(run),
      set(count, i32.add(count, i32.load(page(other), PAGE.count))),
      set(run, other),
    ]),
    ...insertRun(run, count, scratch),
  ];
}

/** Defines `allocate(slot, bytes) → address or 0` and `free(slot, address)`. */
export function defineAllocator(m: ModuleBuilder): {
  allocate: Callable<"i32">;
  free: Callable<"void">;
} {
  const pages = definePages(m);

  // A slab links into the list of its class through the `next` and `prev` of its first page.
  const growClass = m.define(
    "growClass",
    { slot: "i32", index: "i32" },
    "i32",
    ({ slot, index }, f) => {
      const { start, at, kind, blocks, old } = f.locals({
        start: "i32",
        at: "i32",
        kind: "i32",
        blocks: "i32",
        old: "i32",
      });
      const word = f.local("i32");
      return [
        iff(i32.eqz(tee(start, pages.allocate(slot, SLAB_PAGES))), [ret(0)]),
        set(blocks, i32.load(sizeClass(index), CLASS.blocks)),
        set(at, slab(start)),
        ...Array.from({ length: 16 }, (_, w) => [
          set(word, i32.sub(blocks, w * 64)),
          i64.store(
            at,
            select(
              i32.leS(word, 0),
              i64.const(0),
              select(i32.geS(word, 64), i64.const(-1), i64.sub(i64.shl(1n, widenU(word)), 1n)),
            ),
            SLAB.bitmap + w * 8,
          ),
        ]).flat(),
        i32.store(at, i32.sub(i32.shl(1, i32.shrU(i32.add(blocks, 63), 6)), 1), SLAB.summary),
        i32.store(at, blocks, SLAB.free),
        set(kind, i32.or(i32.shl(index, 8), PAGE_KIND.slab)),
        ...Array.from({ length: SLAB_PAGES }, (_, p) =>
          i32.store(page(i32.add(start, p)), i32.or(kind, p << 16), PAGE.kind),
        ),
        set(old, i32.load(sizeClass(index), CLASS.partial)),
        i32.store(page(start), old, PAGE.next),
        i32.store(page(start), 0, PAGE.prev),
        iff(old, [i32.store(page(old), start, PAGE.prev)]),
        i32.store(sizeClass(index), start, CLASS.partial),
        ret(start),
      ];
    },
  );

  const unlinkSlab = (
    start: Local<"i32">,
    cls: I32,
    next: Local<"i32">,
    prev: Local<"i32">,
  ): Body => [
    set(next, i32.load(page(start), PAGE.next)),
    set(prev, i32.load(page(start), PAGE.prev)),
    iff(next, [i32.store(page(next), prev, PAGE.prev)]),
    iff(prev, [i32.store(page(prev), next, PAGE.next)], [i32.store(cls, next, CLASS.partial)]),
  ];

  const allocate = m.define(
    "allocate",
    { slot: "i32", bytes: "i32" },
    "i32",
    ({ slot, bytes }, f) => {
      const { index, cls, start, at, word, bit, seen, spins } = f.locals({
        index: "i32",
        cls: "i32",
        start: "i32",
        at: "i32",
        word: "i32",
        bit: "i32",
        seen: "i32",
        spins: "i32",
      });
      const bits = f.local("i64");
      return [
        iff(i32.gtU(bytes, SMALL_BYTES), [
          iff(i32.gtU(bytes, -PAGE_BYTES), [ret(0)]),
          ret(
            i32.shl(
              pages.allocate(slot, i32.shrU(i32.add(bytes, PAGE_BYTES - 1), PAGE_SHIFT)),
              PAGE_SHIFT,
            ),
          ),
        ]),
        set(index, i32.load8U(i32.shrU(i32.add(bytes, 63), 6), CLASS_OF_UNITS)),
        set(cls, sizeClass(index)),
        ...acquire(cls, slot, seen, spins),
        set(start, i32.load(cls, CLASS.partial)),
        iff(i32.eqz(start), [
          set(start, growClass(slot, index)),
          iff(i32.eqz(start), [release(cls), ret(0)]),
        ]),
        set(at, slab(start)),
        set(word, i32.ctz(i32.load(at, SLAB.summary))),
        set(bits, i64.load(i32.add(at, i32.shl(word, 3)), SLAB.bitmap)),
        set(bit, wrap(i64.ctz(bits))),
        set(bits, i64.and(bits, i64.sub(bits, 1n))),
        i64.store(i32.add(at, i32.shl(word, 3)), bits, SLAB.bitmap),
        iff(i64.eqz(bits), [
          i32.store(
            at,
            i32.and(i32.load(at, SLAB.summary), i32.xor(i32.shl(1, word), -1)),
            SLAB.summary,
          ),
        ]),
        i32.store(at, i32.sub(i32.load(at, SLAB.free), 1), SLAB.free),
        iff(i32.eqz(i32.load(at, SLAB.free)), unlinkSlab(start, cls, seen, spins)),
        release(cls),
        ret(
          i32.add(
            i32.shl(start, PAGE_SHIFT),
            i32.mul(i32.add(i32.shl(word, 6), bit), i32.shl(i32.load(cls, CLASS.units), 6)),
          ),
        ),
      ];
    },
  );

  const free = m.define("free", { slot: "i32", address: "i32" }, "void", ({ slot, address }, f) => {
    const { number, kind, cls, at, position, word, seen, spins } = f.locals({
      number: "i32",
      kind: "i32",
      cls: "i32",
      at: "i32",
      position: "i32",
      word: "i32",
      seen: "i32",
      spins: "i32",
    });
    const { count, other } = f.locals({ count: "i32", other: "i32" });
    const bits = f.local("i64");
    return [
      set(number, i32.shrU(address, PAGE_SHIFT)),
      set(kind, i32.load(page(number), PAGE.kind)),
      iff(i32.ne(i32.and(kind, 0xff), PAGE_KIND.slab), [pages.free(slot, number), ret()]),
      set(number, i32.sub(number, i32.shrU(kind, 16))),
      set(cls, sizeClass(i32.and(i32.shrU(kind, 8), 0xff))),
      set(at, slab(number)),
      set(
        position,
        i32.divU(
          i32.sub(address, i32.shl(number, PAGE_SHIFT)),
          i32.shl(i32.load(cls, CLASS.units), 6),
        ),
      ),
      set(word, i32.shrU(position, 6)),
      ...acquire(cls, slot, seen, spins),
      set(bits, i64.load(i32.add(at, i32.shl(word, 3)), SLAB.bitmap)),
      i64.store(
        i32.add(at, i32.shl(word, 3)),
        i64.or(bits, i64.shl(1n, widenU(i32.and(position, 63)))),
        SLAB.bitmap,
      ),
      i32.store(at, i32.or(i32.load(at, SLAB.summary), i32.shl(1, word)), SLAB.summary),
      set(count, i32.add(i32.load(at, SLAB.free), 1)),
      i32.store(at, count, SLAB.free),
      iff(i32.eq(count, 1), [
        set(other, i32.load(cls, CLASS.partial)),
        i32.store(page(number), other, PAGE.next),
        i32.store(page(number), 0, PAGE.prev),
        iff(other, [i32.store(page(other), number, PAGE.prev)]),
        i32.store(cls, number, CLASS.partial),
      ]),
      // An empty slab goes back to the pages, unless it is the only one of its class with room.
      iff(i32.eq(count, i32.load(cls, CLASS.blocks)), [
        iff(i32.or(i32.load(page(number), PAGE.next), i32.load(page(number), PAGE.prev)), [
          ...acquire(PAGE_LOCK, slot, seen, spins),
          ...unlinkSlab(number, cls, seen, spins),
          ...Array.from({ length: SLAB_PAGES }, (_, p) => clearKind(i32.add(number, p))),
          i32.store(page(number), SLAB_PAGES, PAGE.count),
          ...freeRun(number, () => f.local("i32")),
          release(PAGE_LOCK),
        ]),
      ]),
      release(cls),
    ];
  });

  return { allocate, free };
}
