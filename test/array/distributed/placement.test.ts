/** The processor of every block, for every assignment. */

import {
  type Assignment,
  AutoBlocks,
  Blocks,
  type Chunk,
  type Cluster,
  collect,
  compatibleProcessors,
  type DArray,
  distribute,
  type NDArray,
  ones,
  type Processor,
  type Scope,
  scope,
  spawnWith,
  start,
  withOptions,
} from "bodkin";
import { MPIBlocks } from "bodkin/mpi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { placementOf } from "../../../src/array/distributed/placement.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2, workers: 2 });
});
afterAll(() => cluster.close());

const workerOf = (chunk: Chunk<NDArray>): number | undefined => chunk.processor?.worker;

/** The worker that has each block, seen by tasks that come to them. */
const workersOf = (array: DArray): Promise<(number | undefined)[]> =>
  Promise.all(
    array.chunks.map((task) =>
      spawnWith({ meta: true }, workerOf as (chunk: unknown) => number | undefined, task).fetch(),
    ),
  );

/** The thread for each block, as a number of two digits. */
function threadsFor(array: DArray, assignment: Assignment): number[] {
  const placement = placementOf(array.grid, Blocks({ assignment }));
  return array.chunks.map((_, index) => {
    const [processor] = compatibleProcessors(placement(index) as Scope) as [Processor];
    return processor.worker * 10 + (processor.thread as number);
  });
}

const made = (assignment: Assignment): DArray => ones(Blocks(90, 100, { assignment }), [450, 700]);
const two = scope({ worker: 2, thread: 1 }, { worker: 3, thread: 2 });

describe("blocks are made where the assignment says", () => {
  const one = async (assignment: Assignment): Promise<number[]> => {
    const array = withOptions({ scope: two }, () => made(assignment));
    const threads = withOptions({ scope: two }, () => threadsFor(array, assignment));
    expect(await workersOf(array)).toEqual(threads.map((thread) => Math.floor(thread / 10)));
    return threads;
  };
  const NAMES: Record<string, number> = { "2": 21, "3": 32 };
  const cells = (text: string): number[] => [...text].map((name) => NAMES[name] as number);
  const rows = (text: string): number[] => cells([...text].map((name) => name.repeat(7)).join(""));
  const columns = (text: string): number[] => cells(text.repeat(5));

  it("in bands of rows, the first processors having more", async () => {
    expect(await one("blockrow")).toEqual(rows("22233"));
  });
  it("in bands of columns", async () => {
    expect(await one("blockcol")).toEqual(columns("2222333"));
  });
  it("by rows and columns in turn", async () => {
    expect(await one("cyclicrow")).toEqual(rows("23232"));
    expect(await one("cycliccol")).toEqual(columns("2323232"));
  });
  it("one a worker", async () => {
    const array = ones(MPIBlocks(90, null), [90, 3 * 700]);
    expect(array.grid.counts).toEqual([1, 3]);
    expect(await workersOf(array)).toEqual([1, 2, 3]);
    expect(await workersOf(distribute(await collect(array), MPIBlocks(null, 2100)))).toEqual([
      1, 2, 3,
    ]);
  });

  it("by a grid of workers, whose first thread stands for them, repeated", async () => {
    const grid = [
      [1, 2],
      [3, 1],
    ];
    const row = (at: number): number[] =>
      Array.from(
        { length: 7 },
        (_, column) => ((grid[at % 2] as number[])[column % 2] as number) * 10 + 1,
      );
    expect(await one(grid)).toEqual([0, 1, 2, 3, 4].flatMap(row));
  });
  it("by processors, also what is distributed and what is cut anew", async () => {
    const cut = Blocks(10_000, { assignment: [{ kind: "thread", worker: 3, thread: 2 }, 2] });
    const A = distribute(
      Float64Array.from({ length: 40_000 }, (_, i) => i),
      cut,
    );
    expect(await workersOf(A)).toEqual([3, 2, 3, 2]);
    const B = A.rechunk(Blocks(20_000, { assignment: [2, 3] }));
    expect(await workersOf(B)).toEqual([2, 3]);
    expect((await collect(B)).toArray()).toEqual(Array.from({ length: 40_000 }, (_, i) => i));
  });
  it("with as many blocks as processors, where they are chosen to fit", async () => {
    const A = withOptions({ scope: two }, () =>
      ones(AutoBlocks({ assignment: "blockcol" }), [100, 800]),
    );
    expect(await workersOf(A)).toEqual([2, 3]);
  });
  it("nowhere in particular where it says nothing, and where there is nothing", async () => {
    expect(
      await collect(ones(Blocks(2, { assignment: "arbitrary" }), [4])).then(String),
    ).toBeDefined();
    expect(await workersOf(ones(Blocks(2, { assignment: "blockrow" }), [0]))).toEqual([]);
    expect(await workersOf(ones(Blocks({ assignment: "blockrow" }), []))).toHaveLength(1);
  });
});

describe("what is no assignment", () => {
  it("is refused at the call, with what would be one", () => {
    expect(() => Blocks(2, { assignment: "rows" as never })).toThrow(
      'assignment: rows is none of "arbitrary", "blockrow", "blockcol", "cyclicrow", "cycliccol"',
    );
    expect(() => Blocks(2, { assign: [1] } as never)).toThrow("assign");
    expect(() => made([1, 2])).toThrow(
      "a grid of 1 dimensions, but the array has 2; nest as many lists",
    );
    expect(() => made([[1, 2], [3]])).toThrow("lists of equal lengths");
    expect(() => made([["x" as never]])).toThrow("x is no processor");
    expect(() => made([[9]])).not.toThrow(); // its tasks say that there is no worker 9
  });
});
