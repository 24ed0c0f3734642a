import { expect, test } from "vitest";
import { resolveSlice, type SliceEntry } from "../../src/array/slice.ts";
import { reference } from "./helpers.ts";

type SliceCase = [
  length: number,
  start: number | null,
  stop: number | null,
  step: number | null,
  taken: number[],
];

test("ranges take what Python's take", () => {
  for (const [length, start, stop, step, taken] of reference<SliceCase[]>("slices")) {
    const [range] = resolveSlice([[start, stop, step]], [length]);
    const indices = Array.from(
      { length: range?.count ?? -1 },
      (_, at) => (range?.start ?? 0) + at * (range?.step ?? 0),
    );
    expect(indices, `[${start}, ${stop}, ${step}] of ${length}`).toEqual(taken);
    expect(range?.drop).toBe(false);
  }
});

test("null takes all, an integer one, missing entries all", () => {
  expect(resolveSlice([null, -1], [2, 3, 4])).toEqual([
    { start: 0, count: 2, step: 1, drop: false },
    { start: 2, count: 1, step: 1, drop: true },
    { start: 0, count: 4, step: 1, drop: false },
  ]);
  expect(resolveSlice([[1]], [3])).toEqual([{ start: 1, count: 2, step: 1, drop: false }]);
  expect(resolveSlice([[]], [3])).toEqual([{ start: 0, count: 3, step: 1, drop: false }]);
});

test.each<[SliceEntry[], string]>([
  [[5], "index 5 is outside of axis 0, which has 3 elements"],
  [[-4], "index -4 is outside of axis 0"],
  [[1.5], "index 1.5 of axis 0 is not an integer"],
  [[[0, 1, 0]], "step 0; use an integer other than 0 or null"],
  [[[0.5, 1]], "start 0.5; use an integer or null"],
  [[null, null], "slice has 2 entries, but an array of shape [3] has 1 dimensions"],
  [["1" as unknown as null], "1 is not an entry; use null, an integer, [start, stop, step]"],
  [[[0, 1, 2, 3] as unknown as null], "is not an entry"],
])("refuses %j", (entries, message) => {
  expect(() => resolveSlice(entries, [3])).toThrow(message);
});
