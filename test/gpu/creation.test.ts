/** New arrays under the scope of a GPU: the numbers that threads make, made on the device where it can. */

import "./software.ts";
import {
  arange,
  Blocks,
  type DArray,
  eye,
  full,
  linspace,
  type NDArray,
  ones,
  rand,
  randint,
  randn,
  scope,
  spawn,
  start,
  withOptions,
  zeros,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deviceStatistics } from "../../src/gpu/statistics.ts";

let cluster: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const onGpu = <T>(body: () => T): T => withOptions({ scope: scope({ gpu: 1 }) }, body);
const statistics = () => onGpu(() => spawn(deviceStatistics).fetch());

const f32 = { dtype: "f32" } as const;
const i32 = { dtype: "i32" } as const;
const grid = Blocks(5, 4);

/** What is made, and whether the device makes it. */
const CASES: readonly [string, boolean, () => DArray, () => NDArray][] = [
  ["zeros", true, () => zeros(grid, [11, 7], f32), () => zeros([11, 7], f32)],
  ["ones", true, () => ones(grid, [11, 7], i32), () => ones([11, 7], i32)],
  ["full", true, () => full(grid, [11, 7], 0.1, f32), () => full([11, 7], 0.1, f32)],
  ["full of truth", true, () => full(grid, [5, 4], true), () => full([5, 4], true)],
  [
    "full of what becomes truth",
    true,
    () => full(grid, [5, 4], 7, { dtype: "bool" }),
    () => full([5, 4], 7, { dtype: "bool" }),
  ],
  ["eye", true, () => eye(grid, [11, 7], f32), () => eye([11, 7], f32)],
  ["eye of integers", true, () => eye(Blocks(3, 2), [4, 9], i32), () => eye([4, 9], i32)],
  ["arange", true, () => arange(grid, [11, 7], -20, 3, f32), () => arange([11, 7], -20, 3, f32)],
  ["arange down", true, () => arange(Blocks(4), 9, -3, -2, i32), () => arange(9, -3, -2, i32)],
  ["arange in halves", true, () => arange(Blocks(4), 0, 9, 0.5, f32), () => arange(0, 9, 0.5, f32)],
  ["linspace", true, () => linspace(Blocks(3), [9], 0, 2, f32), () => linspace([9], 0, 2, f32)],
  [
    "arange in steps that f32 does not hold",
    false,
    () => arange(Blocks(40), 0, 30, 0.1, f32),
    () => arange(0, 30, 0.1, f32),
  ],
  [
    "linspace in thirds",
    false,
    () => linspace(grid, [11, 7], 0, 1, f32),
    () => linspace([11, 7], 0, 1, f32),
  ],
  [
    "arange far from zero",
    false,
    () => arange(Blocks(3), [9], 2 ** 24, 1, f32),
    () => arange([9], 2 ** 24, 1, f32),
  ],
  ["zeros of f64", false, () => zeros(grid, [6, 5]), () => zeros([6, 5])],
  [
    "random integers",
    false,
    () => randint(grid, [6, 5], 0, 100, { seed: 2 }),
    () => randint([6, 5], 0, 100, { seed: 2 }),
  ],
];

describe("new arrays on a GPU", () => {
  it.each(CASES)("%s", async (_, isThere, make, makeHere) => {
    const before = await statistics();
    const made = onGpu(make);
    await made.wait();
    const after = await statistics();
    expect(after.launches > before.launches).toBe(isThere);
    expect(after.uploads).toBe(before.uploads);
    const [found, expected] = [await made.collect(), makeHere()];
    expect(found.dtype).toBe(expected.dtype);
    expect([...found.data]).toEqual([...expected.data]);
  });

  it("are made by tasks, too", async () => {
    const make = arange as unknown as (...args: unknown[]) => NDArray<"f32">;
    const made = await onGpu(() => spawn(make, [3, 4], 1, 2, f32)).fetch();
    expect([...made.data]).toEqual([...arange([3, 4], 1, 2, f32).data]);
    await expect(onGpu(() => spawn(make, [3], Number.NaN)).fetch()).rejects.toThrow("finite");
  });
});

/** Distance in units of the last place of f32. */
function ulps(a: number, b: number): number {
  const [x, y] = new Int32Array(Float32Array.of(a, b).buffer);
  return Math.abs((x as number) - (y as number));
}

describe("random numbers on a GPU", () => {
  it("are uniform ones bit by bit, for any cut and seed", async () => {
    for (const [seed, blocks] of [
      [0, Blocks(100, 33)],
      [2 ** 53 - 1, Blocks(7, 10)],
    ] as const) {
      const options = { ...f32, seed };
      const found = await onGpu(() => rand(blocks, [100, 33], options)).collect();
      expect([...found.data]).toEqual([...rand([100, 33], options).data]);
    }
  });

  it("are normal ones within 2 ulp, and those of more than one draw the same", async () => {
    for (const [seed, blocks] of [
      [3, Blocks(300, 100)],
      [2 ** 40 + 1, Blocks(77, 64)],
    ] as const) {
      const options = { ...f32, seed };
      const before = await statistics();
      const DA = onGpu(() => randn(blocks, [300, 100], options));
      await DA.wait();
      expect((await statistics()).launches).toBeGreaterThan(before.launches);
      const found = await DA.collect();
      const expected = randn([300, 100], options);
      const worst = found.data.reduce(
        (most, x, i) => Math.max(most, ulps(x, expected.data[i] as number)),
        0,
      );
      expect(worst).toBeLessThanOrEqual(2);
    }
  });
});
