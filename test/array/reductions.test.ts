import fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";
import { isComplexValue, type Value } from "../../src/array/element.ts";
import { arange, full, ones, randn, zeros } from "../../src/array/functions.ts";
import { fromArray } from "../../src/array/local.ts";
import type { NDArray, ReduceOptions } from "../../src/array/ndarray.ts";
import { fold } from "../../src/array/reductions/fold.ts";
import { type ReductionName, reductionOf } from "../../src/array/reductions/named.ts";
import { sizeOf } from "../../src/array/shape.ts";
import type { DType } from "../../src/memory/dtype.ts";
import {
  anyArray,
  arrayOfReference,
  flatten,
  fromPlain,
  type Plain,
  type ReferenceArray,
  reference,
} from "./helpers.ts";

/** Those that are methods. */
type Name = Extract<ReductionName, keyof NDArray>;

type Result = [
  name: string,
  axis: number[] | null,
  keepdims: boolean,
  shape: number[],
  data: Plain[],
];

/** Close enough for another order of additions in the result's precision. */
function expectClose(
  actual: readonly Value[],
  expected: readonly Value[],
  dtype: DType,
  what: string,
): void {
  const tolerance = dtype === "f32" || dtype === "c64" ? 2e-6 : 1e-13;
  expect(actual.length, what).toBe(expected.length);
  actual.forEach((value, at) => {
    const parts = (v: Value) => (isComplexValue(v) ? [v.re, v.im] : [+v]);
    const wanted = parts(expected[at] as Value);
    parts(value).forEach((x, k) => {
      const y = wanted[k] as number;
      if (!Object.is(x, y))
        expect(Math.abs(x - y), `${what}: ${x} for ${y}`).toBeLessThanOrEqual(
          tolerance * Math.max(1, Math.abs(y)),
        );
    });
  });
}

const cases = reference<(ReferenceArray & { results: Result[] })[]>("reductions");

describe("reductions are those of NumPy", () => {
  test.each(cases.map((own) => [own.dtype, own.shape.join("×"), own] as const))(
    "%s %s",
    (dtype, _shape, own) => {
      const array = arrayOfReference(own);
      for (const [label, axis, keepdims, shape, data] of own.results) {
        const isSample = label === "var1";
        const name = isSample ? "var" : (label as Name);
        const options = { ...(axis ? { axis } : {}), keepdims, ...(isSample && { ddof: 1 }) };
        const call = (array[name] as (o: ReduceOptions) => NDArray | Value).bind(array);
        const result = call(options);
        const what = `${label} along ${axis}`;
        if (axis === null && !keepdims) {
          expectClose([result as Value], data.map(fromPlain), dtype, what);
        } else {
          expect((result as NDArray).shape, what).toEqual(shape);
          expectClose([...(result as NDArray)] as Value[], data.map(fromPlain), dtype, what);
        }
        expect(typeof (result as NDArray).dtype).toBe(
          axis === null && !keepdims ? "undefined" : "string",
        );
      }
    },
  );
});

test("dtypes of results", () => {
  const along = { axis: 0 };
  const types = (dtype: DType) =>
    (["sum", "mean", "var", "norm", "any"] as const).map(
      (name) => (ones([2], { dtype })[name] as (o: ReduceOptions) => NDArray)(along).dtype,
    );
  expect(types("f64")).toEqual(["f64", "f64", "f64", "f64", "bool"]);
  expect(types("f32")).toEqual(["f32", "f32", "f32", "f32", "bool"]);
  expect(types("i8")).toEqual(["f64", "f64", "f64", "f64", "bool"]);
  expect(types("bool")).toEqual(["f64", "f64", "f64", "f64", "bool"]);
  expect(types("c64")).toEqual(["c64", "c64", "f32", "f32", "bool"]);
  expect(ones([2], { dtype: "u8" }).max(along).dtype).toBe("u8");
  expect(fromArray([true, false]).min()).toBe(false);
});

describe("NaN and infinities", () => {
  test("NaN wins in min, max and sums, and counts as other than zero", () => {
    for (const at of [0, 3, 8, 20]) {
      const array = arange([21]).set(at, Number.NaN);
      expect([
        array.min(),
        array.max(),
        array.sum(),
        array.mean(),
        array.var(),
        array.norm(),
      ]).toEqual(new Array(6).fill(Number.NaN));
      expect([...array.reshape([3, 7]).max({ axis: 1 })].filter(Number.isNaN)).toHaveLength(1);
      expect([...array.reshape([7, 3]).min({ axis: 0 })].filter(Number.isNaN)).toHaveLength(1);
    }
    expect(fromArray([Number.NaN, 0]).any()).toBe(true);
    expect(fromArray([Number.NaN, 1]).all()).toBe(true);
    expect(fromArray([Number.POSITIVE_INFINITY, 1]).norm()).toBe(Number.POSITIVE_INFINITY);
    expect(fromArray([Number.NEGATIVE_INFINITY, 1]).min()).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe("no elements", () => {
  test("have the values that they have in NumPy", () => {
    const none = zeros([0]);
    expect([none.sum(), none.prod(), none.mean(), none.var(), none.std(), none.norm()]).toEqual([
      0,
      1,
      Number.NaN,
      Number.NaN,
      Number.NaN,
      0,
    ]);
    expect([none.any(), none.all()]).toEqual([false, true]);
    expect(zeros([0], { dtype: "c64" }).sum()).toEqual({ re: 0, im: 0 });
    expect(zeros([0, 2]).sum({ axis: 0 }).toArray()).toEqual([0, 0]);
    expect(zeros([0, 2]).max({ axis: 1 }).shape).toEqual([0]);
  });

  test("have no smallest, largest or joined one, unless init is given", () => {
    const none = zeros([0, 2]);
    expect(() => none.min()).toThrow("min of no elements has no value; give one to begin with");
    expect(() => none.max({ axis: 0 })).toThrow("max of no elements");
    expect(() => none.reduce((a, b) => a + b)).toThrow("reduce of no elements");
    expect(none.min({ init: 5 })).toBe(5);
    expect(none.max({ axis: 0, init: 5 }).toArray()).toEqual([5, 5]);
    expect(none.reduce((a, b) => a + b, { init: 5 })).toBe(5);
  });
});

describe("init", () => {
  test("counts once for each result", () => {
    expect(arange(4).sum({ init: 10 })).toBe(16);
    expect(ones([2, 3]).sum({ axis: 0, init: 10 }).toArray()).toEqual([12, 12, 12]);
    expect(full([2], 3).prod({ init: 2 })).toBe(18);
    expect(arange(4).max({ init: 9 })).toBe(9);
    expect(zeros([2]).any({ init: true })).toBe(true);
    expect(ones([2]).all({ init: 0 })).toBe(false);
    expect(ones([1], { dtype: "c64" }).sum({ init: { re: 0, im: 2 } })).toEqual({ re: 1, im: 2 });
    expect(
      arange(3).mapReduce(
        (x) => [x],
        (a, b) => [...a, ...b],
        { init: [9] },
      ),
    ).toEqual([9, 0, 1, 2]);
  });

  test("has no meaning for the others", () => {
    expect(() => ones([2]).mean({ init: 1 } as object)).toThrow("mean takes no init");
    expect(() => ones([2]).var({ ddof: -1 })).toThrow("ddof -1");
    expect(() => ones([2]).sum({ ddof: 1 } as object)).toThrow("sum has no option 'ddof'");
    expect(() => ones([2]).prod({ init: "2" } as object)).toThrow("2 is not an element");
    expect(() => ones([2]).reduce((() => undefined) as never)).toThrow("does it lack a return?");
  });
});

describe("reduce and mapReduce", () => {
  test("join in order; the function need not be commutative", () => {
    const join = (a: string, b: string) => a + b;
    for (const n of [1, 2, 1023, 1024, 1025, 5000]) {
      const text = arange(n).mapReduce((x) => `${x},`, join);
      expect(text).toBe(Array.from({ length: n }, (_, i) => `${i},`).join(""));
    }
    const rows = arange([40, 20]);
    const first = (a: number, _b: number) => a;
    const last = (_a: number, b: number) => b;
    expect(rows.reduce(first, { axis: 0 }).toArray()).toEqual(rows.slice(0).toArray());
    expect(rows.reduce(last, { axis: 0 }).toArray()).toEqual(rows.slice(-1).toArray());
    expect(rows.reduce(last, { axis: 1, keepdims: true }).toArray()).toEqual(
      rows.slice(null, [-1]).toArray(),
    );
  });

  test("give values of any kind, and arrays of the right dtype", () => {
    const pairs = arange(3).mapReduce(
      (x) => ({ min: x, max: x }),
      (a, b) => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) }),
    );
    expect(pairs).toEqual({ min: 0, max: 2 });
    const positive = arange([2, 2]).mapReduce(
      (x) => x > 0,
      (a, b) => a && b,
      { axis: 1 },
    );
    expect(positive.dtype).toBe("bool");
    expect(positive.toArray()).toEqual([false, true]);
    const z = full([2], { re: 0, im: 1 }).reduce((a, b) => ({
      re: a.re * b.re - a.im * b.im,
      im: a.re * b.im + a.im * b.re,
    }));
    expect(z).toEqual({ re: -1, im: 0 });
  });
});

describe("precision", () => {
  test("a sum of many numbers loses next to nothing", () => {
    const n = 2 ** 20;
    const tenth = full([n], 0.1);
    expect(Math.abs(tenth.sum() / (n * 0.1) - 1)).toBeLessThan(1e-15);
    expect(
      Math.abs(
        tenth
          .reshape([n / 64, 64])
          .sum({ axis: 0 })
          .get(3) /
          ((n / 64) * 0.1) -
          1,
      ),
    ).toBeLessThan(4e-15);
    expect(full([n], 0.1, { dtype: "f32" }).sum() / (n * Math.fround(0.1))).toBeCloseTo(1, 14);
  });

  test("a variance far from zero does not cancel", () => {
    const spread = randn([100_000], { seed: 1 });
    const far = spread.map((x) => x + 1e9);
    expect(far.var() / spread.var()).toBeCloseTo(1, 6);
    expect(far.reshape([1000, 100]).var({ axis: 0 }).mean()).toBeCloseTo(
      spread.reshape([1000, 100]).var({ axis: 0 }).mean(),
      5,
    );
    expect(full([1000], 0.1).var()).toBeLessThan(1e-30);
  });

  test("a norm neither overflows nor underflows", () => {
    for (const scale of [1e300, 1e-300, 1e160, 1e-160, 1]) {
      const array = fromArray([3 * scale, 4 * scale]);
      expect(array.norm() / scale).toBeCloseTo(5, 10);
      expect(
        array
          .reshape([2, 1])
          .map((x) => x)
          .norm({ axis: 0 })
          .get(0) / scale,
      ).toBeCloseTo(5, 10);
      const wide = full([2, 20], 3 * scale);
      expect(wide.norm({ axis: 0 }).get(7) / (3 * scale)).toBeCloseTo(Math.SQRT2, 10);
    }
    expect(fromArray([15e-324, 20e-324]).norm()).toBe(25e-324);
    expect(fromArray([1e200, 1, 1e-200]).norm()).toBe(1e200);
    expect(fromArray([1, 1e-200]).norm()).toBe(1);
    expect(full([1000], 1e305).norm() / 1e305).toBeCloseTo(Math.sqrt(1000), 10);
    expect(full([2], { re: 3e200, im: 4e200 }).norm() / 1e200).toBeCloseTo(5 * Math.SQRT2, 10);
    expect(zeros([5]).norm()).toBe(0);
  });
});

const NAMES: readonly Name[] = [
  "sum",
  "prod",
  "min",
  "max",
  "mean",
  "var",
  "std",
  "any",
  "all",
  "norm",
];

test("layout does not matter: a view gives bit for bit what its copy gives", () => {
  const array = randn([40, 70], { seed: 8 });
  const views = [
    array,
    array.transpose(),
    array.slice([null, null, -1], [3, null, 2]),
    array.slice(null, [0, 17]),
  ];
  for (const view of views) {
    for (const name of NAMES) {
      for (const axis of [undefined, 0, 1]) {
        const options = axis === undefined ? {} : { axis };
        const of = (own: NDArray) => {
          const result = (own[name] as (o: ReduceOptions) => NDArray | Value)(options);
          return result instanceof Object && "toArray" in result ? result.toArray() : result;
        };
        const call = {
          view: of.call(null, view as NDArray),
          copy: of.call(null, view.copy() as NDArray),
        };
        expect(call.view).toEqual(call.copy);
      }
    }
  }
});

/** The element at an index of the kept axes is the reduction of the line there. */
test("along axes it is the reduction of each line", () => {
  fc.assert(
    fc.property(
      anyArray(fc.constantFrom<DType>("f64", "i32", "bool", "c64")),
      fc.constantFrom(...NAMES.filter((name) => name !== "min" && name !== "max")),
      fc.nat(3),
      (array, name, pick) => {
        if (array.ndim === 0 || array.size === 0) return;
        const axis = pick % array.ndim;
        const along = (array[name] as (o: ReduceOptions) => NDArray).call(array, { axis });
        const lines = array
          .transpose(...array.shape.map((_, at) => at).filter((at) => at !== axis), axis)
          .copy();
        const rows = lines.reshape([-1, array.shape[axis] as number]);
        const single = Array.from({ length: rows.shape[0] as number }, (_, at) => {
          const row = rows.slice(at);
          return (row[name] as () => Value).call(row);
        });
        expectClose([...along] as Value[], single, "f32", name);
      },
    ),
  );
});

test("long rows go by panels, many rows by groups", () => {
  const array = arange([70, 3, 1500]).map((x) => x % 1009);
  const expected = (axes: readonly number[]) => {
    const kept = array.shape.filter((_, axis) => !axes.includes(axis));
    const sums = new Array<number>(sizeOf(kept)).fill(0);
    for (let i = 0; i < 70; i++) {
      for (let j = 0; j < 3; j++) {
        for (let k = 0; k < 1500; k++) {
          const at = [i, j, k].filter((_, axis) => !axes.includes(axis));
          const to = at.reduce((sum, index, axis) => sum * (kept[axis] as number) + index, 0);
          (sums[to] as number) += array.get(i, j, k);
        }
      }
    }
    return sums;
  };
  for (const axis of [[0], [1], [2], [0, 1], [0, 2], [1, 2]]) {
    expect([...array.sum({ axis })], `along ${axis}`).toEqual(expected(axis));
    const average = array
      .sum({ axis })
      .map((sum) => sum / sizeOf(axis.map((at) => array.shape[at] as number)));
    expectClose([...array.mean({ axis })], [...average], "f64", "mean");
    const squares = array.map((x) => x * x).mean({ axis });
    const variance = [...squares].map((square, at) => square - average.iget(at) ** 2);
    expectClose([...array.var({ axis })], variance, "f32", "var");
  }
});

describe("states of parts", () => {
  const wide = [3, 1, 1024, 700, 2];

  test.each(NAMES)("%s of parts combined is that of the whole", (name) => {
    for (const dtype of ["f64", "f32", "i16", "bool", "c128"] as const) {
      if (dtype === "c128" && (name === "min" || name === "max")) continue;
      const reduction = reductionOf(name, dtype);
      const whole = randn([sizeOf([1730])], { seed: 3 }).map((x) => Math.round(8 * x) / 4, {
        dtype,
      });
      let [state, at] = [reduction.init(), 0];
      for (const n of wide) {
        state = reduction.combine(state, reduction.step(whole.slice([at, at + n])));
        at += n;
      }
      expect(state.count).toBe(1730);
      expectClose(
        reduction.finish(state, 1),
        reduction.finish(reduction.step(whole), 1),
        "f64",
        `${name} ${dtype}`,
      );
    }
  });

  test("also along axes, with rows and columns as parts", () => {
    const array = randn([50, 60], { seed: 4 });
    for (const name of NAMES) {
      const reduction = reductionOf(name, "f64");
      const parts = [array.slice([0, 13]), array.slice([13, 50])].map((part) =>
        reduction.step(part, [0]),
      );
      const state = reduction.combine(parts[0] as never, parts[1] as never);
      expectClose(
        reduction.finish(state, 60),
        reduction.finish(reduction.step(array, [0]), 60),
        "f64",
        name,
      );
    }
  });

  test("are plain numbers that survive a structured clone", () => {
    const reduction = reductionOf("std", "f64", 1);
    const state = structuredClone(reduction.step(arange(10)));
    expect(reduction.finish(state, 1)[0]).toBe(arange(10).std({ ddof: 1 }));
    const letters = fold(
      "f64",
      (a: string, b: string) => a + b,
      "f64",
      (x: number) => String(x),
    );
    const joined = letters.combine(
      letters.step(arange(3)),
      structuredClone(letters.step(arange(3))),
    );
    expect(letters.finish(joined, 1)).toEqual(["012012"]);
  });

  test("combining does not change its arguments", () => {
    const reduction = reductionOf("sum", "f64");
    const [a, b] = [reduction.step(arange(3)), reduction.step(arange(4))];
    reduction.combine(a, b);
    expect([reduction.finish(a, 1), reduction.finish(b, 1)]).toEqual([[3], [6]]);
  });
});

test("complex numbers have no order", () => {
  expect(() => ones([1], { dtype: "c64" }).min()).toThrow("complex numbers have no order");
});

test("axes are checked", () => {
  expect(() => ones([2]).sum({ axis: 1 })).toThrow("axis 1 does not exist");
  expect(() => ones([]).sum({ axis: 0 })).toThrow("has no axes");
  expect(ones([2, 3]).sum({ axis: [] }).toArray()).toEqual(ones([2, 3]).toArray());
  expect(
    flatten(
      ones([2, 3])
        .sum({ axis: [-1, 0], keepdims: true })
        .toArray(),
    ),
  ).toEqual([6]);
  expect(ones([2, 3]).sum({ keepdims: true }).shape).toEqual([1, 1]);
});

test("types follow from options and dtype", () => {
  const [f, b, c] = [
    ones([2], { dtype: "f32" }),
    ones([2], { dtype: "bool" }),
    ones([2], { dtype: "c64" }),
  ];
  expectTypeOf(f.sum()).toEqualTypeOf<number>();
  expectTypeOf(f.sum({ axis: 0 })).toEqualTypeOf<NDArray<"f32">>();
  expectTypeOf(f.sum({ keepdims: true })).toEqualTypeOf<NDArray<"f32">>();
  expectTypeOf(f.sum({ init: 1 })).toEqualTypeOf<number>();
  expectTypeOf(b.sum({ axis: 0 })).toEqualTypeOf<NDArray<"f64">>();
  expectTypeOf(b.max()).toEqualTypeOf<boolean>();
  expectTypeOf(c.sum()).toEqualTypeOf<{ readonly re: number; readonly im: number }>();
  expectTypeOf(c.var({ axis: 0 })).toEqualTypeOf<NDArray<"f32">>();
  expectTypeOf(f.any()).toEqualTypeOf<boolean>();
  expectTypeOf(
    f.mapReduce(
      (x) => String(x),
      (a, z) => a + z,
    ),
  ).toEqualTypeOf<string>();
  expectTypeOf(
    f.mapReduce(
      (x) => x > 1,
      (a, z) => a && z,
      { axis: 0 },
    ),
  ).toEqualTypeOf<NDArray<"bool">>();
  expectTypeOf(f.get(0)).toEqualTypeOf<number>();
  expectTypeOf(c.data).toEqualTypeOf<Float32Array>();
});
