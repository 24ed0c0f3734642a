/**
 * Instructions on vectors of 128 bits (SIMD128), named after the lanes that they take. A comparison gives a mask:
 * all bits of a lane set or none.
 */

import type { Encoder, ValueType } from "./encoder.ts";
import {
  type Access,
  type Expr,
  expr,
  type Load,
  loadOp,
  type Operand,
  operand,
  type Store,
  storeOp,
  writeAccess,
} from "./ops.ts";

export type Vector = Expr<"v128">;
type VectorUnary = (a: Vector) => Vector;
type VectorBinary = (a: Vector, b: Vector) => Vector;
type VectorTernary = (a: Vector, b: Vector, c: Vector) => Vector;
type Shift = (a: Vector, by: Operand<"i32">) => Vector;

const instruction = (out: Encoder, code: number): void => {
  out.byte(0xfd);
  out.unsigned(code);
};

const one =
  (code: number): VectorUnary =>
  (a) =>
    expr("v128", (out) => {
      a.emit(out);
      instruction(out, code);
    });

const two =
  (code: number): VectorBinary =>
  (a, b) =>
    expr("v128", (out) => {
      a.emit(out);
      b.emit(out);
      instruction(out, code);
    });

const three =
  (code: number): VectorTernary =>
  (a, b, c) =>
    expr("v128", (out) => {
      a.emit(out);
      b.emit(out);
      c.emit(out);
      instruction(out, code);
    });

const test =
  (code: number): ((a: Vector) => Expr<"i32">) =>
  (a) =>
    expr("i32", (out) => {
      a.emit(out);
      instruction(out, code);
    });

const shift =
  (code: number): Shift =>
  (a, by) =>
    expr("v128", (out) => {
      a.emit(out);
      operand("i32", by).emit(out);
      instruction(out, code);
    });

const access = (code: number, align: number): Access => ({ prefix: [0xfd, code], align });
const load = (code: number, align: number): Load<"v128"> => loadOp("v128", access(code, align));

/** Sets one lane from memory. */
type LoadLane = (address: Operand<"i32">, vector: Vector, lane: number, offset?: number) => Vector;
/** Stores one lane. */
type StoreLane = (
  address: Operand<"i32">,
  vector: Vector,
  lane: number,
  offset?: number,
) => Expr<"void">;

const lanewise =
  <R extends "v128" | "void">(code: number, align: number, result: R) =>
  (address: Operand<"i32">, vector: Vector, lane: number, offset = 0): Expr<R> =>
    expr(result, (out) => {
      operand("i32", address).emit(out);
      vector.emit(out);
      writeAccess(out, access(code, align), offset);
      out.byte(lane);
    });

export interface BitOps {
  /** Sixteen bytes, the lowest first. */
  const(bytes: Uint8Array): Vector;
  readonly not: VectorUnary;
  readonly and: VectorBinary;
  /** The bits of `a` that are not set in `b`. */
  readonly andnot: VectorBinary;
  readonly or: VectorBinary;
  readonly xor: VectorBinary;
  /** Bits of `then` where the mask is set, of `otherwise` elsewhere. */
  bitselect(mask: Vector, then: Vector, otherwise: Vector): Vector;
  readonly anyTrue: (a: Vector) => Expr<"i32">;
  readonly load: Load<"v128">;
  /** Half a vector from memory, its lanes widened. */
  readonly load8x8S: Load<"v128">;
  readonly load8x8U: Load<"v128">;
  readonly load16x4S: Load<"v128">;
  readonly load16x4U: Load<"v128">;
  readonly load32x2S: Load<"v128">;
  readonly load32x2U: Load<"v128">;
  /** One element into all lanes. */
  readonly load8Splat: Load<"v128">;
  readonly load16Splat: Load<"v128">;
  readonly load32Splat: Load<"v128">;
  readonly load64Splat: Load<"v128">;
  /** One element into the lowest lane; the others are zero. */
  readonly load32Zero: Load<"v128">;
  readonly load64Zero: Load<"v128">;
  readonly store: Store<"v128">;
  readonly load8Lane: LoadLane;
  readonly load16Lane: LoadLane;
  readonly load32Lane: LoadLane;
  readonly load64Lane: LoadLane;
  readonly store8Lane: StoreLane;
  readonly store16Lane: StoreLane;
  readonly store32Lane: StoreLane;
  readonly store64Lane: StoreLane;
}

/** What does not care about lanes, and memory. */
export const v128: BitOps = {
  const: (bytes: Uint8Array): Vector =>
    expr("v128", (out) => {
      instruction(out, 12);
      out.byte(...bytes);
    }),
  not: one(77),
  and: two(78),
  andnot: two(79),
  or: two(80),
  xor: two(81),
  bitselect: (mask: Vector, then: Vector, otherwise: Vector): Vector =>
    expr("v128", (out) => {
      then.emit(out);
      otherwise.emit(out);
      mask.emit(out);
      instruction(out, 82);
    }),
  anyTrue: test(83),
  load: load(0, 4),
  load8x8S: load(1, 3),
  load8x8U: load(2, 3),
  load16x4S: load(3, 3),
  load16x4U: load(4, 3),
  load32x2S: load(5, 3),
  load32x2U: load(6, 3),
  load8Splat: load(7, 0),
  load16Splat: load(8, 1),
  load32Splat: load(9, 2),
  load64Splat: load(10, 3),
  load32Zero: load(92, 2),
  load64Zero: load(93, 3),
  store: storeOp("v128", access(11, 4)),
  load8Lane: lanewise(84, 0, "v128"),
  load16Lane: lanewise(85, 1, "v128"),
  load32Lane: lanewise(86, 2, "v128"),
  load64Lane: lanewise(87, 3, "v128"),
  store8Lane: lanewise(88, 0, "void"),
  store16Lane: lanewise(89, 1, "void"),
  store32Lane: lanewise(90, 2, "void"),
  store64Lane: lanewise(91, 3, "void"),
};

/** Bytes of both vectors by number, those of `b` from 16. */
export const shuffle = (a: Vector, b: Vector, bytes: readonly number[]): Vector =>
  expr("v128", (out) => {
    a.emit(out);
    b.emit(out);
    instruction(out, 13);
    out.byte(...bytes);
  });

/** Lanes of 32 bits of both vectors by number, those of `b` from 4. */
export const shuffle32 = (a: Vector, b: Vector, lanes: readonly number[]): Vector =>
  shuffle(
    a,
    b,
    lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
  );

export interface LaneOps<T extends ValueType> {
  /** The same value in all lanes. */
  splat(value: Operand<T>): Vector;
  extract(a: Vector, lane: number): Expr<T>;
  replace(a: Vector, lane: number, value: Operand<T>): Vector;
}

function laneOps<T extends ValueType>(
  type: T,
  splat: number,
  extract: number,
  replace: number,
): LaneOps<T> {
  return {
    splat: (value) =>
      expr("v128", (out) => {
        operand(type, value).emit(out);
        instruction(out, splat);
      }),
    extract: (a, lane) =>
      expr(type, (out) => {
        a.emit(out);
        instruction(out, extract);
        out.byte(lane);
      }),
    replace: (a, lane, value) =>
      expr("v128", (out) => {
        a.emit(out);
        operand(type, value).emit(out);
        instruction(out, replace);
        out.byte(lane);
      }),
  };
}

export interface FloatLanes<T extends "f32" | "f64"> extends LaneOps<T> {
  const(...values: number[]): Vector;
  readonly abs: VectorUnary;
  readonly neg: VectorUnary;
  readonly sqrt: VectorUnary;
  readonly add: VectorBinary;
  readonly sub: VectorBinary;
  readonly mul: VectorBinary;
  readonly div: VectorBinary;
  /** As `Math.min`: NaN wins, −0 is less than 0. */
  readonly min: VectorBinary;
  readonly max: VectorBinary;
  /** `b < a ? b : a`. */
  readonly pmin: VectorBinary;
  /** `a < b ? b : a`. */
  readonly pmax: VectorBinary;
  readonly ceil: VectorUnary;
  readonly floor: VectorUnary;
  readonly trunc: VectorUnary;
  /** The nearest integer, the even one of two. */
  readonly nearest: VectorUnary;
  readonly eq: VectorBinary;
  readonly ne: VectorBinary;
  readonly lt: VectorBinary;
  readonly gt: VectorBinary;
  readonly le: VectorBinary;
  readonly ge: VectorBinary;
  /** `a · b + c`, rounded once where the processor can (relaxed SIMD). */
  readonly relaxedMadd: VectorTernary;
  /** `−(a · b) + c` in the same way. */
  readonly relaxedNmadd: VectorTernary;
  /** Of integer lanes; for f64 the two low ones. */
  readonly fromI32: VectorUnary;
  readonly fromU32: VectorUnary;
}

function floatLanes<T extends "f32" | "f64">(type: T): FloatLanes<T> {
  const wide = type === "f64";
  const base = wide ? 236 : 224; // abs; the others follow in one order for both widths
  const compare = wide ? 71 : 65; // eq
  return {
    ...laneOps(type, wide ? 20 : 19, wide ? 33 : 31, wide ? 34 : 32),
    const: (...values) => {
      const Lanes = wide ? Float64Array : Float32Array;
      return v128.const(new Uint8Array(Lanes.from(values).buffer));
    },
    abs: one(base),
    neg: one(base + 1),
    sqrt: one(base + 3),
    add: two(base + 4),
    sub: two(base + 5),
    mul: two(base + 6),
    div: two(base + 7),
    min: two(base + 8),
    max: two(base + 9),
    pmin: two(base + 10),
    pmax: two(base + 11),
    ceil: one(wide ? 116 : 103),
    floor: one(wide ? 117 : 104),
    trunc: one(wide ? 122 : 105),
    nearest: one(wide ? 148 : 106),
    eq: two(compare),
    ne: two(compare + 1),
    lt: two(compare + 2),
    gt: two(compare + 3),
    le: two(compare + 4),
    ge: two(compare + 5),
    relaxedMadd: three(wide ? 0x107 : 0x105),
    relaxedNmadd: three(wide ? 0x108 : 0x106),
    fromI32: one(wide ? 254 : 250),
    fromU32: one(wide ? 255 : 251),
  };
}

export const f32x4: FloatLanes<"f32"> = floatLanes("f32");
export const f64x2: FloatLanes<"f64"> = floatLanes("f64");

/** Two lanes of f64 rounded into the low half; the high half is zero. */
export const demoteLow: VectorUnary = one(94);
/** The two low lanes of f32 as f64. */
export const promoteLow: VectorUnary = one(95);

export interface IntegerLanes<T extends "i32" | "i64"> extends LaneOps<T> {
  const(...values: (T extends "i64" ? bigint : number)[]): Vector;
  readonly abs: VectorUnary;
  readonly neg: VectorUnary;
  readonly allTrue: (a: Vector) => Expr<"i32">;
  /** The sign of each lane as a bit. */
  readonly bitmask: (a: Vector) => Expr<"i32">;
  readonly shl: Shift;
  readonly shrS: Shift;
  readonly shrU: Shift;
  readonly add: VectorBinary;
  readonly sub: VectorBinary;
  readonly mul: VectorBinary;
  readonly eq: VectorBinary;
  readonly ne: VectorBinary;
  readonly ltS: VectorBinary;
  readonly gtS: VectorBinary;
  readonly leS: VectorBinary;
  readonly geS: VectorBinary;
  /** The low half of the lanes of half the width, widened. */
  readonly extendLowS: VectorUnary;
  readonly extendHighS: VectorUnary;
  readonly extendLowU: VectorUnary;
  readonly extendHighU: VectorUnary;
}

export interface I32Lanes extends IntegerLanes<"i32"> {
  readonly minS: VectorBinary;
  readonly minU: VectorBinary;
  readonly maxS: VectorBinary;
  readonly maxU: VectorBinary;
  readonly ltU: VectorBinary;
  readonly gtU: VectorBinary;
  readonly leU: VectorBinary;
  readonly geU: VectorBinary;
  /** Whole parts; the nearest integer there is outside of the range, 0 for NaN. */
  readonly truncF32S: VectorUnary;
  readonly truncF32U: VectorUnary;
  /** Of two lanes of f64 into the low half; the high half is zero. */
  readonly truncF64S: VectorUnary;
  readonly truncF64U: VectorUnary;
}

export const i32x4: I32Lanes = {
  ...laneOps("i32", 17, 27, 28),
  const: (...values) => v128.const(new Uint8Array(Int32Array.from(values).buffer)),
  abs: one(160),
  neg: one(161),
  allTrue: test(163),
  bitmask: test(164),
  extendLowS: one(167),
  extendHighS: one(168),
  extendLowU: one(169),
  extendHighU: one(170),
  shl: shift(171),
  shrS: shift(172),
  shrU: shift(173),
  add: two(174),
  sub: two(177),
  mul: two(181),
  minS: two(182),
  minU: two(183),
  maxS: two(184),
  maxU: two(185),
  eq: two(55),
  ne: two(56),
  ltS: two(57),
  ltU: two(58),
  gtS: two(59),
  gtU: two(60),
  leS: two(61),
  leU: two(62),
  geS: two(63),
  geU: two(64),
  truncF32S: one(248),
  truncF32U: one(249),
  truncF64S: one(252),
  truncF64U: one(253),
};

export const i64x2: IntegerLanes<"i64"> = {
  ...laneOps("i64", 18, 29, 30),
  const: (...values) => v128.const(new Uint8Array(BigInt64Array.from(values).buffer)),
  abs: one(192),
  neg: one(193),
  allTrue: test(195),
  bitmask: test(196),
  extendLowS: one(199),
  extendHighS: one(200),
  extendLowU: one(201),
  extendHighU: one(202),
  shl: shift(203),
  shrS: shift(204),
  shrU: shift(205),
  add: two(206),
  sub: two(209),
  mul: two(213),
  eq: two(214),
  ne: two(215),
  ltS: two(216),
  gtS: two(217),
  leS: two(218),
  geS: two(219),
};

/** Lanes of 16 bits, on the way from 8 to 32. */
export const i16x8: {
  /** The low eight lanes of 8 bits. */
  readonly extendLowS: VectorUnary;
  readonly extendLowU: VectorUnary;
} = { extendLowS: one(135), extendLowU: one(137) };

/** Lanes of bytes. */
export const i8x16: {
  readonly splat: (value: Operand<"i32">) => Vector;
  readonly eq: VectorBinary;
  /** The sign of each lane as a bit. */
  readonly bitmask: (a: Vector) => Expr<"i32">;
} = { splat: laneOps("i32", 15, 22, 23).splat, eq: two(35), bitmask: test(100) };
