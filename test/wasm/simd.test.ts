/** Every vector and float instruction is the one that wabt reads under its official name. */

import { describe, expect, test } from "vitest";
import wabtInit from "wabt";
import type { ValueType } from "../../src/wasm/encoder.ts";
import { ModuleBuilder } from "../../src/wasm/module.ts";
import {
  demote,
  drop,
  type Expr,
  f32,
  f64,
  i32,
  i64,
  promote,
  type Statement,
} from "../../src/wasm/ops.ts";
import {
  demoteLow,
  f32x4,
  f64x2,
  i8x16,
  i16x8,
  i32x4,
  i64x2,
  promoteLow,
  shuffle,
  shuffle32,
  v128,
} from "../../src/wasm/simd.ts";

const wabt = await wabtInit();
const FEATURES = {
  simd: true,
  threads: true,
  bulk_memory: true,
  sat_float_to_int: true,
  relaxed_simd: true,
};

/** A function as wabt prints it, one instruction a line. */
function printed(statement: Statement): string {
  const m = new ModuleBuilder(1);
  m.export("f", {}, "void", () => [statement]);
  const bytes = m.bytes();
  expect(WebAssembly.validate(bytes)).toBe(true);
  const text = wabt.readWasm(bytes, { ...FEATURES, readDebugNames: false });
  return text.toText({ foldExprs: false, inlineExport: false });
}

const lines = (statement: Statement): string[] =>
  printed(statement)
    .split("\n")
    .map((line) => line.trim().replace(/\)+$/, ""));

const a = f64x2.const(1, 2);
const b = f64x2.const(3, 4);

type Case = readonly [name: string, value: Expr<ValueType> | Statement];

const SIGNED = ["S", "U"] as const;

/** `ltS` is `lt_s`, `load8x8U` is `load8x8_u`. */
const official = (name: string): string =>
  name.replace(/(S|U)$/, (sign) => `_${sign.toLowerCase()}`);

function binaries(prefix: string, ops: object, names: string): Case[] {
  const table = ops as Record<string, (x: typeof a, y: typeof b) => Expr<"v128">>;
  return names
    .split(" ")
    .map((name) => [`${prefix}.${official(name)}`, (table[name] as (typeof table)[string])(a, b)]);
}

function unaries(prefix: string, ops: object, names: Record<string, string>): Case[] {
  const table = ops as Record<string, (x: typeof a) => Expr<"v128" | "i32">>;
  return Object.entries(names).map(([own, name]) => [
    `${prefix}.${name}`,
    (table[own] as (typeof table)[string])(a),
  ]);
}

const same = (names: string): Record<string, string> =>
  Object.fromEntries(names.split(" ").map((name) => [name, name]));

const floatNames = "add sub mul div min max pmin pmax eq ne lt gt le ge";
const oneFloat = same("abs neg sqrt ceil floor trunc nearest");

const CASES: Case[] = [
  ...binaries("v128", v128, "and andnot or xor"),
  ...unaries("v128", v128, { not: "not", anyTrue: "any_true" }),
  ["v128.bitselect", v128.bitselect(a, a, b)],
  ["v128.load offset=16", v128.load(0, 16)],
  ["v128.store offset=16", v128.store(0, a, 16)],
  ...SIGNED.flatMap((sign): Case[] => [
    [`v128.load8x8_${sign.toLowerCase()}`, v128[`load8x8${sign}`](0)],
    [`v128.load16x4_${sign.toLowerCase()}`, v128[`load16x4${sign}`](0)],
    [`v128.load32x2_${sign.toLowerCase()}`, v128[`load32x2${sign}`](0)],
  ]),
  ...([8, 16, 32, 64] as const).flatMap((bits): Case[] => [
    [`v128.load${bits}_splat`, v128[`load${bits}Splat`](0)],
    [`v128.load${bits}_lane 1`, v128[`load${bits}Lane`](0, a, 1)],
    [`v128.store${bits}_lane 1`, v128[`store${bits}Lane`](0, a, 1)],
  ]),
  ["v128.load32_zero", v128.load32Zero(0)],
  ["v128.load64_zero", v128.load64Zero(0)],
  ["i8x16.shuffle", shuffle(a, b, [...Array(16).keys()])],
  ["i8x16.shuffle 0 1 2 3 16 17 18 19 8 9 10 11 28 29 30 31", shuffle32(a, b, [0, 4, 2, 7])],
  ["f32x4.splat", f32x4.splat(1)],
  ["f32x4.extract_lane 3", f32x4.extract(a, 3)],
  ["f32x4.replace_lane 3", f32x4.replace(a, 3, 1)],
  ["f64x2.splat", f64x2.splat(1)],
  ["f64x2.extract_lane 1", f64x2.extract(a, 1)],
  ["f64x2.replace_lane 1", f64x2.replace(a, 1, 1)],
  ["i32x4.splat", i32x4.splat(1)],
  ["i32x4.extract_lane 3", i32x4.extract(a, 3)],
  ["i32x4.replace_lane 3", i32x4.replace(a, 3, 1)],
  ["i64x2.splat", i64x2.splat(1n)],
  ["i64x2.extract_lane 1", i64x2.extract(a, 1)],
  ["i64x2.replace_lane 1", i64x2.replace(a, 1, 1n)],
  ...binaries("f32x4", f32x4, floatNames),
  ...binaries("f64x2", f64x2, floatNames),
  ...unaries("f32x4", f32x4, {
    ...oneFloat,
    fromI32: "convert_i32x4_s",
    fromU32: "convert_i32x4_u",
  }),
  ...unaries("f64x2", f64x2, {
    ...oneFloat,
    fromI32: "convert_low_i32x4_s",
    fromU32: "convert_low_i32x4_u",
  }),
  ["f32x4.relaxed_madd", f32x4.relaxedMadd(a, b, a)],
  ["f32x4.relaxed_nmadd", f32x4.relaxedNmadd(a, b, a)],
  ["f64x2.relaxed_madd", f64x2.relaxedMadd(a, b, a)],
  ["f64x2.relaxed_nmadd", f64x2.relaxedNmadd(a, b, a)],
  ["i16x8.extend_low_i8x16_s", i16x8.extendLowS(a)],
  ["i16x8.extend_low_i8x16_u", i16x8.extendLowU(a)],
  ["i8x16.splat", i8x16.splat(7)],
  ["i8x16.eq", i8x16.eq(a, b)],
  ["i8x16.bitmask", i8x16.bitmask(a)],
  ["f32x4.demote_f64x2_zero", demoteLow(a)],
  ["f64x2.promote_low_f32x4", promoteLow(a)],
  ...binaries(
    "i32x4",
    i32x4,
    "add sub mul minS minU maxS maxU eq ne ltS ltU gtS gtU leS leU geS geU",
  ),
  ...binaries("i64x2", i64x2, "add sub mul eq ne ltS gtS leS geS"),
  ...unaries("i32x4", i32x4, {
    ...same("abs neg bitmask"),
    allTrue: "all_true",
    extendLowS: "extend_low_i16x8_s",
    extendLowU: "extend_low_i16x8_u",
    extendHighS: "extend_high_i16x8_s",
    extendHighU: "extend_high_i16x8_u",
    truncF32S: "trunc_sat_f32x4_s",
    truncF32U: "trunc_sat_f32x4_u",
    truncF64S: "trunc_sat_f64x2_s_zero",
    truncF64U: "trunc_sat_f64x2_u_zero",
  }),
  ...unaries("i64x2", i64x2, {
    ...same("abs neg bitmask"),
    allTrue: "all_true",
    extendLowS: "extend_low_i32x4_s",
    extendLowU: "extend_low_i32x4_u",
    extendHighS: "extend_high_i32x4_s",
    extendHighU: "extend_high_i32x4_u",
  }),
  ...(["shl", "shrS", "shrU"] as const).flatMap((name): Case[] => [
    [`i32x4.${official(name)}`, i32x4[name](a, 3)],
    [`i64x2.${official(name)}`, i64x2[name](a, 3)],
  ]),
  ...scalarFloats("f32", f32),
  ...scalarFloats("f64", f64),
  ["f64.promote_f32", promote(1)],
  ["f32.demote_f64", demote(1)],
  ...SIGNED.flatMap((sign): Case[] =>
    ([8, 16] as const).flatMap((bits): Case[] => [
      [`i32.load${bits}_${sign.toLowerCase()}`, i32[`load${bits}${sign}`](0)],
      [`i64.load${bits}_${sign.toLowerCase()}`, i64[`load${bits}${sign}`](0)],
    ]),
  ),
];

function scalarFloats<T extends "f32" | "f64">(type: T, ops: typeof f32 | typeof f64): Case[] {
  const table = ops as unknown as Record<string, (...args: number[]) => Expr<ValueType>>;
  const built = (name: string, ...args: number[]): Expr<ValueType> =>
    (table[name] as (typeof table)[string])(...args);
  return [
    ..."abs neg ceil floor trunc nearest sqrt"
      .split(" ")
      .map((name): Case => [`${type}.${name}`, built(name, 1)]),
    ..."add sub mul div min max copysign eq ne lt gt le ge"
      .split(" ")
      .map((name): Case => [`${type}.${name}`, built(name, 1, 2)]),
    [`${type}.convert_i32_s`, built("fromI32", 1)],
    [`${type}.convert_i32_u`, built("fromU32", 1)],
    [`i32.trunc_sat_${type}_s`, built("toI32", 1)],
    [`i32.trunc_sat_${type}_u`, built("toU32", 1)],
    [`i64.trunc_sat_${type}_s`, built("toI64", 1)],
    [`${type}.load`, built("load", 0)],
  ];
}

describe("vector and float instructions", () => {
  test.each(CASES)("%s", (name, value) => {
    const statement = value.type === "void" ? (value as Statement) : drop(value as Expr<ValueType>);
    const found = lines(statement).filter((line) => line === name || line.startsWith(`${name} `));
    expect(found).toHaveLength(1);
  });

  test("every instruction of the vector tables is among the cases", () => {
    const tables = { v128, f32x4, f64x2, i32x4, i64x2 };
    const count = Object.values(tables).reduce((n, table) => n + Object.keys(table).length, 0);
    const constants = 5;
    const named = CASES.filter(([name]) => /^(v128|[fi](32x4|64x2))\./.test(name)).length;
    expect(named - 2).toBe(count - constants); // demote and promote stand by themselves
  });
});
