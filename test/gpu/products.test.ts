/** Products of arrays under the scope of a GPU. */

import "./software.ts";
import {
  Blocks,
  collect,
  type DArray,
  distribute,
  einsum,
  fromArray,
  matmul,
  type NDArray,
  rand,
  scope,
  spawn,
  start,
  tensordot,
  withOptions,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deviceStatistics } from "../../src/gpu/statistics.ts";

let cluster: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const gpu = scope({ gpu: 1 });
const onGpu = <T>(body: () => T): T => withOptions({ scope: gpu }, body);
const statistics = () => onGpu(() => spawn(deviceStatistics).fetch());

const matrix = (shape: readonly number[], seed: number): NDArray<"f32"> =>
  rand(shape, { dtype: "f32", seed }).map((x) => x - 0.5);

/** Each result within a few roundings of `terms` products of numbers up to 1/2. */
function expectProduct(found: NDArray, expected: NDArray, terms: number): void {
  expect(found.shape).toEqual(expected.shape);
  expect(found.dtype).toBe("f32");
  const [a, b] = [found.data, expected.data] as [Float32Array, Float64Array];
  const worst = a.reduce((most, x, i) => Math.max(most, Math.abs(x - (b[i] as number))), 0);
  expect(worst).toBeLessThanOrEqual(1e-7 * (terms + 1));
}

const exact = (a: NDArray, b: NDArray): NDArray => matmul(a.astype("f64"), b.astype("f64"));

describe("matmul on a GPU", () => {
  it.each([
    [1, 1, 1],
    [64, 16, 64],
    [65, 17, 63],
    [3, 200, 5],
    [130, 1, 70],
    [5, 0, 4],
  ])("of %i × %i and %i columns is right, also at the ragged edges of tiles", async (m, k, n) => {
    const [A, B] = [matrix([m, k], 1), matrix([k, n], 2)];
    const before = await statistics();
    const found = await onGpu(() => spawn(matmul, A, B)).fetch();
    expect((await statistics()).launches - before.launches).toBe(1);
    expectProduct(found, exact(A, B), k);
  });

  it("sums the products of blocks of any cut there, and stays there", async () => {
    const [A, B] = [matrix([70, 90], 3), matrix([90, 50], 4)];
    const [DA, DB] = [distribute(A, Blocks(30, 40)), distribute(B, Blocks(25, 50))];
    await Promise.all([DA.wait(), DB.wait()]);
    const before = await statistics();
    const DC = onGpu(() => matmul(DA, DB));
    await DC.wait();
    expect((await statistics()).downloads).toBe(before.downloads);
    expectProduct(await collect(DC), exact(A, B), 90);
  });

  it("takes vectors, stacks, and turned and repeated axes", async () => {
    const [A, B] = [matrix([3, 20, 30], 5), matrix([1, 30, 10], 6)];
    const v = matrix([30], 7);
    for (const [a, b] of [
      [A, B],
      [A, v],
      [v, B],
      [v, v],
    ] as const) {
      const DC = onGpu(() =>
        matmul(distribute(a, Blocks(...a.shape)), distribute(b, Blocks(...b.shape))),
      );
      expectProduct(await collect(DC as DArray), exact(a, b), 30);
    }
    const [C, D] = [matrix([12, 33], 8), matrix([21, 33], 9)];
    const [DC, DD] = [distribute(C, Blocks(12, 33)), distribute(D, Blocks(21, 33))];
    const before = (await statistics()).launches;
    const turned = await collect(onGpu(() => einsum("ik,jk->ij", DC, DD)) as DArray);
    expect((await statistics()).launches).toBeGreaterThan(before);
    expectProduct(turned, exact(C, D.transpose()), 33);
  });

  it("leaves to the host's side what it could not do: integers, and mixed axes", async () => {
    const I = fromArray(Int32Array.from({ length: 12 }, (_, i) => 70_000 * i)).reshape([3, 4]);
    const DI = distribute(I, Blocks(2, 2));
    const J = distribute(I.transpose().copy(), Blocks(2, 2));
    expect([...(await collect(onGpu(() => matmul(DI, J)))).data]).toEqual([
      ...matmul(I, I.transpose()).data,
    ]);
    const T = matrix([4, 5, 6], 10);
    const DT = distribute(T, Blocks(4, 5, 6));
    const found = await collect(
      onGpu(() =>
        tensordot(DT, DT, [
          [0, 2],
          [0, 2],
        ]),
      ) as DArray,
    );
    expectProduct(
      found,
      tensordot(T.astype("f64"), T.astype("f64"), [
        [0, 2],
        [0, 2],
      ]) as NDArray,
      24,
    );
  });

  it("refuses f64 unless it may be computed as f32", async () => {
    const A = distribute(rand([8, 8], { seed: 1 }), Blocks(4, 4));
    await expect(onGpu(() => matmul(A, A)).collect()).rejects.toThrow('{ f64: "downcast" }');
    const C = await withOptions({ scope: gpu, f64: "downcast" }, () => matmul(A, A)).collect();
    const expected = await matmul(A, A).collect();
    expect(C.dtype).toBe("f64");
    expect(C.data.every((x, i) => Math.abs(x - (expected.data[i] as number)) < 1e-5)).toBe(true);
  });
});
