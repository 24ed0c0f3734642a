/**
 * Philox4x32-10: random words as a function of a counter and a key, without a state, so that any part of a
 * sequence can be made anywhere. (J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw: Parallel random numbers:
 * as easy as 1, 2, 3. SC 2011.)
 *
 * `philox` gives single blocks; `PhiloxWords` makes many at once in WebAssembly, which can multiply 32-bit
 * words to 64 bits.
 */

import { createSharedMemory } from "../../platform/memory.ts";
import { ModuleBuilder } from "../../wasm/module.ts";
import {
  brIf,
  i32,
  i64,
  loop,
  type Operand,
  type Statement,
  set,
  widenU,
  wrap,
} from "../../wasm/ops.ts";

const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const;
const KEY_STEPS = [0x9e3779b9, 0xbb67ae85] as const;
const ROUNDS = 10;

export type Words4 = readonly [number, number, number, number];
export type Key = readonly [number, number];

/** The upper 32 bits of the product of two unsigned words. */
function upperProduct(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = (Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16)) | 0;
  const other = ((middle & 0xffff) + Math.imul(a0, b1)) | 0;
  return (Math.imul(a1, b1) + (middle >>> 16) + (other >>> 16)) | 0;
}

/** The four words that belong to a counter. */
export function philox(counter: Words4, key: Key): Words4 {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const first = upperProduct(c0, MULTIPLIERS[0]);
    const second = upperProduct(c2, MULTIPLIERS[1]);
    const low = Math.imul(c0, MULTIPLIERS[0]);
    c0 = second ^ c1 ^ k0;
    c1 = Math.imul(c2, MULTIPLIERS[1]);
    c2 = first ^ c3 ^ k1;
    c3 = low;
    k0 = (k0 + KEY_STEPS[0]) | 0;
    k1 = (k1 + KEY_STEPS[1]) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

/** An integer as two words. */
export const wordsOf = (value: number): Key => [value >>> 0, Math.floor(value / 2 ** 32) >>> 0];

/** Words 2 and 3 of the counter of all numbers of a kind: what is drawn for one purpose never meets another. */
export type Stream = readonly [number, number];

const BLOCK_BYTES = 16;
/** Blocks made by one call, a multiple of `LANES`: they and what is made of them stay in the first-level cache. */
export const BLOCKS_AT_ONCE = 512;

interface Exports {
  fill(
    blocks: number,
    low: number,
    high: number,
    c2: number,
    c3: number,
    k0: number,
    k1: number,
  ): void;
}

/** Many blocks with ascending counters. Not for use by two callers at once: they share the words. */
export class PhiloxWords {
  /** What `fill` made: four words a block. */
  readonly words: Uint32Array;
  readonly #fill: Exports["fill"];

  constructor() {
    const memory = createSharedMemory(BLOCKS_AT_ONCE * BLOCK_BYTES);
    const module = new WebAssembly.Module(wordsModule(memory.buffer.byteLength >>> 16));
    const instance = new WebAssembly.Instance(module, { env: { memory } });
    this.#fill = (instance.exports as unknown as Exports).fill;
    this.words = new Uint32Array(memory.buffer);
  }

  /** Makes the blocks `first` to `first + count`, at most `BLOCKS_AT_ONCE`. */
  fill(first: number, count: number, stream: Stream, key: Key): void {
    const [low, high] = wordsOf(first);
    this.#fill(count, low, high, stream[0], stream[1], key[0], key[1]);
  }
}

/** Blocks made side by side, so that their multiplications overlap. */
const LANES = 4;

const FILL_PARAMETERS = {
  blocks: "i32",
  low: "i32",
  high: "i32",
  c2: "i32",
  c3: "i32",
  key0: "i32",
  key1: "i32",
} as const;

function wordsModule(pages: number): Uint8Array<ArrayBuffer> {
  const m = new ModuleBuilder(pages);
  m.export("fill", FILL_PARAMETERS, "void", (p, scope) => {
    const { at, end, k0, k1 } = scope.locals({ at: "i32", end: "i32", k0: "i32", k1: "i32" });
    const { counter } = scope.locals({ counter: "i64" });
    const lanes = Array.from({ length: LANES }, () => ({
      c: [scope.local("i32"), scope.local("i32"), scope.local("i32"), scope.local("i32")] as const,
      products: [scope.local("i64"), scope.local("i64")] as const,
    }));
    const upper = (product: Operand<"i64">) => wrap(i64.shrU(product, 32n));
    const start = (lane: (typeof lanes)[number], index: number): Statement[] => [
      set(lane.c[0], wrap(i64.add(counter, BigInt(index)))),
      set(lane.c[1], upper(i64.add(counter, BigInt(index)))),
      set(lane.c[2], p.c2),
      set(lane.c[3], p.c3),
    ];
    const round = ({ c, products: [first, second] }: (typeof lanes)[number]): Statement[] => [
      set(first, i64.mul(widenU(c[0]), BigInt(MULTIPLIERS[0]))),
      set(second, i64.mul(widenU(c[2]), BigInt(MULTIPLIERS[1]))),
      set(c[0], i32.xor(i32.xor(upper(second), c[1]), k0)),
      set(c[2], i32.xor(i32.xor(upper(first), c[3]), k1)),
      set(c[1], wrap(second)),
      set(c[3], wrap(first)),
    ];
    const nextKey = [
      set(k0, i32.add(k0, KEY_STEPS[0] | 0)),
      set(k1, i32.add(k1, KEY_STEPS[1] | 0)),
    ];
    const rounds = Array.from({ length: ROUNDS }, (_, round_) => [
      ...(round_ > 0 ? nextKey : []),
      ...lanes.flatMap(round),
    ]);
    const store = (lane: (typeof lanes)[number], index: number): Statement[] =>
      lane.c.map((word, at_) => i32.store(at, word, index * BLOCK_BYTES + at_ * 4));
    return [
      set(counter, i64.or(widenU(p.low), i64.shl(widenU(p.high), 32n))),
      set(end, i32.mul(p.blocks, BLOCK_BYTES)),
      loop((again) => [
        ...lanes.flatMap(start),
        set(k0, p.key0),
        set(k1, p.key1),
        ...rounds.flat(),
        ...lanes.flatMap(store),
        set(counter, i64.add(counter, BigInt(LANES))),
        set(at, i32.add(at, LANES * BLOCK_BYTES)),
        brIf(again, i32.ltU(at, end)),
      ]),
    ];
  });
  return m.bytes();
}
