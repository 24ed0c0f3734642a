/** Reductions as functions of arrays that take functions of one's own, and what functions of the standard refuse. */

import {
  arange,
  Blocks,
  broadcastArrays,
  type Cluster,
  collect,
  cross,
  distribute,
  fromArray,
  fullLike,
  isin,
  kron,
  mapReduce,
  matrixTranspose,
  meshgrid,
  nonzero,
  ones,
  reduce,
  spawn,
  start,
  zeros,
  zerosLike,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const larger = (a: number, b: number): number => Math.max(a, b);

describe("reduce and mapReduce", () => {
  it("give values of local arrays, promises of distributed ones, arrays along axes", async () => {
    const A = arange([3, 4]);
    const DA = distribute(A, Blocks(2, 3));
    expect(reduce(larger, A)).toBe(11);
    expect(await reduce(larger, DA)).toBe(11);
    expect(reduce(larger, A, { axis: 0 }).toArray()).toEqual([8, 9, 10, 11]);
    expect((await collect(reduce(larger, DA, { axis: 1, keepdims: true }))).toArray()).toEqual([
      [3],
      [7],
      [11],
    ]);
    expect(await reduce(Math.max, DA, { init: 20 })).toBe(20);
    const sum = (a: number, b: number): number => a + b;
    expect(mapReduce((x) => x * x, sum, A)).toBe(506);
    expect(await mapReduce((x) => x * x, sum, DA)).toBe(506);
    expect(
      await mapReduce(
        (x) => x > 3,
        (a, b) => a && b,
        DA,
        { init: true },
      ),
    ).toBe(false);
  });

  it("are functions of tasks", async () => {
    expect(await spawn(reduce as never, larger, spawn(arange as never, [7])).fetch()).toBe(6);
  });

  it("refuse what is no array, and arrays without elements", async () => {
    expect(() => reduce(larger as never, [1, 2] as never)).toThrow(
      /reduce takes an array made by this/,
    );
    expect(() => reduce(arange([2]) as never, larger as never)).toThrow(/takes an array/);
    expect(() => reduce(larger, zeros([0]))).toThrow();
    await expect(async () => reduce(larger, zeros(Blocks(2), [0]))).rejects.toThrow();
  });
});

describe("arrays like others", () => {
  it("are cut as they are", async () => {
    const DA = ones(Blocks([1, 2], 2), [3, 3], { dtype: "f32" });
    const made = zerosLike(DA);
    expect(made.grid.cuts).toEqual(DA.grid.cuts);
    expect(made.dtype).toBe("f32");
    expect((await collect(fullLike(DA, 7, { dtype: "i8" }))).dtype).toBe("i8");
    expect(zerosLike(zeros([2])).shape).toEqual([2]);
  });
});

describe("functions of the standard", () => {
  it("take local and distributed arrays together", async () => {
    const x = arange([3]);
    const DX = distribute(x, Blocks(2));
    const [X, Y] = meshgrid(x, DX);
    expect((await collect(Y)).toArray()).toEqual([
      [0, 0, 0],
      [1, 1, 1],
      [2, 2, 2],
    ]);
    expect(X.slice(0, null).toArray()).toEqual([0, 1, 2]);
    const [one, other] = broadcastArrays(DX, zeros([2, 1]));
    expect([one.shape, other.shape]).toEqual([
      [2, 3],
      [2, 3],
    ]);
    expect((await collect(isin(x, DX.slice([1, null])))).toArray()).toEqual([false, true, true]);
    expect((await collect(kron(x, DX))).toArray()).toEqual([0, 0, 0, 0, 1, 2, 0, 2, 4]);
    expect(
      (await collect(cross(fromArray([1, 0, 0]), distribute([0, 1, 0], Blocks(1))))).toArray(),
    ).toEqual([0, 0, 1]);
  });

  it("say what they take, before any task starts", () => {
    expect(() => nonzero(zeros([]))).toThrow(/reshape\(\[1\]\) gives it an axis/);
    expect(() => matrixTranspose(zeros([3]))).toThrow(/at least two dimensions, not of 1/);
    expect(() => cross(zeros([2]), zeros([3]))).toThrow(/vectors have 3 elements there/);
    expect(() => cross(zeros([3], { dtype: "bool" }), zeros([3]))).toThrow(/booleans/);
    expect(() => meshgrid(zeros([2, 2]))).toThrow(/meshgrid takes vectors/);
    expect(() => meshgrid(zeros([2]), { indexing: "yx" as never })).toThrow(/"xy" or "ij", not yx/);
    expect(() => meshgrid(zeros([2]), { index: "ij" } as never)).toThrow(
      /no option 'index'; it has indexing/,
    );
    expect(() => isin(zeros([2], { dtype: "c64" }), zeros([2]))).toThrow(/complex/);
    expect(() => isin([1] as never, zeros([2]))).toThrow(/isin takes an array made by/);
    expect(() => broadcastArrays(zeros([2]), zeros([3]))).toThrow(/do not fit together/);
    expect(() => broadcastArrays()).toThrow(/at least one/);
  });
});
