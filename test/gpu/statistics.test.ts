/** Statistics under the scope of a GPU, which does them on its host's side. */

import "./software.ts";
import {
  Blocks,
  bincount,
  collect,
  type DArray,
  diff,
  distribute,
  histogram,
  median,
  quantile,
  rand,
  scope,
  start,
  uniqueValues,
  withOptions,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let cluster: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  cluster = await start({ threads: 1 });
});
afterAll(() => cluster.close());

const onGpu = <T>(body: () => T): T => withOptions({ scope: scope({ gpu: 1 }) }, body);

describe("statistics under the scope of a GPU", () => {
  const A = rand([40], { dtype: "f32", seed: 2 });
  const I = Int32Array.from({ length: 40 }, (_, i) => (i * i) % 7);
  const values = async (array: Promise<DArray> | DArray) => [...(await collect(await array)).data];

  it("are those of threads", async () => {
    const DA = distribute(A, Blocks(9));
    expect(await onGpu(() => quantile(DA, 0.3))).toBe(quantile(A, 0.3));
    expect(await onGpu(() => median(DA))).toBe(median(A));
    expect(await values(onGpu(() => diff(DA)))).toEqual([...diff(A).data]);
    const { counts } = onGpu(() => histogram(DA, { bins: 5 }));
    expect(await values(counts)).toEqual([...histogram(A, { bins: 5 }).counts.data]);
  });

  it("of integers, too", async () => {
    const DI = distribute(I, Blocks(11));
    expect(await values(onGpu(() => uniqueValues(DI)))).toEqual([0, 1, 2, 4]);
    const counted = await onGpu(() => bincount(DI));
    expect(await values(counted)).toEqual([6, 11, 12, 0, 11]);
  });
});
