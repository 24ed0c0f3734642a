/** Arrays of `@stdlib/ndarray` and `ndarray` as sources, and their functions on ours: the packages themselves. */

import { createRequire } from "node:module";
import {
  arange,
  Blocks,
  type Cluster,
  collect,
  distribute,
  fromArray,
  type NDArray,
  start,
  zeros,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

type Call = (...args: unknown[]) => unknown;
type Foreign = Parameters<typeof fromArray>[0] & { set(...indicesAndValue: number[]): unknown };

/** Some have no types, and those of the others know no other arrays than their own. */
const load = (name: string): Call => createRequire(import.meta.url)(name) as Call;
const ndarray = load("ndarray") as (...args: unknown[]) => Foreign;
const ops = load("ndarray-ops") as unknown as Record<string, Call>;
const stdArray = load("@stdlib/ndarray/array") as (...args: unknown[]) => Foreign;
const toNested = load("@stdlib/ndarray/to-array");
const ndslice = load("@stdlib/ndarray/slice") as (...args: unknown[]) => Foreign;
const isNdarrayLike = load("@stdlib/assert/is-ndarray-like");
const { MultiSlice, Slice } = {
  MultiSlice: load("@stdlib/slice/multi") as unknown as new (...args: unknown[]) => unknown,
  Slice: load("@stdlib/slice/ctor") as unknown as new (...args: unknown[]) => unknown,
};

const ROWS = [
  [0, 1, 2],
  [3, 4, 5],
];
const COLUMNS = [
  [0, 3],
  [1, 4],
  [2, 5],
];

describe("arrays of other libraries are sources", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads: 1 });
  });
  afterAll(() => cluster.close());

  it.each<[string, () => Foreign, unknown, string]>([
    ["ndarray", () => ndarray(new Float32Array([0, 1, 2, 3, 4, 5]), [2, 3]), ROWS, "f32"],
    [
      "a transposed ndarray",
      () =>
        (
          ndarray(new Int16Array([0, 1, 2, 3, 4, 5]), [2, 3]) as unknown as {
            transpose(...axes: number[]): Foreign;
          }
        ).transpose(1, 0),
      COLUMNS,
      "i16",
    ],
    ["@stdlib/ndarray", () => stdArray(ROWS), ROWS, "f64"],
    ["a column-major one", () => stdArray(ROWS, { order: "column-major" }), ROWS, "f64"],
  ])("%s", async (_, make, nested, dtype) => {
    const source = make();
    const DA = distribute(source, Blocks(1, 2));
    source.set(0, 0, 9);
    expect(DA.dtype).toBe(dtype);
    expect((await collect(DA)).toArray()).toEqual(nested);
    const over = fromArray(source, { copy: false });
    source.set(0, 0, 7);
    expect(over.get(0, 0)).toBe(7);
  });
});

describe("functions of other libraries take arrays of ours", () => {
  /** Its `order` is a list of axes, where that of `@stdlib/ndarray` is a word; so it has a view of its own. */
  const wrap = ({ data, shape, strides, offset }: NDArray): Foreign =>
    ndarray(data, shape, strides, offset);

  it("ndarray-ops writes and reads them by ndarray's views", () => {
    const to = zeros([3, 2]);
    ops["adds"]?.(wrap(to), wrap(arange([2, 3]).transpose()), 10);
    expect(to.toArray()).toEqual([
      [10, 13],
      [11, 14],
      [12, 15],
    ]);
    ops["muleq"]?.(wrap(to.slice([null, null, -1], 1)), wrap(arange([3])));
    expect(to.toArray()).toEqual([
      [10, 26],
      [11, 14],
      [12, 0],
    ]);
    expect(ops["sum"]?.(wrap(to))).toBe(73);
  });

  it("@stdlib/ndarray reads them, and makes views of them that write to them", () => {
    const array = arange([2, 3]);
    expect(isNdarrayLike(array)).toBe(true);
    expect(toNested(array)).toEqual(ROWS);
    expect(toNested(array.transpose())).toEqual(COLUMNS);
    const backwards = new MultiSlice(null, new Slice(null, null, -2));
    const view = ndslice(array, backwards, { readonly: false } as unknown);
    expect(fromArray(view).toArray()).toEqual([
      [2, 0],
      [5, 3],
    ]);
  });
});
