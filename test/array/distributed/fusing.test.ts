/** Chains of functions of elements in one pass: how many tasks there are, and that nobody notices otherwise. */

import {
  arange,
  Blocks,
  broadcast,
  type Cluster,
  collect,
  type DArray,
  distribute,
  map,
  max,
  type NDArray,
  rand,
  scope,
  spawn,
  spawnBulk,
  spawnSequential,
  start,
  sum,
  waitAll,
  withOptions,
} from "bodkin";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { context } from "../../../src/runtime/context.ts";
import { times } from "../../support/counts.ts";
import { anyBlocks, expectSame } from "./support.ts";

/** How many tasks a piece of code submits until it is done. */
async function tasksOf(body: () => unknown): Promise<number> {
  const submitted = vi.spyOn(context().home, "submit");
  try {
    await body();
    return submitted.mock.calls.length;
  } finally {
    submitted.mockRestore();
  }
}

/** Within two units of the last place: loops in JavaScript give other bits. */
const exponential = (x: number): number => Math.exp(Math.min(x, 4));
const STEPS: readonly ((x: number) => number)[] = [
  (x) => x * 3.7 - 1,
  (x) => Math.sqrt(x * x + 1),
  (x) => (x > 2 ? x / 7 : -x),
  exponential,
  (x) => Math.max(...[x, 0.5]), // not for the compiler
];
const PAIRS: readonly ((x: number, y: number) => number)[] = [
  (x, y) => x * 0.3 + y,
  (x, y) => (x < y ? x - y : y / (x * x + 1)),
];
const DTYPES = ["f64", "f32", "i32", "u8", "bool"] as const;

/** What comes next in a chain: a function of what there is, or of it and another array, or of it and itself. */
interface Link {
  readonly fn: number;
  readonly dtype: (typeof DTYPES)[number];
  readonly other: "none" | "number" | "row" | "local" | "distributed" | "self";
  /** Its array is asked for as well, later. */
  readonly isAsked: boolean;
  readonly isApart: boolean;
}

const link: fc.Arbitrary<Link> = fc.record({
  fn: fc.nat(9),
  dtype: fc.constantFrom(...DTYPES),
  other: fc.constantFrom("none", "none", "number", "row", "local", "distributed", "self"),
  isAsked: fc.nat(4).map((n) => n === 0),
  isApart: fc.nat(6).map((n) => n === 0),
});
const chain = fc
  .constantFrom([0, 3], [1, 1], [7, 5], [40, 33], [300, 70])
  .chain((shape) =>
    fc.tuple(
      fc.constant(shape as [number, number]),
      anyBlocks(shape),
      anyBlocks(shape),
      fc.array(link, { minLength: 1, maxLength: 6 }),
      fc.boolean(),
    ),
  );

function next(
  array: DArray | NDArray,
  { fn, dtype, other }: Link,
  others: Readonly<Record<string, DArray | NDArray>>,
): DArray | NDArray {
  const options = { dtype };
  if (other === "none") return map(STEPS[fn % STEPS.length] as never, array as DArray, options);
  const given = other === "self" ? array : other === "number" ? 1.25 : others[other];
  const pair = PAIRS[fn % PAIRS.length] as never;
  return broadcast(pair, array as DArray, given as DArray, options);
}

describe("chains of functions of elements", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads: 2 });
  });
  afterAll(() => cluster.close());

  it("give the same bits in one pass, one by one, and with arrays of this thread", async () => {
    await fc.assert(
      fc.asyncProperty(chain, async ([shape, blocks, cut, links, isByAxis]) => {
        const values = rand(shape, { seed: 3 });
        const local = values.map((x) => x * 9 - 2);
        const row = rand([shape[1]], { seed: 4 });
        const here = { row, local: values, distributed: values };
        const there = { row, local: values, distributed: distribute(values, cut) };
        const total = (array: DArray): Promise<unknown> =>
          isByAxis
            ? collect(sum(array as DArray<"f64">, { axis: 1 })).then((own) => own.toArray())
            : sum(array as DArray<"f64">);
        const first: DArray = distribute(local, blocks);
        const made: DArray[] = [];
        for (const link of links) {
          const make = () => next(made.at(-1) ?? first, link, there) as DArray;
          made.push(link.isApart ? withOptions({ priority: 1 }, make) : make());
        }
        const fused = total(made.at(-1) as DArray);
        let single = first;
        let expected: NDArray = local;
        let isExact = true;
        for (const [k, link] of links.entries()) {
          single = next(single, link, there) as DArray;
          await single.wait();
          expected = next(expected, link, here) as NDArray;
          isExact &&= link.other !== "none" || STEPS[link.fn % STEPS.length] !== exponential;
          if (!link.isAsked && k < links.length - 1) continue;
          await expectSame(made[k] as DArray, isExact ? expected : await collect(single));
        }
        expect(await fused).toEqual(await total(single));
      }),
      { numRuns: times(1500), seed: 5 },
    );
  });

  it("make one task a block, and none for what is in between", async () => {
    const D = arange(Blocks(5), [20]);
    await D.wait();
    expect(
      await tasksOf(() =>
        D.map((x) => x + 1)
          .map((x) => x * 2)
          .map((x) => -x)
          .wait(),
      ),
    ).toBe(4);
    const two = () =>
      broadcast(
        (x, y) => x * y,
        D.map((x) => x + 1),
        D.map((x) => x - 1),
      ).wait();
    expect(await tasksOf(two)).toBe(4);
  });

  it("are reduced where they are computed", async () => {
    const D = arange(Blocks(5), [20]);
    await D.wait();
    const run = async () => expect(await sum(D.map((x) => x * 2))).toBe(380);
    expect(await tasksOf(run)).toBe(4 + 1);
    const E = arange(Blocks(5, 4), [20, 4]);
    await E.wait();
    const along = async () =>
      expect(
        (
          await collect(
            max(
              E.map((x) => -x),
              { axis: 1 },
            ),
          )
        ).get(1),
      ).toBe(-4);
    expect(await tasksOf(along)).toBe(4 + 4);
  });

  it("compute once what two operations use", async () => {
    const D = arange(Blocks(5), [20]);
    await D.wait();
    const run = async () => {
      const M = D.map((x) => x + 1);
      await Promise.all([M.map((x) => x * 2).wait(), M.map((x) => x * 3).wait()]);
    };
    expect(await tasksOf(run)).toBe(3 * 4);
  });

  it("compute what is in between when somebody asks for it later", async () => {
    const D = arange(Blocks(5), [20]);
    const M = D.map((x) => x + 1);
    const E = M.map((x) => x * 2);
    expect((await collect(E)).get(3)).toBe(8);
    expect(await tasksOf(async () => expect((await collect(M)).get(3)).toBe(4))).toBe(4);
  });

  it("call functions with effects once for each element", async () => {
    const calls = new Int32Array(new SharedArrayBuffer(4));
    const D = arange(Blocks(5), [20]);
    const M = D.map((x) => {
      Atomics.add(calls, 0, 1);
      return x;
    });
    const E = M.map((x) => x + 1);
    await E.wait();
    await collect(M);
    expect(calls[0]).toBe(20);
  });

  it("see blocks as they were at the call", async () => {
    const D = arange(Blocks(5), [20]);
    const M = D.map((x) => x + 1);
    const E = M.map((x) => x * 2);
    await D.set(3, 100);
    expect((await collect(E)).get(3)).toBe(8);
    await D.set(3, 200);
    expect((await collect(M)).get(3)).toBe(4);
    const local = arange([20]);
    const F = broadcast((x, y) => x + y, D, local).map((x) => x + 0);
    local.set(5, 1000);
    expect((await collect(F)).get(5)).toBe(10);
  });

  it("outlive the disposal of what they are made of", async () => {
    const D = arange(Blocks(5), [20]);
    const M = D.map((x) => x + 1);
    const E = M.map((x) => x * 2);
    D.dispose();
    expect((await collect(E)).get(3)).toBe(8);
    M.dispose();
    expect(() => M.map((x) => x)).toThrow(/disposed/);
  });

  it("see captured variables as they were at the call", async () => {
    let k = 1;
    const E = arange(Blocks(5), [20])
      .map((x) => x + k)
      .map((x) => x * 2);
    k = 50;
    expect((await collect(E)).get(3)).toBe(8);
  });

  it("stay apart under other options", async () => {
    const D = arange(Blocks(5), [20]);
    await D.wait();
    const run = () => {
      const M = withOptions({ scope: scope({ thread: 1 }) }, () => D.map((x) => x + 1));
      return M.map((x) => x * 2).wait();
    };
    expect(await tasksOf(run)).toBe(2 * 4);
  });

  it("take their turns in sequences and groups", async () => {
    const D = arange(Blocks(5), [20]);
    const made = spawnSequential(() => {
      const M = D.map((x) => x + 1);
      return spawnBulk(() => M.map((x) => x * 2));
    });
    expect((await collect(made)).get(3)).toBe(8);
    let E: DArray<"f64"> | undefined;
    await waitAll(() => {
      E = D.map((x) => x + 1).map((x) => x * 2);
    });
    expect(E?.isReady).toBe(true);
  });

  it("come before what is spawned after them", async () => {
    const D = arange(Blocks(5), [20]);
    const E = D.map((x) => x + 1).map((x) => x * 2);
    const total = await spawn(
      (a: NDArray, b: NDArray) => Number(a.get(0)) + Number(b.get(0)),
      E.chunks[0] as never,
      E.chunks[1] as never,
    ).fetch();
    expect(total).toBe(2 + 12);
  });

  it("refuse wrong functions at the call", () => {
    const D = arange(Blocks(5), [20]);
    expect(() => D.map(5 as never).map((x) => x)).toThrow("map takes a function, not number 5");
  });

  it("fail with the error of the function, whoever asks", async () => {
    const D = arange(Blocks(5), [20]);
    const M = D.map((x) => {
      if (x === 7) throw new RangeError("seven");
      return x;
    });
    await expect(sum(M.map((x) => x + 1))).rejects.toThrow("seven");
    await expect(collect(M)).rejects.toThrow("seven");
  });
});
