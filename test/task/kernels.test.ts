/** What is refused of a kernel's call, where it is known before anything runs and where the task finds it out. */

import {
  arange,
  Blocks,
  type Chunk,
  distribute,
  globalIndex,
  In,
  InOut,
  KernelError,
  kernel,
  mutable,
  type NDArray,
  Out,
  rand,
  scope,
  shard,
  spawn,
  spawnBulk,
  spawnDatadeps,
  spawnWith,
  start,
  TaskFailedError,
  tochunk,
  view,
  zeros,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let cluster: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const copy = kernel(function copy(O, A) {
  const i = globalIndex();
  O[i] = A[i];
});

async function made<T>(make: () => T): Promise<Chunk<Awaited<T>>> {
  const chunk = mutable(make);
  await chunk.fetch();
  return chunk;
}

const zerosMade = (dtype: "f32" | "f64" | "i32" = "f32") =>
  dtype === "f32"
    ? made(() => zeros([4], { dtype: "f32" }))
    : dtype === "i32"
      ? made(() => zeros([4], { dtype: "i32" }))
      : made(() => zeros([4]));

const causeOf = async (task: { fetch(): Promise<unknown> }): Promise<Error> => {
  const failure = await task.fetch().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(TaskFailedError);
  return (failure as TaskFailedError).cause as Error;
};

describe("what the compiler refuses is refused at the call, where the types are known", () => {
  it("with the place in the source", async () => {
    const O = await zerosMade();
    const wrong = kernel((O) => {
      O[globalIndex()] = 1;
      console.log("no");
    });
    let error: unknown;
    try {
      spawn(wrong, O);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(KernelError);
    expect((error as KernelError).line).toBe(3);
    expect((error as KernelError).message).toContain("console.log");
    expect(() => spawnWith({ name: "again" }, wrong, O)).toThrow(KernelError);
    expect(() => spawnBulk(() => spawn(wrong, O))).toThrow(KernelError);
    await expect(spawnDatadeps(() => spawn(wrong, InOut(O)))).rejects.toThrow(KernelError);
    expect([...(await O.fetch()).data]).toEqual([0, 0, 0, 0]);
  });

  it("for types that do not fit what the function does with them", async () => {
    const O = await zerosMade("f64");
    const small = await made(() => zeros([4], { dtype: "i8" }));
    const unsigned = await made(() => zeros([4], { dtype: "u32" }));
    const signed = await made(() => zeros([4], { dtype: "i32" }));
    const mixed = kernel((A, B) => {
      let x = A[0];
      if (B[0] > 1) x = B[0];
      A[0] = x;
    });
    expect(() => spawn(copy, O, small)).toThrow(/an array of i8 is given to a kernel/);
    expect(() => spawn(copy, O, O, 1)).toThrow(/takes 2 arguments and is given 3/);
    expect(() => spawn(mixed, signed, unsigned)).toThrow(/gets both i32 and u32 values/);
    await spawn(mixed, signed, signed).fetch();
  });

  it("for arguments that are no arrays or numbers, and launches without a range", async () => {
    const O = await zerosMade();
    for (const arg of ["text", undefined, null, {}, 3n, () => 1]) {
      expect(() => spawn(copy, O, arg)).toThrow(/argument 2 of the kernel is/);
    }
    expect(() =>
      spawn(
        kernel((_n: number) => {}),
        3,
      ),
    ).toThrow(/has no range/);
  });

  it("and by the task where an argument is still being made", async () => {
    const wrong = kernel((O) => {
      O[0] = String(1);
    });
    const pending = spawn(() => zeros([4]));
    const cause = await causeOf(spawn(wrong, pending));
    expect(cause).toBeInstanceOf(KernelError);
    await pending.wait();
    expect(() => spawn(wrong, pending)).toThrow(KernelError);
  });
});

describe("a kernel that writes what nobody would see changed", () => {
  const lost = /kernel 'copy' writes its argument 1 \('O'\), which is .*mutable\(\(\) => …\)/;

  it("is refused for arrays of the program, chunks and results of tasks", async () => {
    const A = rand([4], { dtype: "f32" });
    const result = spawn(() => zeros([4]));
    await result.wait();
    const DA = distribute(arange(8), Blocks(4));
    await DA.wait();
    expect(() => spawn(copy, A, A)).toThrow(/which is an array of the program, of which tasks get/);
    for (const target of [A, new Float64Array(4), tochunk(A), result, DA.chunks[0]]) {
      expect(() => spawn(copy, target, A)).toThrow(lost);
    }
    await expect(spawnDatadeps(() => spawn(copy, In(tochunk(A)), A))).rejects.toThrow(lost);
    // Reading them is what they are for.
    const O = await zerosMade();
    await spawn(copy, O, A).fetch();
    expect((await O.fetch()).toArray()).toEqual(A.toArray());
  });

  it("is refused by the task where that is not known before", async () => {
    const pending = spawn(() => zeros([4]));
    expect((await causeOf(spawn(copy, pending, new Float64Array(4)))).message).toMatch(lost);
    const copied = spawn((x: NDArray) => x, await zerosMade());
    // What a task passes on of mutable data is that data.
    await spawn(copy, copied, arange(4)).fetch();
  });

  it("is not one that writes mutable data, pieces, shared buffers, or what a region names", async () => {
    const A = arange(4, { dtype: "f32" });
    const O = mutable(() => zeros([4], { dtype: "f32" })); // still being made
    await spawn(copy, O, A).fetch();
    expect((await O.fetch()).toArray()).toEqual([0, 1, 2, 3]);
    const pieces = shard(() => new Float32Array(4), { perThread: true });
    await spawnWith({ scope: scope({ thread: 1 }) }, copy, pieces, A).fetch();
    const shared = new Float64Array(new SharedArrayBuffer(32));
    await spawn(copy, shared, A).fetch();
    expect([...shared]).toEqual([0, 1, 2, 3]);
    const own = new Float32Array(4);
    const block = spawn(() => zeros([4], { dtype: "f32" }));
    await spawnDatadeps(() => {
      spawn(copy, Out(own), A);
      spawn(copy, InOut(block), In(own));
    });
    expect([...own]).toEqual([0, 1, 2, 3]);
    expect((await block.fetch()).toArray()).toEqual([0, 1, 2, 3]);
  });

  it("is refused for parts of an array that do not lie side by side", async () => {
    const M = await made(() => zeros([4, 4]));
    const set = kernel(function set(O) {
      O[globalIndex()] = 1;
    });
    const gaps =
      /kernel 'set' writes its argument 1 \('O'\), which is a part of an array with gaps/;
    expect((await causeOf(spawn(set, view(M, null, [0, 4, 2])))).message).toMatch(gaps);
    const region = spawnDatadeps(() => spawn(set, InOut(view(M, null, [0, 4, 2]))));
    await expect(region).rejects.toThrow(gaps);
    await spawn(set, view(M, [1, 3])).fetch();
    const row = [1, 1, 1, 1];
    const none = [0, 0, 0, 0];
    expect((await M.fetch()).toArray()).toEqual([none, row, row, none]);
  });
});

it("a fast kernel rounds within what its operations round, whichever thread runs which part", async () => {
  const n = 400_000;
  const X = mutable(() => rand([400_000], { seed: 1 }));
  const body = (O: Float64Array, X: Float64Array) => {
    const i = globalIndex();
    const x = X[i] as number;
    O[i] = ((x * 0.3 + 0.7) * x - 1.1) * x + 0.2;
  };
  const O = mutable(() => zeros([400_000]));
  const P = mutable(() => zeros([400_000]));
  await Promise.all([
    spawn(kernel(body), O, X).fetch(),
    spawn(kernel(body, { fast: true }), P, X).fetch(),
  ]);
  const [plain, fast] = [(await O.fetch()).data, (await P.fetch()).data];
  let most = 0;
  for (let i = 0; i < n; i++)
    most = Math.max(most, Math.abs((plain[i] as number) - (fast[i] as number)));
  expect(most).toBeLessThan(2 ** -50);
  expect(() => kernel(body, { fast: 1 as never })).toThrow(/fast is true or false/);
});
