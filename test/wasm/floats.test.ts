import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  demote,
  type Expr,
  f32,
  f64,
  fromBits,
  type Operand,
  promote,
  ret,
} from "../../src/wasm/ops.ts";
import { times } from "../support/counts.ts";
import { run } from "./support.ts";

describe.each([["f32", f32, Math.fround] as const, ["f64", f64, (x: number) => x] as const])(
  "%s",
  (type, ops, round) => {
    const BINARIES = {
      add: (a: number, b: number) => a + b,
      sub: (a: number, b: number) => a - b,
      mul: (a: number, b: number) => a * b,
      div: (a: number, b: number) => a / b,
      min: Math.min,
      max: Math.max,
      copysign: (a: number, b: number) => Math.abs(a) * (b < 0 || Object.is(b, -0) ? -1 : 1),
    };
    const COMPARISONS = {
      eq: (a: number, b: number) => a === b,
      ne: (a: number, b: number) => a !== b,
      lt: (a: number, b: number) => a < b,
      gt: (a: number, b: number) => a > b,
      le: (a: number, b: number) => a <= b,
      ge: (a: number, b: number) => a >= b,
    };
    const UNARIES = {
      abs: Math.abs,
      neg: (a: number) => -a,
      ceil: Math.ceil,
      floor: Math.floor,
      trunc: Math.trunc,
      sqrt: Math.sqrt,
      nearest: (a: number) => {
        const whole = Math.round(a);
        const even = Math.abs(a - Math.trunc(a)) === 0.5 && whole % 2 !== 0 ? whole - 1 : whole;
        return even === 0 && (a < 0 || Object.is(a, -0)) ? -0 : even;
      },
    };
    const number = fc.oneof(
      type === "f32" ? fc.float() : fc.double(),
      fc.integer({ min: -20, max: 20 }).map((n) => n / 4),
    );
    const options = { seed: 7, numRuns: times(20_000) };
    const table = ops as unknown as Record<string, (...args: Operand<"f64">[]) => Expr<"f64">>;
    const build = (name: string, result: "i32" | "i64" | typeof type) => {
      const { exports } = run((m) =>
        m.export("f", { a: type, b: type }, result, ({ a, b }) => {
          const op = table[name] as (...args: unknown[]) => Expr<"f64">;
          return [ret(op.length === 1 ? op(a) : op(a, b))];
        }),
      );
      return (a: number, b = 0) => exports["f"]?.(a, b);
    };

    it.each(Object.entries(BINARIES))("%s", (name, meaning) => {
      const f = build(name, type);
      const check = (a: number, b: number) => {
        // The sign of a NaN is its own; numbers that are none have no meaning here.
        if (name === "copysign" && (Number.isNaN(a) || Number.isNaN(b))) return;
        expect(f(a, b)).toBe(round(meaning(a, b)));
      };
      fc.assert(fc.property(number, number, check), options);
    });

    it.each(Object.entries(COMPARISONS))("%s", (name, meaning) => {
      const f = build(name, "i32");
      const check = (a: number, b: number) => {
        expect(f(a, b)).toBe(Number(meaning(a, b)));
        expect(f(a, a)).toBe(Number(meaning(a, a)));
      };
      fc.assert(fc.property(number, number, check), options);
    });

    it.each(Object.entries(UNARIES))("%s", (name, meaning) => {
      const f = build(name, type);
      const check = (a: number) => {
        expect(f(a)).toBe(round(meaning(a)));
      };
      fc.assert(fc.property(number, check), options);
    });

    it("converts to and from integers", () => {
      const inside = (a: number, low: number, high: number): number =>
        Number.isNaN(a) ? 0 : Math.trunc(Math.max(low, Math.min(high, a))) + 0;
      const [toI32, toU32, toI64] = [
        build("toI32", "i32"),
        build("toU32", "i32"),
        build("toI64", "i64"),
      ];
      const { exports } = run((m) => {
        m.export("signed", { a: "i32" }, type, ({ a }) => [ret(ops.fromI32(a))]);
        m.export("unsigned", { a: "i32" }, type, ({ a }) => [ret(ops.fromU32(a))]);
        m.export("wide", { a: "i64" }, type, ({ a }) => [ret(ops.fromU64(a))]);
      });
      const check = (a: number, n: number) => {
        expect(toI32(a)).toBe(inside(a, -(2 ** 31), 2 ** 31 - 1));
        expect(Number(toU32(a)) >>> 0).toBe(inside(a, 0, 2 ** 32 - 1));
        if (Math.abs(a) < 2 ** 63) expect(toI64(a)).toBe(BigInt(Math.trunc(a)));
        expect(exports["signed"]?.(n)).toBe(round(n));
        expect(exports["unsigned"]?.(n)).toBe(round(n >>> 0));
        expect(exports["wide"]?.(BigInt(n >>> 0) << 16n)).toBe(round((n >>> 0) * 65536));
      };
      fc.assert(fc.property(number, fc.integer(), check), options);
      expect([Number.NaN, 1e30, -1e30].map((a) => toI64(a))).toEqual([
        0n,
        2n ** 63n - 1n,
        -(2n ** 63n),
      ]);
    });

    it("covers every operation there is", () => {
      const rest = [
        "const",
        "load",
        "store",
        "fromI32",
        "fromU32",
        "fromU64",
        "toI32",
        "toU32",
        "toI64",
      ];
      const known = [...Object.keys({ ...BINARIES, ...COMPARISONS, ...UNARIES }), ...rest];
      expect(Object.keys(ops).sort()).toEqual(known.sort());
    });

    it("constants keep every bit", () => {
      for (const value of [0, -0, 1.5, -1e-40, Number.POSITIVE_INFINITY, Number.NaN, 0.1]) {
        const { exports } = run((m) => m.export("f", {}, type, () => [ret(ops.const(value))]));
        expect(exports["f"]?.()).toBe(round(value));
      }
    });
  },
);

describe("between widths", () => {
  it("promote and demote", () => {
    const { exports } = run((m) => {
      m.export("promote", { a: "f32" }, "f64", ({ a }) => [ret(promote(a))]);
      m.export("demote", { a: "f64" }, "f32", ({ a }) => [ret(demote(a))]);
    });
    expect(exports["promote"]?.(0.1)).toBe(Math.fround(0.1));
    expect(exports["demote"]?.(0.1)).toBe(Math.fround(0.1));
  });

  it("take bits as they are", () => {
    const { exports } = run((m) =>
      m.export("float", { a: "i64" }, "f64", ({ a }) => [ret(fromBits(a))]),
    );
    expect(exports["float"]?.(0x3ff8000000000000n)).toBe(1.5);
    expect(exports["float"]?.(1n)).toBe(Number.MIN_VALUE);
  });
});
