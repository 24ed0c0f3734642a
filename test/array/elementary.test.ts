import * as bodkin from "bodkin";
import {
  add,
  Blocks,
  bitwiseAnd,
  bitwiseInvert,
  type Cluster,
  collect,
  type DArray,
  distribute,
  divide,
  equal,
  fromArray,
  hypot,
  multiply,
  type NDArray,
  pow,
  sin,
  start,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { INTEGER, REAL, SINGLE } from "../../src/array/elementary/real.ts";
import { compileProgram } from "../../src/array/elementwise/compile-program.ts";
import { programOfOne } from "../../src/array/elementwise/program.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const ints = (...values: number[]) => fromArray(Int32Array.from(values));

describe("elementwise functions of the standard", () => {
  it("say the dtype of their result in its type", () => {
    expectTypeOf(add(ints(1), fromArray([true]))).toEqualTypeOf<NDArray<"i32">>();
    expectTypeOf(divide(ints(1), 2)).toEqualTypeOf<NDArray<"f64">>();
    expectTypeOf(equal(ints(1), 2)).toEqualTypeOf<NDArray<"bool">>();
    expectTypeOf(sin(distribute(ints(1), Blocks(1)))).toEqualTypeOf<DArray<"f64">>();
  });

  it("take single values as numbers of the arrays' dtype", () => {
    const single = fromArray(Float32Array.of(0.1));
    expect(equal(single, 0.1).get(0)).toBe(true);
    expect(add(ints(2 ** 31 - 1), 1).get(0)).toBe(-(2 ** 31));
    expect(equal(ints(1), 1.5).get(0)).toBe(false);
  });

  it("wrap products and powers of integers exactly", () => {
    const large = ints(2 ** 31 - 1, -123_456_789);
    expect([...multiply(large, large)]).toEqual([1, Number(BigInt.asIntN(32, 123_456_789n ** 2n))]);
    expect(pow(ints(3), 40).get(0)).toBe(Number(BigInt.asIntN(32, 3n ** 40n)));
  });

  it("refuse what has no meaning before anything runs", () => {
    expect(() => add(ints(1), 0.5)).toThrow(/0\.5, which is no i32; convert the array first/);
    expect(() => add(fromArray(Uint8Array.of(1)), 300)).toThrow(/300, which is no u8/);
    expect(() => bitwiseAnd(fromArray([1]), 1)).toThrow(/takes integers or booleans/);
    expect(() => bitwiseInvert(fromArray([1.5]))).toThrow(/astype\(x, "i32"\)/);
    expect(() => hypot(fromArray([{ re: 1, im: 0 }]), 1)).toThrow(
      /hypot takes real numbers, not c128/,
    );
    expect(() => add(ints(1, 2), ints(1, 2, 3))).toThrow(/shapes \[2\] and \[3\]/);
    expect(() => (add as (...args: unknown[]) => unknown)(ints(1))).toThrow(/add\(x1, x2\)/);
    expect(() => (sin as (...args: unknown[]) => unknown)(ints(1), { dtype: "f32" })).toThrow(
      /it has no options/,
    );
    expect(() => add([1] as never, 1)).toThrow(/fromArray\(x\)/);
  });

  it.each([
    ["acos", [2, 0], [0, -1.3169578969248166]],
    ["acos", [2, -0], [0, 1.3169578969248166]],
    ["asin", [-3, 0], [-Math.PI / 2, 1.762747174039086]],
    ["asin", [-3, -0], [-Math.PI / 2, -1.762747174039086]],
    ["atanh", [2, 0], [0.5493061443340549, Math.PI / 2]],
    ["atanh", [2, -0], [0.5493061443340549, -Math.PI / 2]],
    ["atanh", [-1, 0], [Number.NEGATIVE_INFINITY, 0]],
    ["acosh", [-2, 0], [1.3169578969248166, Math.PI]],
    ["acosh", [-2, -0], [1.3169578969248166, -Math.PI]],
    ["log1p", [-3, -0], [Math.LN2, -Math.PI]],
    ["atan", [0, 2], [Math.PI / 2, 0.5493061443340549]],
    ["atan", [-0, 2], [-Math.PI / 2, 0.5493061443340549]],
    ["asinh", [-0, 3], [-1.762747174039086, Math.PI / 2]],
    ["expm1", [1e-12, 1e-12], [1e-12, 1.000000000001e-12]],
    ["log1p", [1e-12, 1e-12], [1e-12, 1e-12]],
    ["tanh", [400, 1], [1, 0]],
    ["tan", [1, -50], [6.765311025183567e-44, -1]],
  ] as const)(
    "%s of %j lies on its side of the branch cut, with all digits",
    (name, [re, im], out) => {
      const functions = bodkin as unknown as Record<string, (x: NDArray) => NDArray<"c128">>;
      const made = (functions[name] as (x: NDArray) => NDArray<"c128">)(fromArray([{ re, im }]));
      const { re: x, im: y } = made.get(0);
      for (const [found, wanted] of [
        [x, out[0]],
        [y, out[1]],
      ] as const) {
        if (Number.isFinite(wanted))
          expect(Math.abs(found - wanted)).toBeLessThanOrEqual(1e-11 * Math.abs(wanted));
        else expect(found).toBe(wanted);
      }
    },
  );

  it("compile to kernels, whatever the dtype", () => {
    const refused = Object.entries({
      f64: REAL,
      f32: { ...REAL, ...SINGLE },
      i32: INTEGER,
      u8: INTEGER,
    }).flatMap(([dtype, table]) =>
      Object.entries(table).flatMap(([name, fn]) => {
        const operands = Array.from({ length: fn.length }, () => dtype as "f64");
        const gives = typeof fn(1, 1) === "boolean" ? "bool" : (dtype as "f64");
        const made = compileProgram(programOfOne(fn, operands, gives, { declared: true }));
        return "reason" in made ? [`${name} ${dtype}: ${made.reason}`] : [];
      }),
    );
    expect(refused).toEqual([]);
  });

  it("are one pass together", async () => {
    const x = distribute([1, 2, 3, 4], Blocks(2));
    const y = add(multiply(x, 2), sin(x));
    expect(String(y.explain())).toContain("multiply");
    expect([...(await collect(y))]).toEqual([1, 2, 3, 4].map((v) => v * 2 + Math.sin(v)));
  });
});
