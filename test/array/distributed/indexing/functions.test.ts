/** take, takeAlongAxis, compress, copyTo and allowScalar on local and distributed arrays. */

import {
  allowScalar,
  arange,
  argsort,
  Blocks,
  type Cluster,
  collect,
  compress,
  copyTo,
  distribute,
  fromArray,
  map,
  type NDArray,
  ones,
  pipe,
  start,
  sum,
  take,
  takeAlongAxis,
  zeros,
} from "bodkin";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { times } from "../../../support/counts.ts";
import { anyBlocks, expectSame } from "../support.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2, workers: 1 });
});
afterAll(() => cluster.close());

const anyMatrix = fc
  .tuple(fc.nat(6), fc.nat(6))
  .chain((shape) => fc.tuple(fc.constant(shape), anyBlocks(shape), anyBlocks(shape)));

describe("take", () => {
  it("gives the elements at indices, for any indices and blocks", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyMatrix,
        fc.nat(1),
        fc.array(fc.nat(20)),
        async ([shape, blocks], axis, some) => {
          const length = shape[axis] as number;
          const indices = length === 0 ? [] : some.map((index) => (index % (2 * length)) - length);
          const A = arange(shape);
          const expected = take(A, indices, { axis });
          for (let k = 0; k < indices.length; k++) {
            const own = [null, null].with(axis, indices[k] as never) as (number | null)[];
            const row = [null, null].with(axis, k as never) as (number | null)[];
            expect(expected.slice(...row).toArray()).toEqual(A.slice(...own).toArray());
          }
          await expectSame(take(distribute(A, blocks), indices, { axis }), expected);
        },
      ),
      { numRuns: times(2000), seed: 3 },
    );
  });

  it("is an array of its own, unlike a slice", async () => {
    const DA = arange(Blocks(3), [7]);
    const taken = take(DA, Int32Array.of(6, 0));
    DA.assign(0);
    expect((await collect(taken)).toArray()).toEqual([6, 0]);
    const A = arange([3]);
    take(A, [0, 1]).fill(9);
    expect(A.toArray()).toEqual([0, 1, 2]);
  });

  it("with a number is the transducer", async () => {
    expect(await pipe([5, 6, 7], take(2)).collect()).toEqual([5, 6]);
    expect(() => take(-1)).toThrow("take(-1)");
  });

  it("refuses what it cannot take", () => {
    expect(() => take(arange([2, 2]), [0])).toThrow(
      "needs its axis: take(x, indices, { axis: 0 })",
    );
    expect(() => take(arange(Blocks(2), [4]), [4])).toThrow("index 4");
    expect(() => take(arange([3]), [0], { axes: 0 } as never)).toThrow("axes");
  });
});

describe("takeAlongAxis", () => {
  it("with the order of argsort gives a sorted array, along any axis of any blocks", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyMatrix,
        fc.nat(1),
        fc.nat(1000),
        async ([shape, blocks, others], axis, salt) => {
          const A = map((x: number) => (x * 7919 + salt) % 23, arange(shape)) as NDArray<"f64">;
          const order = argsort(A, { axis });
          const sorted = takeAlongAxis(A, order, { axis });
          const lines = axis === 0 ? sorted.transpose().toArray() : sorted.toArray();
          for (const line of lines as number[][])
            expect(line).toEqual(line.toSorted((a, b) => a - b));
          await expectSame(takeAlongAxis(distribute(A, blocks), order, { axis }), sorted);
          await expectSame(
            takeAlongAxis(distribute(A, blocks), distribute(order, others), { axis }),
            sorted,
          );
        },
      ),
      { numRuns: times(2000), seed: 5 },
    );
  });

  it("repeats indices along other axes, and takes negative ones", async () => {
    const A = arange([2, 3]);
    const last = fromArray([[-1]], { dtype: "i32" });
    expect(takeAlongAxis(A, last).toArray()).toEqual([[2], [5]]);
    const taken = takeAlongAxis(distribute(A, Blocks(1, 2)), last);
    expect((await collect(taken)).toArray()).toEqual([[2], [5]]);
  });

  it("refuses what does not fit, and fails where there is no such element", async () => {
    expect(() => takeAlongAxis(arange([2, 2]), arange([2]))).toThrow("as many dimensions");
    expect(() => takeAlongAxis(arange([2]), arange(Blocks(1), [2]))).toThrow("local indices");
    const bad = takeAlongAxis(arange(Blocks(1), [2]), fromArray([2], { dtype: "i32" }));
    await expect(collect(bad)).rejects.toThrow("index 2");
  });
});

describe("compress", () => {
  it("gives the elements where a mask is true, in row-major order, for any blocks", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyMatrix,
        fc.integer({ min: 1, max: 5 }),
        async ([shape, blocks, others], every) => {
          const A = arange(shape);
          const mask = map((x: number) => (x * 13) % every === 0, A) as NDArray<"bool">;
          const expected = Array.from(A as Iterable<number>).filter((x) => (x * 13) % every === 0);
          expect(compress(mask, A).toArray()).toEqual(expected);
          const DA = distribute(A, blocks);
          for (const own of [mask, distribute(mask, others)]) {
            const taken = await compress(own, DA);
            expect((await collect(taken)).toArray()).toEqual(expected);
            expect(
              taken.chunks.every(
                (_, k) => (taken.grid.cuts[0]?.[k + 1] ?? 0) > (taken.grid.cuts[0]?.[k] ?? 0),
              ),
            ).toBe(true);
          }
          expect((await collect(await compress(distribute(mask, others), A))).toArray()).toEqual(
            expected,
          );
        },
      ),
      { numRuns: times(2000), seed: 7 },
    );
  });

  it("refuses other masks", () => {
    expect(() => compress(ones([3]), arange([3]))).toThrow(
      "a mask of dtype bool and the array's shape [3]",
    );
    expect(() => compress(zeros([2], { dtype: "bool" }), arange([3]))).toThrow("of shape [2]");
  });
});

describe("copyTo", () => {
  it("copies between any two partitionings, through views too", async () => {
    await fc.assert(
      fc.asyncProperty(anyMatrix, fc.boolean(), async ([shape, blocks, others], isTurned) => {
        const turned = isTurned ? shape.toReversed() : shape;
        const source = distribute(arange(turned), isTurned ? Blocks(2, 3) : others);
        const from = isTurned ? source.transpose() : source;
        const target = zeros(blocks, shape);
        await copyTo(target, from);
        await expectSame(target, await collect(from));
        const local = zeros(shape);
        await copyTo(local, from);
        expect(local.toArray()).toEqual((await collect(from)).toArray());
      }),
      { numRuns: times(2000), seed: 9 },
    );
  });

  it("refuses other shapes, and reports what failed", async () => {
    const target = zeros(Blocks(2), [4]);
    await expect(copyTo(target, ones([3]))).rejects.toThrow(
      "the target has shape [4], the source [3]; they must be equal",
    );
    await expect(
      copyTo(
        target,
        map(
          () => {
            throw new Error("no");
          },
          ones(Blocks(2), [4]),
        ),
      ),
    ).rejects.toThrow("no");
  });
});

describe("allowScalar", () => {
  it("forbids single elements, here or within a function and what it awaits", async () => {
    const DA = arange(Blocks(2), [4]);
    await allowScalar(false, async () => {
      expect(() => DA.get(0)).toThrow("Scalar indexing is disallowed");
      await sum(DA);
      expect(() => DA.set(0, 1)).toThrow("allowScalar(true, () => …)");
      expect(await allowScalar(true, () => DA.get(3))).toBe(3);
    });
    expect(await DA.get(1)).toBe(1);
    allowScalar(false);
    try {
      expect(() => DA.get(0)).toThrow("Scalar indexing is disallowed");
      expect(await allowScalar(true, () => DA.get(2))).toBe(2);
    } finally {
      allowScalar(true);
    }
  });
});
