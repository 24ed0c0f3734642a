/** Folds with functions of the user: order, early ends, failures, cuts; and loops that change what they go over. */

import {
  arange,
  Blocks,
  type Cluster,
  collect,
  distribute,
  fold,
  folds,
  fromArray,
  isReduced,
  myid,
  ones,
  parallelFor,
  range,
  reduced,
  referenceable,
  start,
  TaskFailedError,
  zeros,
} from "bodkin";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anyBlocks, distributed } from "../array/distributed/support.ts";
import { anyArray } from "../array/helpers.ts";
import { times } from "../support/counts.ts";

const listing = {
  init: (): unknown[] => [],
  step: (list: unknown[], x: unknown) => [...list, x],
  combine: (a: unknown[], b: unknown[]) => [...a, ...b],
};

describe.each([
  { threads: 1, workers: 0 },
  { threads: 3, workers: 0 },
  { threads: 2, workers: 2 },
])("on $workers further workers of $threads threads", ({ threads, workers }) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads, workers });
  });
  afterAll(() => cluster.close());

  it("folds take elements in row-major order, of any shape, dtype and blocks", async () => {
    await fc.assert(
      fc.asyncProperty(distributed(anyArray()), async ({ local, distributed: own }) => {
        expect(await fold(own, listing)).toEqual([...local]);
        expect(await fold(local, listing, { basesize: 3 })).toEqual([...local]);
      }),
      { numRuns: times(2000), seed: 1 },
    );
  });

  it("an early end is that of the left-most element, whichever part is done first", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(20), { maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        async (xs, size) => {
          const XS = distribute(Float64Array.from(xs), Blocks(size));
          const found = await fold(XS, {
            init: () => -1,
            step: (before: number, x: number) => (x > 15 ? reduced(x) : before),
            combine: (a, b) => Math.max(a, b),
          });
          expect(found).toBe(xs.find((x) => x > 15) ?? -1);
          const value = await parallelFor(XS, (x) => (x > 15 ? reduced(`${x}`) : undefined));
          expect(value).toBe(xs.find((x) => x > 15)?.toString());
        },
      ),
      { numRuns: times(2000), seed: 2 },
    );
  });

  it("references change a distributed array in place, and views of it see that", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 })
          .chain((shape) => anyBlocks(shape).map((blocks) => ({ shape, blocks }))),
        async ({ shape, blocks }) => {
          const local = arange(shape);
          const own = distribute(local, blocks);
          const row = own.slice([0, 1]);
          await parallelFor(referenceable(own), (x) => {
            x.value = x.value * 2 + 1;
          });
          const wanted = local.map((x) => x * 2 + 1);
          expect((await collect(own)).toArray()).toEqual(wanted.toArray());
          expect((await collect(row)).toArray()).toEqual(wanted.slice([0, 1]).toArray());
        },
      ),
      { numRuns: times(1000), seed: 3 },
    );
  });
});

describe("loops and folds", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads: 2, workers: 2 });
  });
  afterAll(() => cluster.close());

  it("run on all workers that have blocks", async () => {
    const ids = await folds.map(() => myid(), zeros(Blocks(4), [64]));
    expect(new Set(ids)).toEqual(new Set([2, 3]));
  });

  it("change local arrays, typed arrays, lists and maps too", async () => {
    const array = arange([5]);
    const list = ["a", "b"];
    const typed = Int8Array.of(1, 2);
    const map = new Map([
      ["x", 1],
      ["y", 2],
    ]);
    await parallelFor(referenceable(array), (x) => void (x.value += 1));
    await parallelFor(referenceable(list), (x) => void (x.value += "!"));
    await parallelFor(referenceable(typed), (x) => void (x.value *= 3));
    await parallelFor(referenceable(map), ([key, x]) => void (x.value += key === "y" ? 10 : 100));
    expect(array.toArray()).toEqual([1, 2, 3, 4, 5]);
    expect(list).toEqual(["a!", "b!"]);
    expect(typed).toEqual(Int8Array.of(3, 6));
    expect([...map]).toEqual([
      ["x", 101],
      ["y", 12],
    ]);
  });

  it("write what the array can hold", async () => {
    const xs = distribute(Uint8Array.of(1, 2, 3), Blocks(2));
    const wrong = parallelFor(referenceable(xs), (x) => {
      x.value = "7" as never;
    });
    await expect(wrong).rejects.toThrow("7 is not an element; elements are numbers");
  });

  it("have scratch data of their own for each task", async () => {
    const xs = zeros(Blocks(5), [20]);
    const init = { scratch: () => ({ seen: 0 }) };
    await parallelFor(
      referenceable(xs),
      (x, scratch) => {
        scratch.seen += 1;
        x.value = scratch.seen;
      },
      { init },
    );
    expect((await collect(xs)).toArray()).toEqual(
      Array.from({ length: 20 }, (_, i) => (i % 5) + 1),
    );
  });

  it("go over ranges and whatever can be iterated over, in parts of any size", async () => {
    const sum = {
      init: () => 0,
      step: (a: number, x: number) => a + x,
      combine: (a: number, b: number) => a + b,
    };
    for (const basesize of [undefined, 1, 7, 1000]) {
      expect(await fold(range(1, 501), sum, { basesize })).toBe(125_250);
      expect(await fold(range(10, 0, -3), sum, { basesize })).toBe(22);
      expect(await fold(new Set([1, 2, 3]), sum, { basesize })).toBe(6);
      expect(await fold(Array.from(range(501)), sum, { basesize })).toBe(125_250);
    }
    expect(await fold(range(0, 1e9, 1e3), sum)).toBe(499_999_500_000_000);
  });

  it("of reducers of the package protocol give what they complete to", async () => {
    const mean = [
      () => ({ n: 0, sum: 0 }),
      ({ n, sum }: { n: number; sum: number }) => sum / n,
      (a: { n: number; sum: number }, x: number) => ({ n: a.n + 1, sum: a.sum + x }),
    ];
    expect(await fold(arange(Blocks(3), [10]), mean as never)).toBe(4.5);
  });

  it("fail with the error of the first part that failed, and leave local data as it was", async () => {
    const xs = distribute(arange([40]), Blocks(4));
    const failing = fold(xs, {
      ...listing,
      step: (_, x) => {
        if ((x as number) % 10 === 9) throw new RangeError(`no ${String(x)}`);
        return [];
      },
    });
    await expect(failing).rejects.toThrow(TaskFailedError);
    await expect(failing).rejects.toThrow("no 9");
    const list = [1, 2, 3];
    const loop = parallelFor(referenceable(list), (x) => {
      if (x.value === 3) throw new Error("not three");
      x.value = 0;
    });
    await expect(loop).rejects.toThrow("not three");
    expect(list).toEqual([1, 2, 3]);
  });

  it("a failure after an early end does not count", async () => {
    const found = await fold(distribute(arange([40]), Blocks(4)), {
      init: () => -1,
      step: (before: number, x: number) => {
        if (x > 30) throw new Error("too far");
        return x === 2 ? reduced(x) : before;
      },
      combine: (a, b) => Math.max(a, b),
    });
    expect(found).toBe(2);
  });

  it("end with the signal", async () => {
    const ended = fold(ones(Blocks(1), [4]), listing, { signal: AbortSignal.abort() });
    await expect(ended).rejects.toThrow("abort");
  });

  it("see a distributed array as it is at the call", async () => {
    const xs = zeros(Blocks(2), [6]);
    const before = folds.sum(xs);
    await xs.set(0, 5);
    expect(await before).toBe(0);
    expect(await folds.sum(xs)).toBe(5);
  });

  it("refuse what they cannot take", () => {
    expect(() => fold([1], {} as never)).toThrow("fold: init must be a function, not undefined");
    expect(() => fold(3 as never, listing)).toThrow("fold takes an array, a range");
    expect(() => fold([1], { ...listing, combin: 3 } as never)).toThrow("'combine'");
    expect(() => referenceable(5 as never)).toThrow("referenceable takes an array");
    expect(() => parallelFor([1], 3 as never)).toThrow(
      "parallelFor(xs, fn): fn must be a function",
    );
    expect(() => range(0, 1, 0)).toThrow("a step of 0 never arrives");
    expect(() => range(Number.NaN)).toThrow("finite numbers");
    async function* later() {}
    expect(() => fold(later() as never, listing)).toThrow("not an async iterable");
    expect(isReduced(reduced(1))).toBe(true);
    expect([...fromArray([1, 2])]).toEqual([1, 2]);
  });
});
