/** Which functions give arrays of their own: what is written to them is nowhere else. */

import { concat, fromArray, type NDArray, pad, repeat, roll, tile } from "bodkin";
import { expect, it } from "vitest";

it.each<[string, (x: NDArray) => NDArray]>([
  ["concat of one array", (x) => concat([x])],
  ["pad by nothing", (x) => pad(x, 0)],
  ["repeat of each once", (x) => repeat(x, 1)],
  ["roll by nothing", (x) => roll(x, 0)],
  ["tile once", (x) => tile(x, 1)],
])("%s is a copy", (_, change) => {
  const x = fromArray([1, 2]) as NDArray;
  change(x).set(0, 9);
  expect(x.toArray()).toEqual([1, 2]);
});

it("tile along a new axis gives elements that are not one", () => {
  const tiled = tile(fromArray(5), 2);
  tiled.set(0, 9);
  expect(tiled.toArray()).toEqual([9, 5]);
});

it("sums over axes in a list with holes are refused", () => {
  const axes = [0];
  axes.length = 2;
  expect(() => fromArray([[1]]).sum({ axis: axes })).toThrow("axis undefined does not exist");
});
