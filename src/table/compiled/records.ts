/**
 * Reading records into columns, as WebAssembly: one module for all tables, which goes through descriptions of their
 * columns. It calls JavaScript for fields that are not plain, records that are too short or too long, and memory.
 */

import { type Callable, ModuleBuilder } from "../../wasm/module.ts";
import { block, br, brIf, dispatch, i32, iff, loop, memoryCopy, ret, set } from "../../wasm/ops.ts";
import { i8x16, v128 } from "../../wasm/simd.ts";
import { NEWLINE, QUOTE, RETURN } from "./bytes.ts";
import { advance, byteAt } from "./code.ts";
import { defineDecimal } from "./decimals.ts";
import * as fields from "./fields.ts";
import { defineDate, defineSeconds } from "./instants.ts";
import { defineIntern, defineInternAll, defineRehash } from "./interning.ts";
import { COLUMN, COLUMN_WORDS, CONSTANTS, SLACK } from "./layout.ts";

export function recordsModule(): Uint8Array<ArrayBuffer> {
  const m = new ModuleBuilder(65536);
  const three = ["i32", "i32", "i32"] as const;
  /** Row, number of the column, and where the field begins; gives where it ends. */
  const other = m.import("field", three, "i32");
  /** A record that ends there after this column; gives where the next one begins. */
  const short = m.import("short", three, "i32");
  const long = m.import("long", ["i32", "i32"], "void");
  /** Makes room in a dictionary or a column of texts for one of a length, or for one more code. */
  const grow = m.import("grow", ["i32", "i32"], "void");
  const intern = defineIntern(m, grow);
  defineInternAll(m, intern);
  defineRehash(m);
  const decimal = defineDecimal(m);
  const date = defineDate(m);
  const seconds = defineSeconds(m);
  const copyText = defineCopyText(m, grow);
  m.export(
    "records",
    {
      columns: "i32",
      count: "i32",
      at: "i32",
      limit: "i32",
      end: "i32",
      row: "i32",
      separator: "i32",
      constants: "i32",
    },
    "i32",
    ({ columns, count, at, limit, end, row, separator, constants }, s) => {
      const { index, column } = s.locals({ index: "i32", column: "i32" });
      const own = s.locals({
        c: "i32",
        p: "i32",
        from: "i32",
        length: "i32",
        negative: "i32",
        exponent: "i32",
        count: "i32",
        digits: "i64",
        word: "i64",
        float: "f64",
        separators: "v128",
        newlines: "v128",
        quotes: "v128",
      });
      const f: fields.Field = {
        ...own,
        at,
        row,
        column,
        end,
        separator,
        constants,
        copyText,
        intern,
        decimal,
        date,
        seconds,
      };
      return [
        set(own.separators, i8x16.splat(separator)),
        set(own.newlines, i8x16.splat(NEWLINE)),
        set(own.quotes, i8x16.splat(QUOTE)),
        block((done) => [
          loop((record) => [
            brIf(done, i32.geU(at, limit)),
            iff(i32.gtU(count, 1), [
              set(own.c, byteAt(at)),
              iff(i32.eq(own.c, NEWLINE), [advance(at, 1), br(record)]),
              iff(i32.and(i32.eq(own.c, RETURN), i32.eq(byteAt(at, 1), NEWLINE)), [
                advance(at, 2),
                br(record),
              ]),
            ]),
            set(index, 0),
            set(column, columns),
            loop((next) => [
              block((read) => [
                set(own.c, byteAt(at)),
                dispatch(i32.load(column, COLUMN.kind), [
                  fields.skippedCode(f, read),
                  [],
                  fields.integerCode(f, read),
                  fields.floatCode(f, read, "f64"),
                  fields.floatCode(f, read, "f32"),
                  fields.dictionaryCode(f, read),
                  fields.utf8Code(f, read),
                  fields.dateCode(f, read),
                  fields.timestampCode(f, read),
                  fields.boolCode(f, read),
                ]),
                ...fields.nullCode(f, read),
                set(at, other(row, index, at)),
              ]),
              advance(index, 1),
              advance(column, 4 * COLUMN_WORDS),
              iff(i32.ltU(index, count), [
                iff(i32.ne(byteAt(at), separator), [
                  set(at, short(row, i32.sub(index, 1), at)),
                  advance(row, 1),
                  br(record),
                ]),
                advance(at, 1),
                br(next),
              ]),
            ]),
            set(own.c, byteAt(at)),
            iff(i32.eq(own.c, RETURN), [advance(at, 1), set(own.c, byteAt(at))]),
            iff(i32.ne(own.c, NEWLINE), [long(row, at)]),
            advance(at, 1),
            advance(row, 1),
            br(record),
          ]),
        ]),
        i32.store(constants, at, CONSTANTS.at),
        ret(row),
      ];
    },
  );
  m.export("copy", { to: "i32", from: "i32", bytes: "i32" }, "void", ({ to, from, bytes }) => [
    memoryCopy(to, from, bytes),
  ]);
  return m.bytes();
}

/** `copyText(column, row, from, length)` adds a text to a column of `utf8`. */
function defineCopyText(m: ModuleBuilder, grow: Callable<"void">) {
  return m.export(
    "copyText",
    { column: "i32", row: "i32", from: "i32", length: "i32" },
    "void",
    ({ column, row, from, length }, f) => {
      const { start, place } = f.locals({ start: "i32", place: "i32" });
      return [
        set(place, i32.add(i32.load(column, COLUMN.offsets), i32.shl(row, 2))),
        set(start, i32.load(place)),
        i32.store(place, i32.add(start, length), 4),
        iff(i32.gtU(i32.add(start, length), i32.load(column, COLUMN.room)), [grow(column, length)]),
        set(start, i32.add(start, i32.load(column, COLUMN.values))),
        iff(
          i32.leU(length, SLACK),
          [v128.store(start, v128.load(from)), v128.store(start, v128.load(from, 16), 16)],
          [memoryCopy(start, from, length)],
        ),
      ];
    },
  );
}
