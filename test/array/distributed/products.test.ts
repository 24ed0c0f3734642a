import {
  arange,
  Blocks,
  type Cluster,
  collect,
  type DArray,
  distribute,
  dot,
  einsum,
  matmul,
  type NDArray,
  rand,
  spawn,
  start,
  tensordot,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { arrayOfReference } from "../helpers.ts";
import { BACKENDS, casesOf, expectResult, functionOf, useBackend } from "../products/support.ts";

/** The cases of each function. */
const GROUPS = Map.groupBy(
  [
    ...casesOf("products"),
    ...casesOf("einsum"),
    ...casesOf("matrices").filter((_, at) => at % 7 === 0),
  ],
  ({ function: name }) => name,
);

/** Block lengths of the first and of the second operand; null leaves it local. */
const CUTS = [
  [1000, 1000],
  [2, 3],
  [4, 3],
  [5, 1],
  [2, null],
  [null, 3],
] as const;

/** The cuts that a case is tried with on one cluster; on all of them together with every one. */
const cutsFor = (at: number, cluster: number): readonly (typeof CUTS)[number][] =>
  CUTS.filter((_, k) => process.env["BODKIN_SOAK"] === "1" || k % 3 === (at + cluster) % 3);

const cut = (array: NDArray, size: number | null): NDArray | DArray =>
  size === null ? array : distribute(array, Blocks(...array.shape.map(() => size)));

describe.each(
  BACKENDS.flatMap((backend, k) => [
    { ...backend, number: k, threads: 2, workers: 0 },
    { ...backend, number: k + 1, threads: 1, workers: 2 },
    ...(k === 0 ? [{ ...backend, number: 2, threads: 1, workers: 0 }] : []),
  ]),
)(
  "by $backend on $workers further workers of $threads threads",
  ({ blas, number, threads, workers }) => {
    let cluster: Cluster;
    beforeAll(async () => {
      useBackend(blas);
      cluster = await start({ threads, workers });
    });
    afterAll(async () => {
      await cluster.close();
      useBackend("");
    });

    it.each([...GROUPS])("%s", async (_name, cases) => {
      await Promise.all(
        cases.flatMap((own, at) =>
          cutsFor(at, number).map(async (sizes) => {
            const operands = own.operands.map(arrayOfReference);
            const made = functionOf(own)(...operands.map((each, k) => cut(each, sizes[k] ?? null)));
            const isDistributed = typeof made === "object" && made !== null && "chunks" in made;
            const result = await (isDistributed ? collect(made as DArray) : made);
            expectResult(result as NDArray, own, `cut by ${sizes}`);
          }),
        ),
      );
    });
  },
);

describe("products of many blocks", () => {
  const whole = (rows: number, columns: number): NDArray =>
    arange([rows, columns]).map((x) => x % 7);

  it("need no memory but that of the operands and of the product", async () => {
    await using _cluster = await start({ threads: 2, memory: "8MiB", spillDir: false });
    const [a, b] = [whole(512, 512), whole(512, 512)];
    const [own, others] = [distribute(a, Blocks(128, 64)), distribute(b, Blocks(64, 128))];
    const product = matmul(own, others);
    await product.wait();
    expect((await collect(product)).toArray()).toEqual(matmul(a, b).toArray());
  });

  it("may be larger than the memory", async () => {
    // Each of three arrays has 4.5 times the memory there is.
    await using _cluster = await start({ threads: 1, memory: "1MiB" });
    const blocks = Blocks(96, 96);
    const a = arange(blocks, [768, 768]).map((x) => x % 7);
    const b = arange(blocks, [768, 768]).map((x) => x % 5);
    const product = matmul(a, b);
    await product.wait();
    const expected = matmul(
      whole(768, 768),
      arange([768, 768]).map((x) => x % 5),
    );
    const made = await collect(product);
    expect(Buffer.from(made.data.buffer).equals(Buffer.from(expected.data.buffer))).toBe(true);
  });

  it("may be of an array with itself", async () => {
    await using _cluster = await start({ threads: 2 });
    const A = arange(36).reshape([6, 6]);
    const DA = distribute(A, Blocks(2, 3));
    const DB = distribute(A, Blocks(2, 2));
    const expected = matmul(A, A).toArray();
    for (const own of [DA, DB])
      expect((await collect(matmul(own, own))).toArray()).toEqual(expected);
    const turned = tensordot(A, A, [[0], [0]]).toArray();
    for (const own of [DA, DB]) {
      expect((await collect(tensordot(own, own, [[0], [0]]))).toArray()).toEqual(turned);
      expect((await collect(einsum("ij,ik->jk", own, own))).toArray()).toEqual(turned);
    }
  });

  it("have the same bits for every number of threads and workers", async () => {
    const results: unknown[] = [];
    for (const options of [{ threads: 1 }, { threads: 3 }, { threads: 1, workers: 2 }]) {
      await using _cluster = await start(options);
      const a = rand(Blocks(7, 5), [40, 33], { seed: 1 });
      const b = rand(Blocks(4, 9), [33, 21], { seed: 2 });
      results.push((await collect(matmul(a, b))).toArray());
      results.push(await dot(a, a));
    }
    expect(results.slice(2, 4)).toEqual(results.slice(0, 2));
    expect(results.slice(4, 6)).toEqual(results.slice(0, 2));
  });

  it("fail as what they are made of fails; take views; run as functions of tasks", async () => {
    await using _cluster = await start({ threads: 2 });
    const a = distribute(whole(6, 6), Blocks(2, 2));
    const broken = a.map((x) => {
      if (x === 3) throw new Error("no threes");
      return 1;
    });
    await expect(collect(matmul(broken, a))).rejects.toThrow("no threes");
    await expect(dot(broken, a)).rejects.toThrow("no threes");
    const one = spawn(matmul, whole(3, 4), whole(4, 2));
    expect((await one.fetch()).toArray()).toEqual(matmul(whole(3, 4), whole(4, 2)).toArray());
    const inView = matmul(a.transpose(), a.slice(null, [5, null, -1]));
    const expected = matmul(whole(6, 6).transpose(), whole(6, 6).slice(null, [5, null, -1]));
    expect((await collect(inView)).toArray()).toEqual(expected.toArray());
  });

  it("are refused at the call where sizes do not fit or BODKIN_BLAS names nothing", async () => {
    await using _cluster = await start({ threads: 1 });
    const a = distribute(whole(6, 5), Blocks(2, 2));
    expect(() => matmul(a, a)).toThrow("matmul: shapes [6, 5] and [6, 5] do not fit together");
    try {
      process.env["BODKIN_BLAS"] = "/nowhere/libblas.so";
      expect(() => matmul(a, a.transpose())).toThrow("BODKIN_BLAS=/nowhere/libblas.so");
    } finally {
      process.env["BODKIN_BLAS"] = "";
    }
  });
});
