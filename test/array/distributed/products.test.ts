import {
  Blocks,
  type Cluster,
  collect,
  type DArray,
  distribute,
  type NDArray,
  start,
} from "bodkin";
import { afterAll, beforeAll, describe, it } from "vitest";
import { arrayOfReference } from "../helpers.ts";
import { BACKENDS, casesOf, expectResult, functionOf, useBackend } from "../products/support.ts";

/** The cases of each function. */
const GROUPS = Map.groupBy(
  [...casesOf("products"), ...casesOf("einsum")],
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
            const result = await (made instanceof Promise ? made : collect(made as DArray));
            expectResult(result, own, `cut by ${sizes}`);
          }),
        ),
      );
    });
  },
);
