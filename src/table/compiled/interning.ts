/** Codes of strings by their bytes, as WebAssembly: a hash table in the heap that JavaScript enlarges. */

import type { Callable, ModuleBuilder } from "../../wasm/module.ts";
import {
  block,
  br,
  brIf,
  i32,
  i64,
  iff,
  loop,
  memoryCopy,
  ret,
  select,
  set,
  tee,
  widenU,
  wrap,
} from "../../wasm/ops.ts";
import { i8x16, v128 } from "../../wasm/simd.ts";
import { advance, type I32, type I64 } from "./code.ts";
import { DICTIONARY, SLOT_BYTES } from "./layout.ts";

const FACTOR = 0x9e3779b97f4a7c15n;

/** `intern(dictionary, from, length)` gives the code of bytes. `grow(dictionary, length)` makes room for one more. */
export function defineIntern(m: ModuleBuilder, grow: Callable<"void">): Callable<"i32"> {
  const equal = defineEqual(m);
  return m.export(
    "intern",
    { dictionary: "i32", from: "i32", length: "i32" },
    "i32",
    ({ dictionary, from, length }, f) => {
      const { at, rest, slot, table, mask, hash, code, start } = f.locals({
        at: "i32",
        rest: "i32",
        slot: "i32",
        table: "i32",
        mask: "i32",
        hash: "i32",
        code: "i32",
        start: "i32",
      });
      const mixed = f.local("i64");
      const mix = (word: I64) => [
        set(mixed, i64.mul(i64.xor(mixed, word), FACTOR)),
        set(mixed, i64.xor(mixed, i64.shrU(mixed, 32n))),
      ];
      const lastMask = select(
        rest,
        i64.shrU(-1n, widenU(i32.sub(64, i32.shl(rest, 3)))),
        i64.const(0),
      );
      const place = (hash: I32): I32 => i32.add(table, i32.mul(i32.and(hash, mask), SLOT_BYTES));
      return [
        set(mixed, i64.mul(widenU(length), FACTOR)),
        set(at, from),
        set(rest, length),
        block((done) => [
          loop((again) => [
            brIf(done, i32.leU(rest, 8)),
            ...mix(i64.load(at)),
            advance(at, 8),
            set(rest, i32.sub(rest, 8)),
            br(again),
          ]),
        ]),
        ...mix(i64.and(i64.load(at), lastMask)),
        set(hash, wrap(mixed)),
        set(table, i32.load(dictionary, DICTIONARY.table)),
        set(mask, i32.load(dictionary, DICTIONARY.mask)),
        set(slot, place(hash)),
        block((free) => [
          loop((again) => [
            brIf(free, i32.eqz(tee(code, i32.load(slot, 4)))),
            iff(i32.and(i32.eq(i32.load(slot), hash), i32.eq(i32.load(slot, 12), length)), [
              set(start, i32.add(i32.load(dictionary, DICTIONARY.bytes), i32.load(slot, 8))),
              iff(equal(start, from, length), [ret(i32.sub(code, 1))]),
            ]),
            set(slot, i32.add(slot, SLOT_BYTES)),
            iff(i32.geU(slot, i32.add(table, i32.mul(i32.add(mask, 1), SLOT_BYTES))), [
              set(slot, table),
            ]),
            br(again),
          ]),
        ]),
        // A new one.
        set(code, i32.load(dictionary, DICTIONARY.size)),
        set(start, i32.load(i32.add(i32.load(dictionary, DICTIONARY.offsets), i32.shl(code, 2)))),
        i32.store(slot, hash),
        i32.store(slot, i32.add(code, 1), 4),
        i32.store(slot, start, 8),
        i32.store(slot, length, 12),
        iff(i32.gtU(i32.add(start, length), i32.load(dictionary, DICTIONARY.room)), [
          grow(dictionary, length),
        ]),
        memoryCopy(i32.add(i32.load(dictionary, DICTIONARY.bytes), start), from, length),
        i32.store(
          i32.add(i32.load(dictionary, DICTIONARY.offsets), i32.shl(code, 2)),
          i32.add(start, length),
          4,
        ),
        i32.store(dictionary, i32.add(code, 1), DICTIONARY.size),
        iff(i32.geU(i32.shl(i32.add(code, 1), 1), mask), [grow(dictionary, 0)]),
        ret(code),
      ];
    },
  );
}

/**
 * `internAll(dictionary, bytes, offsets, count, codes, bits, bit)` writes the codes of strings that lie one after
 * another; 0 for those whose bits, from `bit` on, are not set. `bits` is 0 where there are no nulls.
 */
export function defineInternAll(m: ModuleBuilder, intern: Callable<"i32">): void {
  m.export(
    "internAll",
    {
      dictionary: "i32",
      bytes: "i32",
      offsets: "i32",
      count: "i32",
      codes: "i32",
      bits: "i32",
      bit: "i32",
    },
    "void",
    ({ dictionary, bytes, offsets, count, codes, bits, bit }, f) => {
      const { end, from, to, code } = f.locals({ end: "i32", from: "i32", to: "i32", code: "i32" });
      const isNull = i32.eqz(
        i32.and(i32.shrU(i32.load8U(i32.add(bits, i32.shrU(bit, 3))), i32.and(bit, 7)), 1),
      );
      return [
        set(end, i32.add(codes, i32.shl(count, 2))),
        set(from, i32.load(offsets)),
        block((done) => [
          loop((again) => [
            brIf(done, i32.geU(codes, end)),
            advance(offsets, 4),
            set(to, i32.load(offsets)),
            set(code, 0),
            block((known) => [
              iff(bits, [brIf(known, isNull)]),
              set(code, intern(dictionary, i32.add(bytes, from), i32.sub(to, from))),
            ]),
            i32.store(codes, code),
            set(from, to),
            advance(codes, 4),
            advance(bit, 1),
            br(again),
          ]),
        ]),
      ];
    },
  );
}

/** Whether bytes are the same. Beyond their ends others may be read. */
function defineEqual(m: ModuleBuilder): Callable<"i32"> {
  return m.define("equal", { a: "i32", b: "i32", length: "i32" }, "i32", ({ a, b, length }) => {
    const same = i8x16.bitmask(i8x16.eq(v128.load(a), v128.load(b)));
    return [
      loop((again) => [
        iff(i32.leU(length, 16), [
          ret(i32.eqz(i32.and(i32.xor(same, -1), i32.sub(i32.shl(1, length), 1)))),
        ]),
        iff(i32.ne(same, 0xffff), [ret(0)]),
        advance(a, 16),
        advance(b, 16),
        set(length, i32.sub(length, 16)),
        br(again),
      ]),
    ];
  });
}

/** `rehash(from, slots, to, mask)` puts the slots of a table into a larger one, which is empty. */
export function defineRehash(m: ModuleBuilder): void {
  m.export(
    "rehash",
    { from: "i32", slots: "i32", to: "i32", mask: "i32" },
    "void",
    ({ from, slots, to, mask }, f) => {
      const { end, place, slot } = f.locals({ end: "i32", place: "i32", slot: "i32" });
      return [
        set(end, i32.add(from, i32.mul(slots, SLOT_BYTES))),
        block((done) => [
          loop((again) => [
            brIf(done, i32.geU(from, end)),
            iff(i32.load(from, 4), [
              set(place, i32.load(from)),
              loop((next) => [
                set(slot, i32.add(to, i32.mul(i32.and(place, mask), SLOT_BYTES))),
                advance(place, 1),
                brIf(next, i32.load(slot, 4)),
              ]),
              v128.store(slot, v128.load(from)),
            ]),
            advance(from, SLOT_BYTES),
            br(again),
          ]),
        ]),
      ];
    },
  );
}
