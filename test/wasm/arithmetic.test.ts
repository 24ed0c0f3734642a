import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Expr,
  i32,
  i64,
  type Operand,
  ret,
  widenS,
  widenU,
  wrap,
} from "../../src/wasm/ops.ts";
import { times } from "../support/counts.ts";
import { instructions, run } from "./support.ts";

type Integer = "i32" | "i64";
const bit = (is: boolean): bigint => (is ? 1n : 0n);

/** What each operation of two operands is, on numbers of `bits` bits: signed ones, and unsigned. */
const BINARY: Record<
  string,
  [wat: string, (a: bigint, b: bigint, ua: bigint, ub: bigint, bits: bigint) => bigint]
> = {
  add: ["add", (a, b) => a + b],
  sub: ["sub", (a, b) => a - b],
  mul: ["mul", (a, b) => a * b],
  divS: ["div_s", (a, b) => a / b],
  divU: ["div_u", (_a, _b, a, b) => a / b],
  remS: ["rem_s", (a, b) => a % b],
  remU: ["rem_u", (_a, _b, a, b) => a % b],
  and: ["and", (a, b) => a & b],
  or: ["or", (a, b) => a | b],
  xor: ["xor", (a, b) => a ^ b],
  shl: ["shl", (a, _b, _ua, by, bits) => a << (by % bits)],
  shrS: ["shr_s", (a, _b, _ua, by, bits) => a >> (by % bits)],
  shrU: ["shr_u", (_a, _b, a, by, bits) => a >> (by % bits)],
};
const ORDER: Record<
  string,
  [wat: string, (a: bigint, b: bigint, ua: bigint, ub: bigint) => boolean]
> = {
  eq: ["eq", (a, b) => a === b],
  ne: ["ne", (a, b) => a !== b],
  ltS: ["lt_s", (a, b) => a < b],
  ltU: ["lt_u", (_a, _b, a, b) => a < b],
  gtS: ["gt_s", (a, b) => a > b],
  gtU: ["gt_u", (_a, _b, a, b) => a > b],
  leS: ["le_s", (a, b) => a <= b],
  leU: ["le_u", (_a, _b, a, b) => a <= b],
  geS: ["ge_s", (a, b) => a >= b],
  geU: ["ge_u", (_a, _b, a, b) => a >= b],
};
const digits = (a: bigint, bits: bigint): string =>
  BigInt.asUintN(Number(bits), a).toString(2).padStart(Number(bits), "0");
const UNARY: Record<string, [wat: string, (a: bigint, bits: bigint) => number]> = {
  clz: ["clz", (a, bits) => `${digits(a, bits)}1`.indexOf("1")],
  ctz: ["ctz", (a, bits) => [...`1${digits(a, bits)}`].reverse().indexOf("1")],
  popcnt: ["popcnt", (a, bits) => digits(a, bits).replaceAll("0", "").length],
};

const numbers = (bits: number): fc.Arbitrary<bigint> =>
  fc.oneof(
    fc.constantFrom(
      0n,
      1n,
      -1n,
      2n,
      31n,
      32n,
      63n,
      64n,
      -(2n ** BigInt(bits - 1)),
      2n ** BigInt(bits - 1) - 1n,
    ),
    fc.bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n }),
  );

describe.each([["i32", i32, 32] as const, ["i64", i64, 64] as const])("%s", (type, ops, width) => {
  const bits = BigInt(width);
  const table = ops as unknown as Record<string, (...args: Operand<Integer>[]) => Expr<Integer>>;
  const toNumber = (a: bigint): number | bigint => (type === "i32" ? Number(a) : a);
  const wrapped = (a: bigint): bigint => BigInt.asIntN(width, a);

  const build = (name: string, operands: 1 | 2, result: Integer) => {
    const op = table[name] as (...args: Operand<Integer>[]) => Expr<Integer>;
    const { bytes, exports } = run((m) =>
      m.export("f", { a: type, b: type }, result, ({ a, b }) => [
        ret((operands === 1 ? op(a) : op(a, b)) as Expr<Integer>),
      ]),
    );
    const f = (a: bigint, b = 0n): bigint =>
      BigInt(exports["f"]?.(toNumber(a), toNumber(b)) as number);
    return { f, code: instructions(bytes) };
  };
  const options = { seed: 5, numRuns: times(20_000) };

  it.each(Object.entries(BINARY))("%s", (name, [wat, meaning]) => {
    const { f, code } = build(name, 2, type);
    expect(code).toContain(`${type}.${wat}`);
    const check = (a: bigint, b: bigint) => {
      const isDivision = name.startsWith("div") || name.startsWith("rem");
      const overflows = name === "divS" && b === -1n && a === -(2n ** (bits - 1n));
      if (isDivision && (b === 0n || overflows)) expect(() => f(a, b)).toThrow(/divide|remainder/);
      else {
        const [ua, ub] = [BigInt.asUintN(width, a), BigInt.asUintN(width, b)];
        expect(f(a, b)).toBe(wrapped(meaning(a, b, ua, ub, bits)));
      }
    };
    fc.assert(fc.property(numbers(width), numbers(width), check), options);
  });

  it.each(Object.entries(ORDER))("%s", (name, [wat, meaning]) => {
    const { f, code } = build(name, 2, "i32");
    expect(code).toContain(`${type}.${wat}`);
    const check = (a: bigint, b: bigint) => {
      const [ua, ub] = [BigInt.asUintN(width, a), BigInt.asUintN(width, b)];
      expect(f(a, b)).toBe(bit(meaning(a, b, ua, ub)));
      expect(f(a, a)).toBe(bit(meaning(a, a, ua, ua)));
    };
    fc.assert(fc.property(numbers(width), numbers(width), check), options);
  });

  it.each(Object.entries(UNARY))("%s", (name, [wat, meaning]) => {
    const { f, code } = build(name, 1, type);
    expect(code).toContain(`${type}.${wat}`);
    fc.assert(
      fc.property(numbers(width), (a) => {
        expect(f(a)).toBe(BigInt(meaning(a, bits)));
      }),
      options,
    );
  });

  it("eqz", () => {
    const { f, code } = build("eqz", 1, "i32");
    expect(code).toContain(`${type}.eqz`);
    expect([f(0n), f(1n), f(-1n)]).toEqual([1n, 0n, 0n]);
  });

  it("constants keep every bit, written signed or unsigned", () => {
    const check = (a: bigint) => {
      for (const literal of [a, BigInt.asUintN(width, a)]) {
        const { exports } = run((m) => m.export("f", {}, type, () => [ret(ops.const(literal))]));
        expect(BigInt(exports["f"]?.() as number)).toBe(a);
      }
    };
    fc.assert(fc.property(numbers(width), check), { seed: 6, numRuns: 200 });
    const max = 2n ** bits;
    for (const wrong of [max, -max, 0.5, Number.NaN])
      expect(() => ops.const(wrong)).toThrow(`is not an ${type}`);
  });

  it("covers every operation there is", () => {
    const memory = [
      "const",
      "load",
      "load8S",
      "load8U",
      "load16S",
      "load16U",
      "store",
      "store8",
      "store16",
      "atomic",
    ];
    const known = [...Object.keys({ ...BINARY, ...ORDER, ...UNARY }), "eqz", ...memory];
    expect(Object.keys(ops).sort()).toEqual(known.sort());
  });
});

describe("between widths", () => {
  it("widen without a sign or with it, and wrap", () => {
    const { bytes, exports } = run((m) => {
      m.export("widen", { a: "i32" }, "i64", ({ a }) => [ret(widenU(a))]);
      m.export("widenS", { a: "i32" }, "i64", ({ a }) => [ret(widenS(a))]);
      m.export("wrap", { a: "i64" }, "i32", ({ a }) => [ret(wrap(a))]);
    });
    expect(instructions(bytes, 0)).toContain("i64.extend_i32_u");
    expect(instructions(bytes, 1)).toContain("i64.extend_i32_s");
    expect(instructions(bytes, 2)).toContain("i32.wrap_i64");
    expect(exports["widen"]?.(-1)).toBe(2n ** 32n - 1n);
    expect(exports["widenS"]?.(-1)).toBe(-1n);
    expect(exports["wrap"]?.(2n ** 40n - 5n)).toBe(-5);
  });
});
