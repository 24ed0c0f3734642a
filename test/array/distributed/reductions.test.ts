import {
  arange,
  argmax,
  Blocks,
  type Cluster,
  type DArray,
  distribute,
  fromArray,
  map,
  max,
  mean,
  type NDArray,
  norm,
  ones,
  rand,
  start,
  std,
  sum,
  variance,
  zeros,
} from "bodkin";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { times } from "../../support/counts.ts";
import { gate, open } from "../../support/gate.ts";
import { anyArray } from "../helpers.ts";
import { distributed, expectSame, type Pair } from "./support.ts";

const NAMES = ["sum", "prod", "min", "max", "mean", "var", "std", "any", "all", "norm"] as const;

/** Whole small numbers, whose sums and products are exact in whatever order. */
const pairs = distributed(anyArray(fc.constantFrom("f64", "f32", "i32", "bool")));

type Reduce = (options?: object) => unknown;
const call = (array: NDArray | DArray, name: (typeof NAMES)[number], options?: object): unknown =>
  (array[name] as Reduce).call(array, options);

/** What a call gives, or that it throws. */
async function outcome(make: () => unknown): Promise<unknown> {
  try {
    return await make();
  } catch (error) {
    return { thrown: (error as Error).message };
  }
}

function expectClose(actual: unknown, expected: unknown): void {
  if (typeof expected !== "number" || !Number.isFinite(expected)) {
    expect(actual).toEqual(expected);
  } else {
    expect(Math.abs((actual as number) - expected)).toBeLessThanOrEqual(1e-12 * Math.abs(expected));
  }
}

describe.each([
  { threads: 1, workers: 0 },
  { threads: 4, workers: 0 },
  { threads: 1, workers: 2 },
])("reductions on $workers further workers of $threads threads", ({ threads, workers }) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads, workers });
  });
  afterAll(() => cluster.close());

  it("of all elements give what local arrays give", async () => {
    await fc.assert(
      fc.asyncProperty(
        pairs,
        fc.constantFrom(...NAMES),
        async ({ local, distributed: own }, name) => {
          expectClose(await outcome(() => call(own, name)), await outcome(() => call(local, name)));
        },
      ),
      { numRuns: times(3000), seed: 1 },
    );
  });

  it("along axes give what local arrays give", async () => {
    const asked = pairs
      .filter(({ local }) => local.ndim > 0)
      .chain((pair) =>
        fc.record({
          pair: fc.constant<Pair>(pair),
          axis: fc.oneof(
            fc.integer({ min: -pair.local.ndim, max: pair.local.ndim - 1 }),
            fc.subarray(pair.local.shape.map((_, axis) => axis)),
          ),
          keepdims: fc.boolean(),
          name: fc.constantFrom("sum", "max", "mean", "any" as const),
        }),
      );
    await fc.assert(
      fc.asyncProperty(asked, async ({ pair, name, ...options }) => {
        const expected = await outcome(() => call(pair.local, name, options));
        if ("thrown" in (expected as object)) {
          const actual = await outcome(() =>
            (call(pair.distributed, name, options) as DArray).collect(),
          );
          expect(actual).toEqual(expected);
        } else
          await expectSame(call(pair.distributed, name, options) as DArray, expected as NDArray);
      }),
      { numRuns: times(3000), seed: 2 },
    );
  });

  it("take a value to begin with once, however many blocks there are", async () => {
    const DA = ones(Blocks(3), [20]);
    expect(await DA.sum({ init: 100 })).toBe(120);
    expect(await DA.prod({ init: 3 })).toBe(3);
    expect(await DA.max({ init: 7 })).toBe(7);
    await expectSame(
      ones(Blocks(2, 2), [4, 3]).sum({ axis: 0, init: 10 }),
      fromArray([14, 14, 14]),
    );
  });

  it("fold with functions of the user, in the order of the elements", async () => {
    const DA = arange(Blocks(4), [26]);
    const text = await DA.mapReduce(
      (x) => String.fromCharCode(97 + x),
      (a, b) => a + b,
    );
    expect(text).toBe("abcdefghijklmnopqrstuvwxyz");
    expect(await DA.reduce((a, b) => Math.max(a, b))).toBe(25);
    const k = 2;
    await expectSame(
      arange(Blocks(2, 2), [3, 4]).mapReduce(
        (x) => x * k,
        (a, b) => a + b,
        { axis: 1 },
      ),
      arange([3, 4]).mapReduce(
        (x) => x * 2,
        (a, b) => a + b,
        { axis: 1 },
      ),
    );
  });
});

describe("sums", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads: 3 });
  });
  afterAll(() => cluster.close());

  it("do not depend on the number of threads or on who computes what", async () => {
    const values = rand([100_000], { seed: 3 });
    const first = await sum(distribute(values, Blocks(777)));
    await cluster.close();
    for (const [threads, workers] of [
      [1, 0],
      [8, 0],
      [2, 2],
    ] as const) {
      await using _own = await start({ threads, workers });
      for (let i = 0; i < times(500); i++) {
        expect(await sum(distribute(values, Blocks(777)))).toBe(first);
      }
    }
    cluster = await start({ threads: 3 });
  });

  it("lose no more than pairwise addition does", async () => {
    const values = rand([1 << 18], { seed: 4 });
    const exact =
      Number([...values].reduce((total, x) => total + BigInt(x * 2 ** 53), 0n)) / 2 ** 53;
    const own = await distribute(values, Blocks(1000)).sum();
    expect(Math.abs(own - exact) / exact).toBeLessThan(20 * 2 ** -53);
  });

  it("exist as functions, of local arrays too", async () => {
    const A = arange([10]);
    const DA = distribute(A, Blocks(3));
    expect(sum(A)).toBe(45);
    expect(await sum(DA)).toBe(45);
    expect([await mean(DA), await max(DA), await norm(DA)]).toEqual([4.5, 9, Math.sqrt(285)]);
    expect(await variance(DA, { ddof: 1 })).toBeCloseTo(A.var({ ddof: 1 }), 12);
    expect(await std(DA)).toBeCloseTo(A.std(), 12);
    expectTypeOf(sum(A)).toBeNumber();
    expectTypeOf(sum(DA)).resolves.toBeNumber();
    expectTypeOf(sum(DA, { axis: 0 })).toEqualTypeOf<DArray<"f64">>();
  });

  it("end their wait when a signal says so", async () => {
    const hold = gate();
    const DA = map(
      (x) => {
        Atomics.wait(hold, 0, 0);
        return x;
      },
      ones(Blocks(2), [2]),
    );
    const controller = new AbortController();
    const waiting = [
      DA.sum({ signal: controller.signal }),
      argmax(DA, { signal: controller.signal }),
    ];
    controller.abort();
    for (const each of waiting) await expect(each).rejects.toThrow("aborted");
    open(hold);
    expect(await DA.sum({ signal: new AbortController().signal })).toBe(2);
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      "no elements without a value to begin with",
      () => zeros(Blocks(2), [0]).min(),
      /min of no elements.*init/,
    ],
    [
      "an axis that is not there",
      () => ones(Blocks(2), [4]).sum({ axis: 1 }),
      /axis 1 does not exist/,
    ],
    [
      "init where it means nothing",
      () => ones(Blocks(2), [4]).mean({ init: 1 } as never),
      /mean takes no init/,
    ],
    [
      "an order of complex numbers",
      () => zeros(Blocks(2), [4], { dtype: "c128" }).max(),
      /no order/,
    ],
    ["a wrong ddof", () => ones(Blocks(2), [4]).var({ ddof: -1 }), /ddof/],
    ["ddof where it means nothing", () => ones(Blocks(2), [4]).sum({ ddof: 1 } as never), /'ddof'/],
    [
      "what options are not called",
      () => ones(Blocks(2), [4]).max({ axs: 0 } as never),
      /max has no option 'axs' \(did you mean 'axis'\?\)/,
    ],
    [
      "keepdims that are no choice",
      () => ones(Blocks(2), [4]).sum({ keepdims: "yes" as never }),
      /keepdims is true or false/,
    ],
    [
      "what no element can be to begin with",
      () => sum(ones(Blocks(2), [4]), { init: "1" as never }),
      /1 is not an element/,
    ],
    ["what is no array", () => sum([1, 2] as never), /made by this library/],
    ["what is no function", () => ones(Blocks(2), [4]).reduce(3 as never), /takes a function/],
  ])("refuse %s before anything runs", (_name, make, message) => {
    expect(make).toThrow(message);
  });
});
