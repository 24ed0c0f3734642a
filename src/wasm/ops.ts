/**
 * WebAssembly instructions as expression trees. An expression is built once and may be written many times
 * (each writing repeats its instructions: put shared results into a local). Numbers stand for constants.
 */

import type { Encoder, Label, ValueType } from "./encoder.ts";

export interface Expr<T extends ValueType | "void"> {
  readonly type: T;
  emit(out: Encoder): void;
}

export type Statement = Expr<"void">;
export type Body = readonly Statement[];

/** What an operand may be: an expression, or a literal of its type. */
export type Operand<T extends ValueType> = Expr<T> | (T extends "i64" ? bigint : number);

export interface Local<T extends ValueType> extends Expr<T> {
  readonly index: number;
}

export const expr = <T extends ValueType | "void">(
  type: T,
  emit: (out: Encoder) => void,
): Expr<T> => ({
  type,
  emit,
});

const CONST_CODES = { i32: 0x41, i64: 0x42, f32: 0x43, f64: 0x44 } as const;
type Scalar = keyof typeof CONST_CODES;

function constant<T extends ValueType>(type: T, value: number | bigint): Expr<T> {
  if (type === "v128") throw new Error("internal: a v128 has no literal operand");
  const literal = type === "i32" || type === "i64" ? wrapped(type, value) : Number(value);
  return expr(type, (out) => {
    out.byte(CONST_CODES[type as Scalar]);
    if (type === "f32") out.f32(Number(literal));
    else if (type === "f64") out.f64(Number(literal));
    else out.signed(literal);
  });
}

/** An integer as a signed one of its width; it may be written signed or unsigned. */
function wrapped(type: "i32" | "i64", value: number | bigint): bigint {
  const bits = type === "i32" ? 32 : 64;
  if (typeof value === "bigint" || Number.isSafeInteger(value)) {
    const whole = BigInt(value);
    const signed = BigInt.asIntN(bits, whole);
    if (signed === whole || BigInt.asUintN(bits, whole) === whole) return signed;
  }
  throw new Error(`internal: ${value} is not an ${type}`);
}

/** What an operand stands for. */
export const operand = <T extends ValueType>(type: T, value: Operand<T>): Expr<T> =>
  typeof value === "object" ? value : constant(type, value);

// --- Locals and control -----------------------------------------------------------------------

export const set = <T extends ValueType>(local: Local<T>, value: Operand<T>): Statement =>
  expr("void", (out) => {
    operand(local.type, value).emit(out);
    out.byte(0x21);
    out.unsigned(local.index);
  });

/** Assigns and gives the value. */
export const tee = <T extends ValueType>(local: Local<T>, value: Operand<T>): Expr<T> =>
  expr(local.type, (out) => {
    operand(local.type, value).emit(out);
    out.byte(0x22);
    out.unsigned(local.index);
  });

export const drop = (value: Expr<ValueType>): Statement =>
  expr("void", (out) => {
    value.emit(out);
    out.byte(0x1a);
  });

/** Leaves the function; a number is an i32. */
export const ret = (value?: Expr<ValueType> | number): Statement =>
  expr("void", (out) => {
    if (value !== undefined) (typeof value === "number" ? constant("i32", value) : value).emit(out);
    out.byte(0x0f);
  });

export const unreachable: Statement = expr("void", (out) => out.byte(0x00));

function writeAll(out: Encoder, body: Body): void {
  for (const statement of body) statement.emit(out);
}

export const iff = (condition: Expr<"i32">, then: Body, otherwise: Body = []): Statement =>
  expr("void", (out) => {
    condition.emit(out);
    out.byte(0x04, 0x40);
    out.enter(null);
    writeAll(out, then);
    if (otherwise.length > 0) {
      out.byte(0x05);
      writeAll(out, otherwise);
    }
    out.leave();
    out.byte(0x0b);
  });

/** A branch to the label of a block leaves it; a branch to the label of a loop starts it again. */
export const block = (fill: (label: Label) => Body): Statement => structured(0x02, "block", fill);
export const loop = (fill: (label: Label) => Body): Statement => structured(0x03, "loop", fill);

function structured(code: number, name: string, fill: (label: Label) => Body): Statement {
  const label: Label = { name };
  const body = fill(label);
  return expr("void", (out) => {
    out.byte(code, 0x40);
    out.enter(label);
    if (name === "loop") writeProbe(out);
    writeAll(out, body);
    out.leave();
    out.byte(0x0b);
  });
}

/** Calls the probe of a test build: loop heads and function entries are where engines interrupt a thread. */
export function writeProbe(out: Encoder): void {
  if (out.probe === null) return;
  out.byte(0x10);
  out.unsigned(out.probe);
}

export const br = (label: Label): Statement =>
  expr("void", (out) => {
    out.byte(0x0c);
    out.unsigned(out.depth(label));
  });

export const brIf = (label: Label, condition: Expr<"i32">): Statement =>
  expr("void", (out) => {
    condition.emit(out);
    out.byte(0x0d);
    out.unsigned(out.depth(label));
  });

/** Runs the body of a number, counted from 0; the last one for any other number too. */
export function dispatch(index: Operand<"i32">, bodies: readonly Body[]): Statement {
  const last = bodies.length - 1;
  return expr("void", (out) => {
    for (let k = 0; k <= last + 1; k++) {
      out.byte(0x02, 0x40);
      out.enter(null);
    }
    operand("i32", index).emit(out);
    out.byte(0x0e);
    out.unsigned(last);
    for (let k = 0; k <= last; k++) out.unsigned(k);
    bodies.forEach((body, k) => {
      out.leave();
      out.byte(0x0b);
      writeAll(out, body);
      if (k < last) {
        out.byte(0x0c);
        out.unsigned(last - k);
      }
    });
    out.leave();
    out.byte(0x0b);
  });
}

export const select = <T extends ValueType>(
  condition: Expr<"i32">,
  then: Expr<T>,
  otherwise: Operand<T>,
): Expr<T> =>
  expr(then.type, (out) => {
    then.emit(out);
    operand(then.type, otherwise).emit(out);
    condition.emit(out);
    out.byte(0x1b);
  });

// --- Arithmetic and memory ----------------------------------------------------------------------

type Binary<T extends ValueType, R extends ValueType = T> = (
  a: Operand<T>,
  b: Operand<T>,
) => Expr<R>;
type Unary<T extends ValueType, R extends ValueType = T> = (a: Operand<T>) => Expr<R>;
export type Load<T extends ValueType> = (address: Operand<"i32">, offset?: number) => Expr<T>;
export type Store<T extends ValueType> = (
  address: Operand<"i32">,
  value: Operand<T>,
  offset?: number,
) => Statement;
type ReadModifyWrite<T extends ValueType> = (
  address: Operand<"i32">,
  value: Operand<T>,
  offset?: number,
) => Expr<T>;

export interface AtomicOps<T extends "i32" | "i64"> {
  readonly load: Load<T>;
  readonly store: Store<T>;
  readonly add: ReadModifyWrite<T>;
  readonly sub: ReadModifyWrite<T>;
  readonly and: ReadModifyWrite<T>;
  readonly or: ReadModifyWrite<T>;
  readonly xor: ReadModifyWrite<T>;
  readonly exchange: ReadModifyWrite<T>;
  /** Stores `replacement` where the old value is `expected`; gives the old value. */
  compareExchange(
    address: Operand<"i32">,
    expected: Operand<T>,
    replacement: Operand<T>,
    offset?: number,
  ): Expr<T>;
}

export interface IntegerOps<T extends "i32" | "i64"> {
  const(value: number | bigint): Expr<T>;
  readonly add: Binary<T>;
  readonly sub: Binary<T>;
  readonly mul: Binary<T>;
  readonly divS: Binary<T>;
  readonly divU: Binary<T>;
  readonly remS: Binary<T>;
  readonly remU: Binary<T>;
  readonly and: Binary<T>;
  readonly or: Binary<T>;
  readonly xor: Binary<T>;
  readonly shl: Binary<T>;
  readonly shrS: Binary<T>;
  readonly shrU: Binary<T>;
  readonly clz: Unary<T>;
  readonly ctz: Unary<T>;
  readonly popcnt: Unary<T>;
  readonly eqz: Unary<T, "i32">;
  readonly eq: Binary<T, "i32">;
  readonly ne: Binary<T, "i32">;
  readonly ltS: Binary<T, "i32">;
  readonly ltU: Binary<T, "i32">;
  readonly gtS: Binary<T, "i32">;
  readonly gtU: Binary<T, "i32">;
  readonly leS: Binary<T, "i32">;
  readonly leU: Binary<T, "i32">;
  readonly geS: Binary<T, "i32">;
  readonly geU: Binary<T, "i32">;
  readonly load: Load<T>;
  readonly load8S: Load<T>;
  readonly load8U: Load<T>;
  readonly load16S: Load<T>;
  readonly load16U: Load<T>;
  readonly store: Store<T>;
  readonly store8: Store<T>;
  readonly store16: Store<T>;
  readonly atomic: AtomicOps<T>;
}

const unary =
  <T extends ValueType, R extends ValueType>(code: number, type: T, result: R): Unary<T, R> =>
  (a) =>
    expr(result, (out) => {
      operand(type, a).emit(out);
      out.byte(code);
    });

const binary =
  <T extends ValueType, R extends ValueType>(code: number, type: T, result: R): Binary<T, R> =>
  (a, b) =>
    expr(result, (out) => {
      operand(type, a).emit(out);
      operand(type, b).emit(out);
      out.byte(code);
    });

export interface Access {
  readonly prefix: readonly number[];
  readonly align: number;
}

export const writeAccess = (out: Encoder, access: Access, offset: number): void => {
  out.byte(...access.prefix);
  out.unsigned(access.align);
  out.unsigned(offset);
};

export const loadOp =
  <T extends ValueType>(type: T, access: Access): Load<T> =>
  (address, offset = 0) =>
    expr(type, (out) => {
      operand("i32", address).emit(out);
      writeAccess(out, access, offset);
    });

export const storeOp =
  <T extends ValueType>(type: T, access: Access): Store<T> =>
  (address, value, offset = 0) =>
    expr("void", (out) => {
      operand("i32", address).emit(out);
      operand(type, value).emit(out);
      writeAccess(out, access, offset);
    });

const modifyOp =
  <T extends ValueType>(type: T, access: Access): ReadModifyWrite<T> =>
  (address, value, offset = 0) =>
    expr(type, (out) => {
      operand("i32", address).emit(out);
      operand(type, value).emit(out);
      writeAccess(out, access, offset);
    });

const plain = (code: number, align: number): Access => ({ prefix: [code], align });
const atomic = (code: number, align: number): Access => ({ prefix: [0xfe, code], align });

function integerOps<T extends "i32" | "i64">(type: T): IntegerOps<T> {
  const wide = type === "i64";
  const align = wide ? 3 : 2;
  const arithmetic = wide ? 0x79 : 0x67; // clz; the others follow in one order for both widths
  const compare = wide ? 0x50 : 0x45; // eqz
  const two = (at: number): Binary<T> => binary(arithmetic + at, type, type);
  const order = (at: number): Binary<T, "i32"> => binary(compare + at, type, "i32");
  const modify = (at: number): ReadModifyWrite<T> => modifyOp(type, atomic(at + +wide, align));
  return {
    const: (value) => constant(type, value),
    clz: unary(arithmetic, type, type),
    ctz: unary(arithmetic + 1, type, type),
    popcnt: unary(arithmetic + 2, type, type),
    add: two(3),
    sub: two(4),
    mul: two(5),
    divS: two(6),
    divU: two(7),
    remS: two(8),
    remU: two(9),
    and: two(10),
    or: two(11),
    xor: two(12),
    shl: two(13),
    shrS: two(14),
    shrU: two(15),
    eqz: unary(compare, type, "i32"),
    eq: order(1),
    ne: order(2),
    ltS: order(3),
    ltU: order(4),
    gtS: order(5),
    gtU: order(6),
    leS: order(7),
    leU: order(8),
    geS: order(9),
    geU: order(10),
    load: loadOp(type, plain(wide ? 0x29 : 0x28, align)),
    load8S: loadOp(type, plain(wide ? 0x30 : 0x2c, 0)),
    load8U: loadOp(type, plain(wide ? 0x31 : 0x2d, 0)),
    load16S: loadOp(type, plain(wide ? 0x32 : 0x2e, 1)),
    load16U: loadOp(type, plain(wide ? 0x33 : 0x2f, 1)),
    store: storeOp(type, plain(wide ? 0x37 : 0x36, align)),
    store8: storeOp(type, plain(wide ? 0x3c : 0x3a, 0)),
    store16: storeOp(type, plain(wide ? 0x3d : 0x3b, 1)),
    atomic: {
      load: loadOp(type, atomic(0x10 + +wide, align)),
      store: storeOp(type, atomic(0x17 + +wide, align)),
      add: modify(0x1e),
      sub: modify(0x25),
      and: modify(0x2c),
      or: modify(0x33),
      xor: modify(0x3a),
      exchange: modify(0x41),
      compareExchange: (address, expected, replacement, offset = 0) =>
        expr(type, (out) => {
          operand("i32", address).emit(out);
          operand(type, expected).emit(out);
          operand(type, replacement).emit(out);
          writeAccess(out, atomic(0x48 + +wide, align), offset);
        }),
    },
  };
}

export const i32: IntegerOps<"i32"> = integerOps("i32");
export const i64: IntegerOps<"i64"> = integerOps("i64");

export interface FloatOps<T extends "f32" | "f64"> {
  const(value: number): Expr<T>;
  readonly abs: Unary<T>;
  readonly neg: Unary<T>;
  readonly ceil: Unary<T>;
  readonly floor: Unary<T>;
  readonly trunc: Unary<T>;
  /** The nearest integer, the even one of two. */
  readonly nearest: Unary<T>;
  readonly sqrt: Unary<T>;
  readonly add: Binary<T>;
  readonly sub: Binary<T>;
  readonly mul: Binary<T>;
  readonly div: Binary<T>;
  readonly min: Binary<T>;
  readonly max: Binary<T>;
  readonly copysign: Binary<T>;
  readonly eq: Binary<T, "i32">;
  readonly ne: Binary<T, "i32">;
  readonly lt: Binary<T, "i32">;
  readonly gt: Binary<T, "i32">;
  readonly le: Binary<T, "i32">;
  readonly ge: Binary<T, "i32">;
  readonly fromI32: Unary<"i32", T>;
  readonly fromU32: Unary<"i32", T>;
  /** Whole part as an integer; the nearest one there is outside of its range, 0 for NaN. */
  readonly toI32: Unary<T, "i32">;
  readonly toU32: Unary<T, "i32">;
  readonly toI64: Unary<T, "i64">;
  readonly fromU64: Unary<"i64", T>;
  readonly load: Load<T>;
  readonly store: Store<T>;
}

function floatOps<T extends "f32" | "f64">(type: T): FloatOps<T> {
  const wide = type === "f64";
  const arithmetic = wide ? 0x99 : 0x8b; // abs; the others follow in one order for both widths
  const compare = wide ? 0x61 : 0x5b; // eq
  const one = (at: number): Unary<T> => unary(arithmetic + at, type, type);
  const two = (at: number): Binary<T> => binary(arithmetic + at, type, type);
  const order = (at: number): Binary<T, "i32"> => binary(compare + at, type, "i32");
  const saturating =
    <R extends "i32" | "i64">(code: number, result: R): Unary<T, R> =>
    (a) =>
      expr(result, (out) => {
        operand(type, a).emit(out);
        out.byte(0xfc, code);
      });
  return {
    const: (value) => constant(type, value),
    abs: one(0),
    neg: one(1),
    ceil: one(2),
    floor: one(3),
    trunc: one(4),
    nearest: one(5),
    sqrt: one(6),
    add: two(7),
    sub: two(8),
    mul: two(9),
    div: two(10),
    min: two(11),
    max: two(12),
    copysign: two(13),
    eq: order(0),
    ne: order(1),
    lt: order(2),
    gt: order(3),
    le: order(4),
    ge: order(5),
    fromI32: unary(wide ? 0xb7 : 0xb2, "i32", type),
    fromU32: unary(wide ? 0xb8 : 0xb3, "i32", type),
    fromU64: unary(wide ? 0xba : 0xb5, "i64", type),
    toI32: saturating(wide ? 2 : 0, "i32"),
    toU32: saturating(wide ? 3 : 1, "i32"),
    toI64: saturating(wide ? 6 : 4, "i64"),
    load: loadOp(type, plain(wide ? 0x2b : 0x2a, wide ? 3 : 2)),
    store: storeOp(type, plain(wide ? 0x39 : 0x38, wide ? 3 : 2)),
  };
}

export const f32: FloatOps<"f32"> = floatOps("f32");
export const f64: FloatOps<"f64"> = floatOps("f64");

export const widenU: (a: Operand<"i32">) => Expr<"i64"> = unary(0xad, "i32", "i64");
export const widenS: (a: Operand<"i32">) => Expr<"i64"> = unary(0xac, "i32", "i64");
/** The float of these bits. */
export const fromBits: (a: Operand<"i64">) => Expr<"f64"> = unary(0xbf, "i64", "f64");
export const wrap: (a: Operand<"i64">) => Expr<"i32"> = unary(0xa7, "i64", "i32");
export const promote: (a: Operand<"f32">) => Expr<"f64"> = unary(0xbb, "f32", "f64");
export const demote: (a: Operand<"f64">) => Expr<"f32"> = unary(0xb6, "f64", "f32");

/** Sleeps while the word equals `expected`: gives 0 woken, 1 not equal, 2 timed out (nanoseconds, −1 never). */
export const wait32 = (
  address: Operand<"i32">,
  expected: Operand<"i32">,
  timeout: Operand<"i64">,
  offset = 0,
): Expr<"i32"> =>
  expr("i32", (out) => {
    operand("i32", address).emit(out);
    operand("i32", expected).emit(out);
    operand("i64", timeout).emit(out);
    writeAccess(out, atomic(0x01, 2), offset);
  });

/** Wakes at most `count` sleepers of the word; gives how many. */
export const notify = (address: Operand<"i32">, count: Operand<"i32">, offset = 0): Expr<"i32"> =>
  expr("i32", (out) => {
    operand("i32", address).emit(out);
    operand("i32", count).emit(out);
    writeAccess(out, atomic(0x00, 2), offset);
  });

export const memoryCopy = (
  to: Operand<"i32">,
  from: Operand<"i32">,
  bytes: Operand<"i32">,
): Statement =>
  expr("void", (out) => {
    for (const value of [to, from, bytes]) operand("i32", value).emit(out);
    out.byte(0xfc, 0x0a, 0x00, 0x00);
  });

export const memoryFill = (
  to: Operand<"i32">,
  value: Operand<"i32">,
  bytes: Operand<"i32">,
): Statement =>
  expr("void", (out) => {
    for (const part of [to, value, bytes]) operand("i32", part).emit(out);
    out.byte(0xfc, 0x0b, 0x00);
  });
