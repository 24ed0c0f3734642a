/**
 * Reading one field of each kind, as WebAssembly: what is plain is stored, and `at` moves to its end; what is not is
 * left as it is to JavaScript.
 */

import type { Label } from "../../wasm/encoder.ts";
import type { Callable } from "../../wasm/module.ts";
import {
  type Body,
  block,
  br,
  brIf,
  demote,
  f32,
  f64,
  i32,
  i64,
  iff,
  type Local,
  loop,
  type Operand,
  type Statement,
  select,
  set,
  tee,
  widenS,
  widenU,
  wrap,
} from "../../wasm/ops.ts";
import { i8x16, type Vector, v128 } from "../../wasm/simd.ts";
import { NEWLINE, QUOTE, RETURN } from "./bytes.ts";
import {
  advance,
  all,
  any,
  byteAt,
  digitsAt,
  eightDigits,
  ends,
  type I32,
  nonDigits,
} from "./code.ts";
import { NO_DATE } from "./instants.ts";
import { COLUMN, CONSTANTS } from "./layout.ts";

type Int = Local<"i32">;

/** What the code of a field works with. */
export interface Field {
  readonly at: Int;
  readonly row: Int;
  /** Address of the column. */
  readonly column: Int;
  /** After the last byte of all. */
  readonly end: I32;
  readonly separator: I32;
  readonly constants: I32;
  readonly separators: Vector;
  readonly newlines: Vector;
  readonly quotes: Vector;
  // For itself:
  readonly c: Int;
  readonly p: Int;
  readonly from: Int;
  readonly length: Int;
  readonly negative: Int;
  readonly exponent: Int;
  readonly count: Int;
  readonly digits: Local<"i64">;
  readonly word: Local<"i64">;
  readonly float: Local<"f64">;
  readonly copyText: Callable<"void">;
  readonly intern: Callable<"i32">;
  readonly decimal: Callable<"f64">;
  readonly date: Callable<"i32">;
  readonly seconds: Callable<"i32">;
}

const of = (f: Field, offset: number): I32 => i32.load(f.column, offset);
const element = (f: Field): I32 =>
  i32.add(of(f, COLUMN.values), i32.shl(f.row, of(f, COLUMN.shift)));
/** Elements are written in order, so that what is beyond one is written later. */
const store = (f: Field, value: Operand<"i64">): Statement => i64.store(element(f), value);

/** The field is read and ends at `p`. */
const done = (f: Field, next: Label): Statement[] => [set(f.at, f.p), br(next)];

const isPlain = (f: Field): I32 =>
  i32.and(ends(f.c, f.p, f.separator), i32.gtU(i32.sub(f.p, f.at), of(f, COLUMN.shortest)));

/** Goes on if the field is empty, which is null. What others read is never empty. */
export const nullCode = (f: Field, next: Label): Statement[] => [
  set(f.c, byteAt(f.at)),
  iff(ends(f.c, f.at, f.separator), [...setNull(f), br(next)]),
];

function setNull(f: Field): Statement[] {
  const bits = i32.add(of(f, COLUMN.validity), i32.shrU(f.row, 3));
  const bit = i32.shl(1, i32.and(f.row, 7));
  const last = i32.add(of(f, COLUMN.offsets), i32.shl(f.row, 2));
  return [
    i32.store8(bits, i32.and(i32.load8U(bits), i32.xor(bit, -1))),
    i32.store(f.column, i32.add(of(f, COLUMN.nulls), 1), COLUMN.nulls),
    iff(of(f, COLUMN.offsets), [i32.store(last, i32.load(last), 4)], [store(f, 0n)]),
  ];
}

/** Takes digits from `p` on; `digits` becomes what it was with these added. */
function takeDigits(f: Field): Statement {
  const { p, word, digits, count } = f;
  const ten = i64.load(i32.add(f.constants, i32.shl(count, 3)), CONSTANTS.integers);
  const aligned = i64.shl(word, widenU(i32.sub(64, i32.shl(count, 3))));
  return loop((again) => [
    set(word, digitsAt(p)),
    set(count, i32.shrU(wrap(i64.ctz(nonDigits(word))), 3)),
    set(digits, i64.add(i64.mul(digits, ten), select(count, eightDigits(aligned), i64.const(0)))),
    advance(p, count),
    brIf(again, i32.eq(count, 8)),
  ]);
}

const sign = (f: Field): Statement[] => [
  set(f.negative, i32.eq(f.c, 45)),
  set(f.p, i32.add(f.at, f.negative)),
  set(f.from, f.p),
  set(f.digits, 0n),
];

export function integerCode(f: Field, next: Label): Body {
  const { digits, negative, p, from } = f;
  const wide = (offset: number) => i64.load(f.column, offset);
  const value = i64.sub(
    i64.xor(digits, i64.sub(0n, widenU(negative))),
    i64.sub(0n, widenU(negative)),
  );
  return [
    ...sign(f),
    takeDigits(f),
    set(f.c, byteAt(p)),
    set(f.count, i32.sub(p, from)),
    iff(
      all(
        isPlain(f),
        i32.leU(i32.sub(f.count, 1), 18),
        i64.leU(digits, i64.add(wide(COLUMN.most), widenU(negative))),
        i64.leU(i64.sub(tee(f.word, value), wide(COLUMN.least)), wide(COLUMN.span)),
      ),
      [store(f, f.word), ...done(f, next)],
    ),
  ];
}

export function floatCode(f: Field, next: Label, type: "f64" | "f32"): Body {
  const { digits, negative, p, from, exponent, count, c } = f;
  const value = select(negative, f64.neg(f.float), f.float);
  return [
    ...sign(f),
    takeDigits(f),
    set(exponent, 0),
    set(c, byteAt(p)),
    iff(i32.eq(c, 46), [
      advance(p, 1),
      advance(from, 1),
      set(exponent, p),
      takeDigits(f),
      set(exponent, i32.sub(exponent, p)),
      set(c, byteAt(p)),
    ]),
    set(count, i32.sub(p, from)),
    iff(i32.leU(i32.sub(count, 1), 18), [
      iff(i32.eq(i32.or(c, 32), 101), exponentCode(f)),
      iff(isPlain(f), [
        set(f.float, f.decimal(digits, exponent, f.constants)),
        iff(f64.eq(f.float, f.float), [
          type === "f64" ? f64.store(element(f), value) : f32.store(element(f), demote(value)),
          ...done(f, next),
        ]),
      ]),
    ]),
  ];
}

/** After digits and an `e`: up to three digits more, with a sign or none. */
function exponentCode(f: Field): Body {
  const { p, c, exponent, from, count, length } = f;
  return [
    advance(p, 1),
    set(c, byteAt(p)),
    set(length, i32.eq(c, 45)),
    iff(any(length, i32.eq(c, 43)), [advance(p, 1)]),
    set(count, 0),
    set(from, p),
    loop((again) => [
      set(c, i32.sub(byteAt(p), 48)),
      iff(all(i32.leU(c, 9), i32.ltU(i32.sub(p, from), 3)), [
        set(count, i32.add(i32.mul(count, 10), c)),
        advance(p, 1),
        br(again),
      ]),
    ]),
    set(exponent, i32.add(exponent, select(length, i32.sub(0, count), count))),
    // Without digits it is no number, whatever it ends with.
    set(c, select(i32.eq(p, from), i32.const(0), byteAt(p))),
  ];
}

/** The first of some bytes from `p` on. */
const find = (f: Field, wanted: (bytes: Vector) => Vector): Statement =>
  loop((again) => [
    set(f.count, i8x16.bitmask(wanted(v128.load(f.p)))),
    iff(i32.eqz(f.count), [advance(f.p, 16), br(again)]),
    advance(f.p, i32.ctz(f.count)),
  ]);

/** To the separator or newline at or after `p`, or before the return that belongs to that. */
const findEnd = (f: Field): Statement[] => [
  find(f, (bytes) => v128.or(i8x16.eq(bytes, f.separators), i8x16.eq(bytes, f.newlines))),
  iff(i32.eq(byteAt(f.p), NEWLINE), [
    set(f.p, i32.sub(f.p, i32.and(i32.gtU(f.p, f.at), i32.eq(byteAt(i32.sub(f.p, 1)), RETURN)))),
  ]),
];

/** To the quote that closes a field, if nothing is to be said of it. */
const findClose = (f: Field): Statement[] => [
  set(f.p, i32.add(f.at, 1)),
  find(f, (bytes) => i8x16.eq(bytes, f.quotes)),
  set(f.from, i32.add(f.p, 1)),
  set(f.c, byteAt(f.from)),
];

const isClosed = (f: Field): I32 => all(i32.ltU(f.p, f.end), ends(f.c, f.from, f.separator));

export function skippedCode(f: Field, next: Label): Body {
  return [
    iff(
      i32.eq(f.c, QUOTE),
      [...findClose(f), iff(isClosed(f), [set(f.at, f.from), br(next)])],
      [set(f.p, f.at), ...findEnd(f), ...done(f, next)],
    ),
  ];
}

/** `take` stores the text from `from`, of `length`. */
function textCode(f: Field, next: Label, take: Statement): Body {
  const { at, p, from, length } = f;
  return [
    iff(
      i32.eq(f.c, QUOTE),
      [
        ...findClose(f),
        iff(isClosed(f), [
          set(length, i32.sub(i32.sub(p, at), 1)),
          set(p, f.from),
          set(from, i32.add(at, 1)),
          take,
          ...done(f, next),
        ]),
      ],
      [
        set(p, at),
        ...findEnd(f),
        set(from, at),
        set(length, i32.sub(p, at)),
        iff(i32.gtU(length, of(f, COLUMN.shortest)), [take, ...done(f, next)]),
      ],
    ),
  ];
}

export const dictionaryCode = (f: Field, next: Label): Body =>
  textCode(f, next, i32.store(element(f), f.intern(of(f, COLUMN.dictionary), f.from, f.length)));

export const utf8Code = (f: Field, next: Label): Body =>
  textCode(f, next, f.copyText(f.column, f.row, f.from, f.length));

export function dateCode(f: Field, next: Label): Body {
  return [
    set(f.p, i32.add(f.at, 10)),
    set(f.c, byteAt(f.p)),
    iff(isPlain(f), [
      set(f.count, f.date(f.at)),
      iff(i32.ne(f.count, NO_DATE), [store(f, widenS(f.count)), ...done(f, next)]),
    ]),
  ];
}

/** `YYYY-MM-DD HH:MM:SS` with up to as many digits after it as the unit holds, and perhaps `Z`. */
export function timestampCode(f: Field, next: Label): Body {
  const { at, p, c, count, length, digits, from } = f;
  const ten = (power: I32) => i64.load(i32.add(f.constants, i32.shl(power, 3)), CONSTANTS.integers);
  return [
    set(count, f.date(at)),
    set(c, byteAt(at, 10)),
    iff(all(i32.ne(count, NO_DATE), any(i32.eq(c, 84), i32.eq(c, 32))), [
      set(length, f.seconds(i32.add(at, 11))),
      iff(i32.geS(length, 0), [
        set(f.word, i64.add(i64.mul(widenS(count), 86400n), widenU(length))),
        set(f.exponent, of(f, COLUMN.digits)),
        set(p, i32.add(at, 19)),
        set(digits, 0n),
        set(from, p),
        iff(i32.eq(byteAt(p), 46), [advance(p, 1), set(from, p), ...fractionCode(f)]),
        set(length, i32.sub(p, from)),
        advance(p, i32.eq(byteAt(p), 90)),
        set(c, byteAt(p)),
        iff(
          all(
            isPlain(f),
            i32.leU(length, f.exponent),
            // A point without digits is no time.
            any(i32.ne(length, 0), i32.eq(from, i32.add(at, 19))),
            // Others may be too far away for a count of nanoseconds.
            i64.ltU(
              i64.add(f.word, 9_000_000_000n),
              select(i32.eq(f.exponent, 9), i64.const(18_000_000_000n), i64.const(-1n)),
            ),
          ),
          [
            store(
              f,
              i64.add(
                i64.mul(f.word, ten(f.exponent)),
                i64.mul(digits, ten(i32.sub(f.exponent, length))),
              ),
            ),
            ...done(f, next),
          ],
        ),
      ]),
    ]),
  ];
}

/** Digits from `p` on, at most nine. */
function fractionCode({ p, from, c, digits }: Field): Body {
  return [
    loop((again) => [
      set(c, i32.sub(byteAt(p), 48)),
      iff(all(i32.leU(c, 9), i32.ltU(i32.sub(p, from), 9)), [
        set(digits, i64.add(i64.mul(digits, 10n), widenU(c))),
        advance(p, 1),
        br(again),
      ]),
    ]),
  ];
}

const TRUE = 0x65757274;
const FALS = 0x736c6166;

export function boolCode(f: Field, next: Label): Body {
  const { at, p, count } = f;
  return [
    set(count, i32.eq(i32.load(at), TRUE)),
    set(p, i32.sub(i32.add(at, 5), count)),
    set(f.c, byteAt(p)),
    iff(all(isPlain(f), any(count, all(i32.eq(i32.load(at), FALS), i32.eq(byteAt(at, 4), 101)))), [
      i32.store8(element(f), count),
      ...done(f, next),
    ]),
  ];
}

/** Runs a field's code: what it does not end goes on after it. */
export const field = (code: (next: Label) => Body): Statement => block(code);
