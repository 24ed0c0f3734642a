/**
 * The allocator of the heap, as WebAssembly: blocks up to 8 KiB from slabs of 64 KiB, one lock a size class,
 * with a bitmap of free blocks; larger ones as runs of pages. Searches are by bit scans. Addresses are 64-byte
 * aligned; address 0 means "full".
 *
 * All of it is code for the caller's own function, straight-line where a lock is held: a thread is never
 * stopped between taking memory and noting it, nor while it holds a lock (see `lock.ts`). A class lock is held
 * when the lock of the pages is needed, so that one is only tried for, and waited for without the other.
 */

import type { Callable, FunctionScope, ModuleBuilder } from "../wasm/module.ts";
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
  select,
  set,
  widenU,
  wrap,
} from "../wasm/ops.ts";
import {
  CLASS,
  CLASS_OF_UNITS,
  CLASS_STRIDE,
  CLASS_UNITS,
  CLASSES,
  PAGE,
  PAGE_BYTES,
  PAGE_KIND,
  PAGE_LOCK,
  PAGE_STRIDE,
  SLAB,
  SLAB_PAGES,
  SLABS,
  SMALL_BYTES,
} from "./layout.ts";
import { acquire, release, tryAcquire } from "./lock.ts";
import { pageRuns, type Scratch } from "./pages.ts";

type I32 = Expr<"i32">;
type Local32 = Local<"i32">;

const { page, clearKind, takeRun, giveRun } = pageRuns();
const PAGE_SHIFT = 12;
const BITMAP_WORDS = 16;
const slab = (number: I32): I32 => i32.add(i32.mul(number, PAGE_STRIDE), SLABS);
const sizeClass = (index: I32): I32 => i32.add(i32.mul(index, CLASS_STRIDE), CLASSES);

/** Writes the descriptors of a new slab and puts it into the list of its class, through its first page. */
function startSlab(start: Local32, index: Local32, f: FunctionScope): Body {
  const { at, blocks, kind, old, left } = f.locals({
    at: "i32",
    blocks: "i32",
    kind: "i32",
    old: "i32",
    left: "i32",
  });
  const bits = select(
    i32.leS(left, 0),
    i64.const(0),
    select(i32.geS(left, 64), i64.const(-1), i64.sub(i64.shl(1n, widenU(left)), 1n)),
  );
  return [
    set(at, slab(start)),
    set(blocks, i32.load(sizeClass(index), CLASS.blocks)),
    ...Array.from({ length: BITMAP_WORDS }, (_, w) => [
      set(left, i32.sub(blocks, w * 64)),
      i64.store(at, bits, SLAB.bitmap + w * 8),
    ]).flat(),
    i32.store(at, i32.sub(i32.shl(1, i32.shrU(i32.add(blocks, 63), 6)), 1), SLAB.summary),
    i32.store(at, blocks, SLAB.free),
    set(kind, i32.or(i32.shl(index, 8), PAGE_KIND.slab)),
    ...Array.from({ length: SLAB_PAGES }, (_, p) =>
      i32.store(page(i32.add(start, p)), i32.or(kind, p << 16), PAGE.kind),
    ),
    ...linkSlab(start, sizeClass(index), old),
  ];
}

const linkSlab = (start: Local32, cls: I32, old: Local32): Body => [
  set(old, i32.load(cls, CLASS.partial)),
  i32.store(page(start), old, PAGE.next),
  i32.store(page(start), 0, PAGE.prev),
  iff(old, [i32.store(page(old), start, PAGE.prev)]),
  i32.store(cls, start, CLASS.partial),
];

function unlinkSlab(start: Local32, cls: I32, scratch: Scratch): Body {
  const [next, prev] = [scratch(), scratch()];
  return [
    set(next, i32.load(page(start), PAGE.next)),
    set(prev, i32.load(page(start), PAGE.prev)),
    iff(next, [i32.store(page(next), prev, PAGE.prev)]),
    iff(prev, [i32.store(page(prev), next, PAGE.next)], [i32.store(cls, next, CLASS.partial)]),
  ];
}

/** Gives the pages of an empty slab back; both locks are held. */
const endSlab = (start: Local32, cls: I32, scratch: Scratch): Body => [
  ...unlinkSlab(start, cls, scratch),
  ...Array.from({ length: SLAB_PAGES }, (_, p) => clearKind(i32.add(start, p))),
  i32.store(page(start), SLAB_PAGES, PAGE.count),
  ...giveRun(start, scratch),
];

/** Takes a block of a slab that has one: leaves its address. */
function takeBlock(start: Local32, cls: I32, address: Local32, f: FunctionScope): Body {
  const { at, word, bit } = f.locals({ at: "i32", word: "i32", bit: "i32" });
  const bits = f.local("i64");
  const wordAt = i32.add(at, i32.shl(word, 3));
  const summary = i32.load(at, SLAB.summary);
  return [
    set(at, slab(start)),
    set(word, i32.ctz(summary)),
    set(bits, i64.load(wordAt, SLAB.bitmap)),
    set(bit, wrap(i64.ctz(bits))),
    set(bits, i64.and(bits, i64.sub(bits, 1n))),
    i64.store(wordAt, bits, SLAB.bitmap),
    iff(i64.eqz(bits), [
      i32.store(at, i32.and(summary, i32.xor(i32.shl(1, word), -1)), SLAB.summary),
    ]),
    i32.store(at, i32.sub(i32.load(at, SLAB.free), 1), SLAB.free),
    iff(
      i32.eqz(i32.load(at, SLAB.free)),
      unlinkSlab(start, cls, () => f.local("i32")),
    ),
    set(
      address,
      i32.add(
        i32.shl(start, PAGE_SHIFT),
        i32.mul(i32.add(i32.shl(word, 6), bit), i32.shl(i32.load(cls, CLASS.units), 6)),
      ),
    ),
  ];
}

/** The pages of a new heap or file, as one run that is in use; before any thread shares it. */
export function defineAddPages(m: ModuleBuilder, name: string, base = 0): void {
  m.export(name, { start: "i32" }, "void", ({ start }, f) =>
    pageRuns(base).giveRun(start, () => f.local("i32")),
  );
}

/** Waits for the lock of the pages without another one in hand. */
const waitForPages = (slot: I32, scratch: Scratch): Body => [
  ...acquire(PAGE_LOCK, slot, scratch(), scratch()),
  release(PAGE_LOCK),
];

/** A slab without any block in use. It is kept for the next block where its class has no other with room. */
const isEmpty = (start: I32, cls: I32): I32 =>
  i32.eq(i32.load(slab(start), SLAB.free), i32.load(cls, CLASS.blocks));

/** `trim(slot)` gives the empty slabs that are kept back to the pages: how many. */
function defineTrim(m: ModuleBuilder): Callable<"i32"> {
  return m.define("trim", { slot: "i32" }, "i32", ({ slot }, f) => {
    const { index, cls, start, given } = f.locals({
      index: "i32",
      cls: "i32",
      start: "i32",
      given: "i32",
    });
    const scratch: Scratch = () => f.local("i32");
    return [
      loop((next) => [
        set(cls, sizeClass(index)),
        ...acquire(cls, slot, scratch(), scratch()),
        set(start, i32.load(cls, CLASS.partial)),
        iff(start, [
          iff(isEmpty(start, cls), [
            iff(i32.eqz(tryAcquire(PAGE_LOCK, slot)), [
              release(cls),
              ...waitForPages(slot, scratch),
              br(next),
            ]),
            ...endSlab(start, cls, scratch),
            release(PAGE_LOCK),
            set(given, i32.add(given, 1)),
          ]),
        ]),
        release(cls),
        set(index, i32.add(index, 1)),
        brIf(next, i32.ltU(index, CLASS_UNITS.length)),
      ]),
      ret(given),
    ];
  });
}

export interface Allocator {
  /** Leaves the address of a new block in `address`, or 0. */
  allocate(slot: I32, bytes: I32, address: Local32, f: FunctionScope): Body;
  /** Frees the block at `address`, which is not 0. */
  free(slot: I32, address: Local32, f: FunctionScope): Body;
}

export function defineAllocator(m: ModuleBuilder): Allocator {
  const trim = defineTrim(m);
  defineAddPages(m, "addPages");
  return {
    allocate(slot, bytes, address, f) {
      const { count, index, cls, start } = f.locals({
        count: "i32",
        index: "i32",
        cls: "i32",
        start: "i32",
      });
      const scratch: Scratch = () => f.local("i32");
      const pages: Body = [
        set(count, i32.shrU(i32.add(bytes, PAGE_BYTES - 1), PAGE_SHIFT)),
        ...acquire(PAGE_LOCK, slot, scratch(), scratch()),
        ...takeRun(count, start, scratch),
        release(PAGE_LOCK),
        set(address, i32.shl(start, PAGE_SHIFT)),
      ];
      return [
        set(address, 0),
        block((done) => [
          // So close to 4 GiB the number of pages would not fit.
          brIf(done, i32.gtU(bytes, -PAGE_BYTES)),
          loop((again) => [
            iff(i32.gtU(bytes, SMALL_BYTES), pages, [
              set(index, i32.load8U(i32.shrU(i32.add(bytes, 63), 6), CLASS_OF_UNITS)),
              set(cls, sizeClass(index)),
              ...acquire(cls, slot, scratch(), scratch()),
              set(start, i32.load(cls, CLASS.partial)),
              iff(i32.eqz(start), [
                iff(i32.eqz(tryAcquire(PAGE_LOCK, slot)), [
                  release(cls),
                  ...waitForPages(slot, scratch),
                  br(again),
                ]),
                set(count, SLAB_PAGES),
                ...takeRun(count, start, scratch),
                release(PAGE_LOCK),
                iff(start, startSlab(start, index, f)),
              ]),
              iff(start, takeBlock(start, cls, address, f)),
              release(cls),
            ]),
            brIf(done, address),
            brIf(again, trim(slot)),
          ]),
        ]),
      ];
    },

    free(slot, address, f) {
      const { number, kind, cls, at, position, count, old, ended } = f.locals({
        number: "i32",
        kind: "i32",
        cls: "i32",
        at: "i32",
        position: "i32",
        count: "i32",
        old: "i32",
        ended: "i32",
      });
      const scratch: Scratch = () => f.local("i32");
      const wordAt = i32.add(at, i32.shl(i32.shrU(position, 6), 3));
      const bit = i64.shl(1n, widenU(i32.and(position, 63)));
      const block: Body = [
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
        loop((again) => [
          ...acquire(cls, slot, scratch(), scratch()),
          set(count, i32.add(i32.load(at, SLAB.free), 1)),
          set(old, i32.load(cls, CLASS.partial)),
          // An empty slab is the only one of its class with room, or it ends.
          set(ended, 0),
          iff(i32.eq(count, 1), [iff(old, [iff(isEmpty(old, cls), [set(ended, old)])])]),
          iff(i32.eq(count, i32.load(cls, CLASS.blocks)), [
            iff(i32.or(i32.load(page(number), PAGE.next), i32.load(page(number), PAGE.prev)), [
              set(ended, number),
            ]),
          ]),
          iff(ended, [
            iff(i32.eqz(tryAcquire(PAGE_LOCK, slot)), [
              release(cls),
              ...waitForPages(slot, scratch),
              br(again),
            ]),
          ]),
        ]),
        i64.store(wordAt, i64.or(i64.load(wordAt, SLAB.bitmap), bit), SLAB.bitmap),
        i32.store(
          at,
          i32.or(i32.load(at, SLAB.summary), i32.shl(1, i32.shrU(position, 6))),
          SLAB.summary,
        ),
        i32.store(at, count, SLAB.free),
        iff(i32.eq(count, 1), linkSlab(number, cls, old)),
        iff(ended, [...endSlab(ended, cls, scratch), release(PAGE_LOCK)]),
        release(cls),
      ];
      return [
        set(number, i32.shrU(address, PAGE_SHIFT)),
        set(kind, i32.load(page(number), PAGE.kind)),
        iff(i32.eq(i32.and(kind, 0xff), PAGE_KIND.slab), block, [
          ...acquire(PAGE_LOCK, slot, scratch(), scratch()),
          ...giveRun(number, scratch),
          release(PAGE_LOCK),
        ]),
      ];
    },
  };
}
