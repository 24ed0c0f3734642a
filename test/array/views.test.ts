import fc from "fast-check";
import { expect, test } from "vitest";
import type { Value } from "../../src/array/element.ts";
import type { NDArray } from "../../src/array/ndarray.ts";
import { rowMajorStrides, sizeOf } from "../../src/array/shape.ts";
import { resolveSlice, type SliceEntry } from "../../src/array/slice.ts";
import { anyArray, indicesOf, type Model, modelOf, valuesOf } from "./helpers.ts";

/** The same thing done to an array and to its model. */
interface Step {
  readonly name: string;
  array(array: NDArray): NDArray;
  model(model: Model): Model;
}

const anyEnd = fc.option(fc.integer({ min: -7, max: 7 }));
const anyRange: fc.Arbitrary<SliceEntry> = fc.tuple(
  anyEnd,
  anyEnd,
  fc.constantFrom(null, 1, 2, -1, -3),
);
const anyEntry = fc.oneof(fc.constant(null), anyRange, fc.nat(2));

/** An integer entry that the axis lacks becomes all of it. */
const fitting = (entries: readonly SliceEntry[], shape: readonly number[]): SliceEntry[] =>
  shape.map((length, axis) => {
    const entry = entries[axis] ?? null;
    return typeof entry === "number" && entry >= length ? null : entry;
  });

const slicing = fc.array(anyEntry, { minLength: 4, maxLength: 4 }).map(
  (entries): Step => ({
    name: `slice ${JSON.stringify(entries)}`,
    array: (array) => array.slice(...fitting(entries, array.shape)),
    model: ({ shape, at }) => {
      const ranges = resolveSlice(fitting(entries, shape), shape);
      return {
        shape: ranges.filter((range) => !range.drop).map((range) => range.count),
        at: (indices) => {
          const left = [...indices];
          return at(
            ranges.map(({ start, step, drop }) =>
              drop ? start : start + step * (left.shift() as number),
            ),
          );
        },
      };
    },
  }),
);

const transposing = fc.nat(23).map((seed): Step => {
  const order = (ndim: number): number[] => {
    const rest = Array.from({ length: ndim }, (_, axis) => axis);
    const picked: number[] = [];
    for (let at = 0; at < ndim; at++)
      picked.push(rest.splice((seed >> at) % rest.length, 1)[0] as number);
    return picked;
  };
  return {
    name: `transpose ${seed}`,
    array: (array) => (array.ndim === 0 ? array : array.transpose(...order(array.ndim))),
    model: ({ shape, at }) => {
      const axes = order(shape.length);
      return {
        shape: axes.map((axis) => shape[axis] as number),
        at: (indices) => at(shape.map((_, axis) => indices[axes.indexOf(axis)] as number)),
      };
    },
  };
});

const reshaping = fc.nat(3).map((kind): Step => {
  const target = (shape: readonly number[]): number[] => {
    const size = sizeOf(shape);
    if (kind === 0) return [size];
    if (kind === 1) return [1, size, 1];
    const divisor = [2, 3, 5].find((d) => size % d === 0 && size > 0) ?? 1;
    return kind === 2 ? [divisor, size / divisor] : [...shape, 1];
  };
  return {
    name: `reshape ${kind}`,
    array: (array) => array.reshape(target(array.shape)),
    model: (model) => {
      const values = valuesOf(model);
      const shape = target(model.shape);
      const strides = rowMajorStrides(shape);
      return {
        shape,
        at: (indices) =>
          values[indices.reduce((sum, i, axis) => sum + i * (strides[axis] as number), 0)] as Value,
      };
    },
  };
});

const same = fc.constantFrom<Step>(
  { name: "copy", array: (array) => array.copy(), model: (model) => model },
  { name: "contiguous", array: (array) => array.contiguous(), model: (model) => model },
  { name: "astype", array: (array) => array.astype(array.dtype), model: (model) => model },
  {
    name: "map",
    array: (array) => array.map((x) => x, { dtype: array.dtype }),
    model: (model) => model,
  },
);

test("any chain of views and copies is that of the nested arrays", () => {
  fc.assert(
    fc.property(
      anyArray(),
      fc.array(fc.oneof(slicing, transposing, reshaping, same), { maxLength: 6 }),
      (start, steps) => {
        let [array, model] = [start, modelOf(start)];
        for (const step of steps) [array, model] = [step.array(array), step.model(model)];
        expect(array.shape).toEqual(model.shape);
        expect([...array]).toEqual(valuesOf(model));
        expect(indicesOf(array.shape).map((indices) => array.get(...indices))).toEqual(
          valuesOf(model),
        );
      },
    ),
    { numRuns: 500 },
  );
});

test("writing through a chain of views changes those elements of the array and no others", () => {
  fc.assert(
    fc.property(
      anyArray(fc.constantFrom("f64", "u8", "c64")),
      fc.array(fc.oneof(slicing, transposing), { maxLength: 4 }),
      (base, steps) => {
        const touched = modelOf(base);
        let [view, places] = [
          base,
          { ...touched, at: (at) => at.join() as unknown as Value } as Model,
        ];
        for (const step of steps) [view, places] = [step.array(view), step.model(places)];
        view.fill(200);
        const changed = new Set(valuesOf(places).map(String));
        const two = base.dtype === "c64" ? { re: 200, im: 0 } : 200;
        for (const at of indicesOf(base.shape)) {
          expect(base.get(...at)).toEqual(changed.has(at.join()) ? two : touched.at(at));
        }
      },
    ),
    { numRuns: 300 },
  );
});
