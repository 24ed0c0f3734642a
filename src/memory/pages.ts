/**
 * Runs of pages, as WebAssembly: free runs in two-level segregated bins (Masmano et al., "TLSF: a new
 * dynamic memory allocator for real-time systems", 2004), neighbours merged on free. Both operations are
 * straight-line code for a caller that holds the lock of the pages. What a page is, memory or a place in a file,
 * is the caller's; its tables begin at `base`.
 */

import { type Body, type Expr, i32, iff, type Local, type Statement, set } from "../wasm/ops.ts";
import {
  BIN_HEADS,
  BIN_MAP,
  BIN_SUBMAPS,
  PAGE,
  PAGE_KIND,
  PAGE_LIMIT,
  PAGE_STRIDE,
  PAGES,
} from "./layout.ts";

type I32 = Expr<"i32">;
/** Makes a local for one use. */
export type Scratch = () => Local<"i32">;

/**
 * Where no bin above has a run, so many of the fitting bin are looked at: they differ by less than a sixteenth.
 * Written out, since a thread may be stopped in a loop.
 */
const LOOKS = 16;
const BINS = 18;

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

export interface PageRuns {
  /** Address of the descriptor of a page. */
  page(number: I32 | number): I32;
  clearKind(number: I32): Statement;
  /** Takes a run of `count` pages: leaves its first page in `run`, or 0. */
  takeRun(count: Local<"i32">, run: Local<"i32">, scratch: Scratch): Body;
  /** Gives a run back and merges it with its free neighbours. */
  giveRun(start: Local<"i32">, scratch: Scratch): Body;
}

/** The runs whose tables are laid out at `base` as `layout.ts` says for the heap. */
export function pageRuns(base = 0): PageRuns {
  const binMap = base + BIN_MAP;
  /** Address of the descriptor of a page. */
  const page = (number: I32 | number): I32 => i32.add(i32.mul(number, PAGE_STRIDE), base + PAGES);

  const submap = (first: I32): I32 => i32.add(i32.shl(first, 2), base + BIN_SUBMAPS);
  const binHead = (first: I32, second: I32): I32 =>
    i32.add(i32.shl(i32.add(i32.shl(first, 4), second), 2), base + BIN_HEADS);

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
      i32.store(binMap, i32.or(i32.load(binMap), i32.shl(1, first))),
    ];
  }

  /** Takes a free run out of its bin. Its descriptors stay. */
  function removeRun(start: Local<"i32">, scratch: Scratch): Body {
    const [first, second, next, prev] = [scratch(), scratch(), scratch(), scratch()];
    const clearBit = (at: I32 | number, bit: I32): Statement =>
      i32.store(at, i32.and(i32.load(at), i32.xor(i32.shl(1, bit), -1)));
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
            clearBit(submap(first), second),
            iff(i32.eqz(i32.load(submap(first))), [clearBit(binMap, first)]),
          ]),
        ],
      ),
    ];
  }

  const clearKind = (number: I32): Statement => i32.store(page(number), PAGE_KIND.body, PAGE.kind);

  /** Takes a run of `count` pages: leaves its first page in `run`, or 0. */
  function takeRun(count: Local<"i32">, run: Local<"i32">, scratch: Scratch): Body {
    const [first, second, bits, total, rest] = [
      scratch(),
      scratch(),
      scratch(),
      scratch(),
      scratch(),
    ];
    // Rounded up to the next bin's lower bound, every run of the bin found is large enough.
    const rounded = i32.sub(i32.add(count, i32.shl(1, i32.sub(i32.sub(31, i32.clz(count)), 4))), 1);
    const isTooSmall = i32.ltU(i32.load(page(run), PAGE.count), count);
    return [
      set(run, 0),
      set(total, count),
      iff(i32.geU(count, 16), [set(total, rounded)]),
      ...binOf(total, first, second),
      iff(i32.ltU(first, BINS), [
        set(bits, i32.and(i32.load(submap(first)), i32.shl(-1, second))),
        iff(i32.eqz(bits), [
          set(first, i32.and(i32.load(binMap), i32.shl(i32.const(-2), first))),
          iff(first, [set(first, i32.ctz(first)), set(bits, i32.load(submap(first)))]),
        ]),
        iff(bits, [set(run, i32.load(binHead(first, i32.ctz(bits))))]),
      ]),
      iff(i32.eqz(run), [
        ...binOf(count, first, second),
        set(run, i32.load(binHead(first, second))),
        // The descriptor of page 0, where lists end, has count 0 and next 0.
        ...Array.from({ length: LOOKS }, () =>
          iff(isTooSmall, [set(run, i32.load(page(run), PAGE.next))]),
        ),
        iff(isTooSmall, [set(run, 0)]),
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
    ];
  }

  /** Gives a run back and merges it with its free neighbours. */
  function giveRun(start: Local<"i32">, scratch: Scratch): Body {
    const [run, count, other] = [scratch(), scratch(), scratch()];
    const before = i32.load(page(i32.sub(start, 1)), PAGE.kind);
    return [
      set(run, start),
      set(count, i32.load(page(start), PAGE.count)),
      set(other, i32.add(run, count)),
      iff(i32.ltU(other, i32.load(base + PAGE_LIMIT)), [
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

  return { page, clearKind, takeRun, giveRun };
}
