/** Distributed arrays for property tests, and how they are compared with local ones. */

import { Blocks, collect, type DArray, distribute, type NDArray } from "bodkin";
import fc from "fast-check";
import { expect } from "vitest";

/** Lengths of blocks for an array of this shape: from one element to more than there are. */
export const anyBlocks = (shape: readonly number[]): fc.Arbitrary<Blocks> =>
  fc
    .tuple(...shape.map((length) => fc.integer({ min: 1, max: length + 2 })))
    .map((sizes) => Blocks(...sizes));

/** A local array and a distributed copy of it. */
export interface Pair {
  readonly local: NDArray;
  readonly distributed: DArray;
}

export const distributed = (array: fc.Arbitrary<NDArray>): fc.Arbitrary<Pair> =>
  array.chain((local) =>
    anyBlocks(local.shape).map((blocks) => ({ local, distributed: distribute(local, blocks) })),
  );

/** Same shape, dtype and elements, bit by bit. */
export async function expectSame(actual: DArray, expected: NDArray): Promise<void> {
  const collected = await collect(actual);
  expect(collected.dtype).toBe(expected.dtype);
  expect(collected.shape).toEqual(expected.shape);
  expect(collected.toArray()).toEqual(expected.toArray());
}
