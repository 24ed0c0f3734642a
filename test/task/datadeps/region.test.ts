import {
  arange,
  Blocks,
  type Chunk,
  type Cluster,
  Deps,
  Diagonal,
  In,
  InOut,
  LowerTriangular,
  mutable,
  myid,
  type NDArray,
  Out,
  spawn,
  spawnDatadeps,
  spawnWith,
  start,
  type Task,
  UnitLowerTriangular,
  UnitUpperTriangular,
  UpperTriangular,
  view,
  zeros,
} from "bodkin";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { context } from "../../../src/runtime/context.ts";
import { AccessOrder } from "../../../src/task/datadeps/order.ts";
import { spansOf } from "../../../src/task/datadeps/parts.ts";
import { times } from "../../support/counts.ts";

const add = (target: Float64Array, source: Float64Array): void => {
  for (let i = 0; i < target.length; i++) target[i] = target[i]! + source[i]!;
};
const copy = (target: Float64Array, source: Float64Array): void => target.set(source);

/** Notes begin and end of a task: word 0 is a clock, then two words a task. */
const newClock = (tasks: number): Int32Array =>
  new Int32Array(new SharedArrayBuffer(4 * (1 + 2 * tasks)));
function note(clock: Int32Array, id: number, ..._data: unknown[]): number {
  clock[1 + 2 * id] = Atomics.add(clock, 0, 1) + 1;
  for (let i = 0; i < 1000; i++) Atomics.load(clock, 0);
  clock[2 + 2 * id] = Atomics.add(clock, 0, 1) + 1;
  return id;
}
const isBefore = (clock: Int32Array, a: number, b: number): boolean =>
  clock[2 + 2 * a]! < clock[1 + 2 * b]!;

describe.each([1, 2, 8])("regions on %i threads", (threads) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads });
  });
  afterAll(() => cluster.close());

  it("order what reads and writes the same data", async () => {
    const data = () => mutable(() => new Float64Array([1, 2, 3]));
    const [A, B, C] = [data(), data(), data()];
    const given = await spawnDatadeps(() => {
      spawn(add, InOut(B), In(A));
      spawn(copy, Out(C), In(B));
      spawn(add, InOut(B), In(C));
      return "given";
    });
    expect(given).toBe("given");
    expect([...(await B.fetch())]).toEqual([4, 8, 12]);
    expect([...(await C.fetch())]).toEqual([2, 4, 6]);
  });

  it("give what the program in its order gives, for any program", async () => {
    const programs = fc.array(
      fc.record({ target: fc.nat(3), source: fc.nat(3), how: fc.constantFrom("add", "copy") }),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(programs, async (steps) => {
        const model = [1, 2, 3, 4];
        const chunks = model.map((x) => mutable(() => Float64Array.of(x)));
        await spawnDatadeps(() => {
          for (const { target, source, how } of steps) {
            if (target === source) continue;
            if (how === "add") spawn(add, InOut(chunks[target]!), In(chunks[source]!));
            else spawn(copy, Out(chunks[target]!), In(chunks[source]!));
          }
        });
        for (const { target, source, how } of steps) {
          if (target !== source)
            model[target] = (how === "add" ? model[target]! : 0) + model[source]!;
        }
        const values = await Promise.all(chunks.map((chunk) => chunk.fetch()));
        expect(values.map(([x]) => x)).toEqual(model);
      }),
      { numRuns: times(3000), seed: 1 },
    );
  });

  it("order views by the elements they share", async () => {
    const size = 8;
    const range = fc
      .tuple(fc.nat(size), fc.nat(size), fc.constantFrom(1, 2, 3))
      .map(([a, b, step]) => [Math.min(a, b), Math.max(a, b), step] as const);
    const uses = fc.array(fc.record({ rows: range, columns: range, writes: fc.boolean() }), {
      minLength: 2,
      maxLength: 12,
    });
    const elements = ([from, to, step]: readonly [number, number, number]): number[] =>
      Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step);
    await fc.assert(
      fc.asyncProperty(uses, async (list) => {
        const A = mutable(() => zeros([8, 8]));
        const clock = newClock(list.length);
        await spawnDatadeps(() => {
          list.forEach(({ rows, columns, writes }, id) => {
            const part = view(A, [...rows], [...columns]);
            spawn(note, clock as unknown as Int32Array, id, writes ? InOut(part) : In(part));
          });
        });
        for (let a = 0; a < list.length; a++) {
          for (let b = a + 1; b < list.length; b++) {
            const [one, two] = [list[a]!, list[b]!];
            const meet = (x: readonly number[], y: readonly number[]): boolean =>
              x.some((each) => y.includes(each));
            const share =
              meet(elements(one.rows), elements(two.rows)) &&
              meet(elements(one.columns), elements(two.columns));
            if (share && (one.writes || two.writes)) expect(isBefore(clock, a, b)).toBe(true);
          }
        }
      }),
      { numRuns: times(2000), seed: 2 },
    );
  });

  it("let quadrants go side by side, and order what lies across them", async () => {
    const A = mutable(() => arange([4, 4]));
    const fill = (part: NDArray, value: number): void => void part.fill(value);
    await spawnDatadeps(() => {
      spawn(fill, Out(view(A, [0, 2], [0, 2])), 1);
      spawn(fill, Out(view(A, [0, 2], [2, 4])), 2);
      spawn(fill, Out(view(A, [2, 4], [0, 2])), 3);
      spawn(fill, Out(view(A, [2, 4], [2, 4])), 4);
      spawn(fill, Out(view(A, [1, 3], [1, 3])), 9);
      spawn(fill, Out(view(view(A, 0), [3, null])), 7);
    });
    expect((await A.fetch()).toArray()).toEqual([
      [1, 1, 2, 7],
      [1, 9, 9, 2],
      [3, 9, 9, 4],
      [3, 3, 4, 4],
    ]);
  });

  it("know triangles and the diagonal apart", async () => {
    const A = mutable(() => zeros([6, 6]));
    const parts = [
      UnitUpperTriangular,
      UnitLowerTriangular,
      Diagonal,
      UpperTriangular,
      LowerTriangular,
    ];
    const clock = newClock(parts.length);
    await spawnDatadeps(() => {
      parts.forEach((part, id) => {
        spawn(note, clock as unknown as Int32Array, id, Deps(A, InOut(part)));
      });
    });
    expect([0, 2].every((first) => isBefore(clock, first, 3))).toBe(true);
    expect([1, 2, 3].every((first) => isBefore(clock, first, 4))).toBe(true);
    const order = new AccessOrder<number>();
    const spans = parts.map((part) => spansOf(part, { shape: [6, 6], size: 8 }));
    // The last one waits for the diagonal by way of the upper triangle.
    expect(spans.map((own, id) => order.add("A", id, own, true))).toEqual([
      [],
      [],
      [],
      [0, 2],
      [1, 3],
    ]);
  });

  it("pass results of tasks of the region on, and name them", async () => {
    const A = mutable(() => Float64Array.of(1));
    const total: Task<number> = await spawnDatadeps(() => {
      const first = spawn((x: Float64Array) => x[0]! + 1, A);
      spawn((x: Float64Array) => void (x[0] = 10), InOut(A));
      const second = spawn((x: Float64Array) => x[0]!, In(A));
      return spawn((a: number, b: number) => a + b, first, second);
    });
    expect(await total.fetch()).toBe(12);
  });

  it("give arrays of the program back changed", async () => {
    const A = new Float64Array([1, 2]);
    const B = zeros([2]);
    const C = arange([2]);
    await spawnDatadeps(() => {
      spawn((a: Float64Array) => void a.fill(5), Out(A));
      spawn((b: NDArray, a: Float64Array) => void b.set(1, a[1]!), InOut(B), In(A));
      spawn((b: NDArray, c: NDArray) => void b.set(0, c.get(1) as number), InOut(B), C);
    });
    expect([...A]).toEqual([5, 5]);
    expect(B.toArray()).toEqual([1, 5]);
    expect(C.toArray()).toEqual([0, 1]);
  });

  it("throw the first error of the program, after all has ended", async () => {
    const A = mutable(() => Float64Array.of(0));
    const B = mutable(() => Float64Array.of(0));
    const fail = (_x: Float64Array, text: string): void => {
      throw new RangeError(text);
    };
    const region = spawnDatadeps(() => {
      spawn(add, InOut(B), In(B));
      spawn(fail, InOut(A), "first");
      spawn(add, InOut(A), In(B));
      spawn(fail, InOut(B), "second");
    });
    await expect(region).rejects.toMatchObject({ cause: { message: "first" } });
  });

  it("factor a matrix in tiles", async () => {
    const [tiles, size] = [10, 8];
    const n = tiles * size;
    const entry = (i: number, j: number): number => 1 / (1 + Math.abs(i - j)) + (i === j ? n : 0);
    const T: Chunk<NDArray<"f64">>[][] = Array.from({ length: tiles }, (_, I) =>
      Array.from({ length: tiles }, (_, J) =>
        mutable(() => {
          const tile = zeros([size, size]);
          for (let i = 0; i < size; i++)
            for (let j = 0; j < size; j++) tile.set(i, j, entry(I * size + i, J * size + j));
          return tile;
        }),
      ),
    );
    const potrf = (a: NDArray<"f64">): void => {
      const m = a.shape[0]!;
      for (let j = 0; j < m; j++) {
        for (let k = 0; k < j; k++)
          for (let i = j; i < m; i++) a.set(i, j, a.get(i, j) - a.get(i, k) * a.get(j, k));
        const d = Math.sqrt(a.get(j, j));
        for (let i = j; i < m; i++) a.set(i, j, a.get(i, j) / d);
      }
    };
    const trsm = (a: NDArray<"f64">, l: NDArray<"f64">): void => {
      const m = a.shape[0]!;
      for (let i = 0; i < m; i++)
        for (let j = 0; j < m; j++) {
          let x = a.get(i, j);
          for (let k = 0; k < j; k++) x -= a.get(i, k) * l.get(j, k);
          a.set(i, j, x / l.get(j, j));
        }
    };
    const gemm = (c: NDArray<"f64">, a: NDArray<"f64">, b: NDArray<"f64">): void => {
      const m = c.shape[0]!;
      for (let i = 0; i < m; i++)
        for (let j = 0; j < m; j++) {
          let x = c.get(i, j);
          for (let k = 0; k < m; k++) x -= a.get(i, k) * b.get(j, k);
          c.set(i, j, x);
        }
    };
    await spawnDatadeps(() => {
      for (let k = 0; k < tiles; k++) {
        spawn(potrf, InOut(T[k]![k]!));
        for (let i = k + 1; i < tiles; i++) spawn(trsm, InOut(T[i]![k]!), In(T[k]![k]!));
        for (let i = k + 1; i < tiles; i++)
          for (let j = k + 1; j <= i; j++)
            spawn(gemm, InOut(T[i]![j]!), In(T[i]![k]!), In(T[j]![k]!));
      }
    });
    const L = await Promise.all(T.map((row) => Promise.all(row.map((tile) => tile.fetch()))));
    const at = (i: number, j: number): number =>
      j > i ? 0 : L[Math.floor(i / size)]![Math.floor(j / size)]!.get(i % size, j % size);
    for (let i = 0; i < n; i += 7)
      for (let j = 0; j <= i; j += 5) {
        let x = 0;
        for (let k = 0; k <= j; k++) x += at(i, k) * at(j, k);
        expect(Math.abs(x - entry(i, j))).toBeLessThan(1e-12 * n);
      }
  });
});

describe("regions on several workers", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads: 1, workers: 2 });
  });
  afterAll(() => cluster.close());

  it("bring what is read to what is written, one copy for each state", async () => {
    const A = mutable(() => Float64Array.of(1), { worker: 2 });
    const B = mutable(() => Float64Array.of(10), { worker: 3 });
    const C = mutable(() => Float64Array.of(100), { worker: 3 });
    const submitted = vi.spyOn(context().home, "submit");
    await spawnDatadeps(() => {
      spawn(add, InOut(B), In(A)); // a copy of A
      spawn(add, InOut(C), In(A)); // the same one
      spawn(add, InOut(A), In(B)); // a copy of B
      spawn(add, InOut(C), In(A)); // a new copy of A
    });
    expect(submitted).toHaveBeenCalledTimes(4 + 3);
    submitted.mockRestore();
    const values = await Promise.all([A, B, C].map(async (chunk) => (await chunk.fetch())[0]));
    expect(values).toEqual([12, 11, 113]);
  });

  it("run tasks with what they write", async () => {
    const A = mutable(() => Float64Array.of(1), { worker: 2 });
    const B = mutable(() => Float64Array.of(1), { worker: 3 });
    const where = await spawnDatadeps(() => [
      spawn((_b: Float64Array, _a: Float64Array) => myid(), InOut(B), In(A)),
      spawn((_a: Float64Array, _b: Float64Array) => myid(), InOut(A), In(B)),
    ]);
    expect(await Promise.all(where.map((task) => task.fetch()))).toEqual([3, 2]);
  });

  it("bring data of two workers together where more of it is, and home at the end", async () => {
    const A = mutable(() => Float64Array.of(1, 1, 1), { worker: 2 });
    const B = mutable(() => Float64Array.of(10), { worker: 3 });
    const both = (a: Float64Array, b: Float64Array): number => {
      a[0]! += b[0]!;
      b[0]! += 1;
      return myid();
    };
    const submitted = vi.spyOn(context().home, "submit");
    const where = await spawnDatadeps(() => [
      spawn(both, InOut(A), InOut(B)),
      spawn(both, InOut(A), InOut(B)),
      spawn((b: Float64Array) => {
        b[0]! *= 2;
        return myid();
      }, InOut(B)),
    ]);
    // B goes to worker 2 once and home once, each by a copy and its arrival.
    expect(submitted).toHaveBeenCalledTimes(3 + 4);
    submitted.mockRestore();
    expect(await Promise.all(where.map((task) => task.fetch()))).toEqual([2, 2, 2]);
    expect([...(await A.fetch())]).toEqual([1 + 10 + 11, 1, 1]);
    expect([...(await B.fetch())]).toEqual([24]);
    // It is at home again.
    const home = await spawnDatadeps(() => spawn((_b: Float64Array) => myid(), In(B)));
    expect(await home.fetch()).toBe(3);
  });
});

describe("annotations", () => {
  it("mean nothing elsewhere, and say so", async () => {
    const A = mutable(() => Float64Array.of(0));
    expect(() => spawn(add, InOut(A), In(A))).toThrow(/spawnDatadeps/);
    expect(() => spawnWith({ name: "x" }, add, InOut(A), A)).toThrow(/spawnDatadeps/);
  });

  it("are checked", async () => {
    const A = mutable(() => zeros([4, 4]));
    await A.fetch();
    expect(() => Deps(A)).toThrow(/needs uses of parts/);
    expect(() => Deps(A, UpperTriangular)).toThrow(/takes In, Out and InOut of parts/);
    expect(() => view(A, [0, 2], 9)).toThrow(/outside of axis 1/);
    expect(() => view(A, null, null, null)).toThrow(/3 entries/);
    expect(() => view([1, 2] as never)).toThrow(/takes a chunk/);
    await expect(
      spawnDatadeps(() => spawn(note, zeros([1]) as never, 0, InOut(In(A)))),
    ).rejects.toThrow(/one annotation/);
    await expect(
      spawnDatadeps(() => spawn(note, new Int32Array(3), 0, In(arange(Blocks(2), [4])))),
    ).rejects.toThrow(/pass its blocks/);
    await expect(spawnDatadeps(async () => 1)).rejects.toThrow(/must not be async/);
  });

  it("views of chunks are arguments of tasks outside of regions, too", async () => {
    const A = mutable(() => arange([3, 3]));
    expect(await spawn((x: NDArray) => x.sum() as number, view(A, 1)).fetch()).toBe(12);
    await spawn((x: NDArray) => void x.fill(0), view(A, null, 0)).wait();
    expect((await A.fetch()).sum()).toBe(36 - 9);
  });
});
