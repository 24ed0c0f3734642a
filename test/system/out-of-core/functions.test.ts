/**
 * Every function of arrays gives the right result where its array is four times as large as the memory of the only
 * worker, and takes no more memory than the bound and one chunk for each thread.
 */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Blocks,
  type Cluster,
  collect,
  type DArray,
  type NDArray,
  rand,
  randint,
  start,
  storageUse,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { elementOf } from "../../../src/memory/dtype.ts";
import * as operations from "./operations.ts";
import { BLOCK, CUT, type Given, LENGTH, SHAPE } from "./operations.ts";

const GROUPS = {
  "arrays are made": operations.MAKING,
  "elements are computed": operations.ELEMENTS,
  "elementary functions are computed": operations.ELEMENTARY,
  "arrays are reduced": operations.REDUCING,
  "elements are put in order": operations.ORDERING,
  "elements are moved": operations.MOVING,
  "products are made": operations.PRODUCTS,
  "elements are looked at": operations.LOOPS,
  "arrays are written and read": operations.FILES,
};

const THREADS = 2;
const BOUND = (8 * LENGTH) / 4;
/** Functions, plans and counts of the tasks that there are. */
const OTHER = 64 * 2 ** 10;
/** The most memory that may be in use; the first thread copies what is collected. */
const mostFor = (chunk: number): number => BOUND + (THREADS + 1) * chunk + OTHER;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bodkin-out-of-core-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const isDArray = (value: unknown): value is DArray =>
  typeof value === "object" && value !== null && "chunks" in value;
const isArray = (value: unknown): value is NDArray =>
  typeof value === "object" && value !== null && "dtype" in value && "shape" in value;

/** Local arrays, or distributed ones with the same elements. */
function given(isDistributed: boolean): Given {
  type Make = Given["make"];
  const makeIn = (blocks: Blocks, fn: Parameters<Make>[0], ...args: unknown[]): NDArray =>
    fn(...((isDistributed ? [blocks, ...args] : args) as never[])) as NDArray;
  const [line, square] = [Blocks(BLOCK), Blocks(...CUT)];
  const numbers = (seed: number): NDArray<"f64"> =>
    makeIn(line, rand, [LENGTH], { seed }) as NDArray<"f64">;
  const kind = isDistributed ? "distributed" : "local";
  return {
    get x() {
      return numbers(1);
    },
    get y() {
      return numbers(2);
    },
    get matrix() {
      return makeIn(square, rand, SHAPE, { seed: 3 }) as NDArray<"f64">;
    },
    get integers() {
      return makeIn(line, randint, [LENGTH], 0, 1000, { seed: 4 }) as NDArray<"i32">;
    },
    get mask() {
      return numbers(6).map((v) => v > 0.5) as NDArray<"bool">;
    },
    indices: randint([1000], 0, SHAPE[0], { seed: 5 }),
    isLocal: !isDistributed,
    path: (name) => join(folder, `${kind}-${name}`),
    rechunk: (x, ...sizes) =>
      isDArray(x) ? ((x as DArray).rechunk(Blocks(...sizes)) as unknown as NDArray) : x,
    make: (fn, shape, ...rest) =>
      makeIn(Array.isArray(shape) && shape.length === 2 ? square : line, fn, shape, ...rest),
  };
}

/** Bytes of the largest block. */
function largestChunk({ dtype, grid }: DArray): number {
  const lengths = grid.cuts.map((cuts) =>
    Math.max(...cuts.map((end, k) => end - (cuts[k - 1] ?? 0))),
  );
  return lengths.reduce((size, length) => size * length, elementOf(dtype).size);
}

/** The arrays and values of a result. */
function partsOf(result: unknown): unknown[] {
  if (Array.isArray(result)) return result;
  if (isArray(result) || typeof result !== "object" || result === null) return [result];
  return Object.values(result);
}

async function numbersOf(part: unknown): Promise<ArrayLike<number>> {
  const value = isDArray(part) ? await collect(part) : await part;
  return isArray(value) ? (value.copy().data as Float64Array) : [Number(value)];
}

/** Sums of another order differ in the last places. */
function firstDifference(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  for (let at = 0; at < wanted.length; at++) {
    const [a, b] = [found[at] as number, wanted[at] as number];
    if (!Object.is(a, b) && !(Math.abs(a - b) <= 1e-10 * Math.abs(b))) return at;
  }
  return -1;
}

describe.each(Object.entries(GROUPS))("where %s", (_, group) => {
  let cluster: Cluster;
  const begin = async (): Promise<void> => {
    cluster = await start({ threads: THREADS, memory: BOUND });
  };
  beforeAll(begin);
  afterAll(() => cluster.close());

  it.each(Object.entries(group))("%s is right, within memory", async (_, operation) => {
    const expected = partsOf(await operation(given(false)));
    const made = partsOf(await operation(given(true)));
    expect(made.length).toBe(expected.length);
    const chunk = Math.max(8 * BLOCK, ...made.filter(isDArray).map(largestChunk));
    for (const [k, part] of made.entries()) {
      const [found, wanted] = [await numbersOf(part), await numbersOf(expected[k])];
      expect(found.length).toBe(wanted.length);
      const at = firstDifference(found, wanted);
      if (at >= 0) expect(found[at], `element ${at}`).toBe(wanted[at]);
    }
    expect(storageUse().peak).toBeLessThanOrEqual(mostFor(chunk));
    if (chunk === 8 * BLOCK) return;
    // The most memory that was in use is that of a cluster.
    await cluster.close();
    await begin();
  });
});

/** What makes no distributed array, or is said of one by others. */
const OTHERS = [
  ...["AutoBlocks", "Blocks", "allowScalar", "fromArray", "ndarray", "view", "distribute"],
  ...["canCast", "explain", "finfo", "iinfo", "isdtype", "resultType"],
  ...["Diagonal", "LowerBidiagonal", "LowerTriangular", "Tridiagonal", "UnitLowerTriangular"],
  ...["UnitUpperTriangular", "UpperBidiagonal", "UpperTriangular"],
];

it("each function of arrays is among them", () => {
  const index = readFileSync(new URL("../../../src/index.ts", import.meta.url), "utf8");
  const exported = [...index.matchAll(/export \{([^}]*)\} from "\.\/array\//g)]
    .flatMap(([, names]) => (names as string).split(","))
    .map((name) => name.trim())
    .filter((name) => name !== "" && !name.startsWith("type "));
  const own = Object.values(GROUPS).flatMap((group) => Object.keys(group).join(" ").split(" "));
  expect(exported.filter((name) => ![...own, ...OTHERS].includes(name))).toEqual([]);
});
