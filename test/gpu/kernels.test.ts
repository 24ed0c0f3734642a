/** Kernels as tasks on CPU threads. */

import {
  addWorkers,
  atomicAdd,
  barrier,
  globalIndex,
  groupIndex,
  KernelError,
  kernel,
  local,
  localIndex,
  mutable,
  rand,
  scope,
  spawn,
  spawnSequential,
  spawnWith,
  start,
  TaskFailedError,
  zeros,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** Stated by the test that uses it. */
declare const step: number;

let cluster: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  cluster = await start({ threads: 3 });
});
afterAll(() => cluster.close());

const vinc = kernel((O, A) => {
  const i = globalIndex();
  O[i] = A[i] + 1;
});
const vadd = kernel((C, A, B) => {
  const i = globalIndex();
  C[i] = A[i] + B[i];
});
const f32 = (n: number) => mutable(() => zeros([n], { dtype: "f32" }));

describe("a kernel as the function of a task", () => {
  it("runs the talk's cell", async () => {
    const A = mutable(() => rand([64], { dtype: "f32" }));
    const O = mutable(() => zeros([64], { dtype: "f32" }));
    await spawn(vinc, O, A).fetch();
    const [o, a] = [await O.fetch(), await A.fetch()];
    expect(o.data).toEqual(a.data.map((x) => x + 1));
  });

  it("gives undefined and has the name of its variable", async () => {
    const O = f32(4);
    const task = spawn(vinc, O, O);
    expect(await task.fetch()).toBeUndefined();
    expect(task.name).toBe("kernel");
    const named = kernel(function increment(O) {
      O[globalIndex()] += 1;
    });
    expect(spawn(named, O).name).toBe("increment");
  });

  it("takes numbers, booleans, typed arrays, results of tasks and captured values", async () => {
    const O = f32(5);
    let factor = 2;
    const offset = 0.5;
    const k = kernel((O: Float32Array, A: Float32Array, b: number, double: boolean) => {
      const i = globalIndex();
      O[i] = (A[i] as number) * factor + b + offset + (double ? 100 : 0);
    });
    const A = spawn(() => Float32Array.of(1, 2, 3, 4, 5));
    await spawn(k, O, A, 1, true).fetch();
    expect([...(await O.fetch()).data]).toEqual([103.5, 105.5, 107.5, 109.5, 111.5]);
    factor = 3;
    await spawn(k, O, A, 1, false).fetch();
    expect([...(await O.fetch()).data]).toEqual([4.5, 7.5, 10.5, 13.5, 16.5]);
  });

  it("takes stated captures", async () => {
    const O = f32(3);
    const k = kernel(
      (O) => {
        O[globalIndex()] = step;
      },
      { captures: { step: 7 } },
    );
    await spawn(k, O).fetch();
    expect([...(await O.fetch()).data]).toEqual([7, 7, 7]);
  });

  it("has the range it is given, ragged or not", async () => {
    const O = mutable(() => new Int32Array(35));
    const k = kernel((O: Int32Array) => {
      O[globalIndex(0) * 7 + globalIndex(1)] = 10 * groupIndex(0) + groupIndex(1) + 1;
    });
    await spawn(k.range([5, 7], { group: [2, 4] }), O).fetch();
    const expected = Array.from({ length: 35 }, (_, at) => {
      const [i, j] = [Math.floor(at / 7), at % 7];
      return 10 * Math.floor(i / 2) + Math.floor(j / 4) + 1;
    });
    expect([...(await O.fetch())]).toEqual(expected);
    expect(() => k.range([5, 7], { group: [2] })).toThrow("give both the same number");
    expect(() => k.range([-1])).toThrow("whole numbers from 0");
  });

  it("has barriers and memory of a group", async () => {
    const sums = kernel((O: Float32Array, A: Float32Array) => {
      const part = local("f32", 64);
      const l = localIndex();
      part[l] = A[globalIndex()] as number;
      for (let half = 32; half > 0; half >>= 1) {
        barrier();
        if (l < half) part[l] = (part[l] as number) + (part[l + half] as number);
      }
      if (l === 0) O[groupIndex()] = part[0] as number;
    });
    const n = 64 * 1000;
    const A = mutable(() => Float32Array.from({ length: 64 * 1000 }, (_, i) => i % 8));
    const O = mutable(() => new Float32Array(1000));
    await spawn(sums.range(n, { group: [64] }), O, A).fetch();
    expect(new Set(await O.fetch())).toEqual(new Set([64 * 3.5]));
  });
});

describe("a large launch", () => {
  const heavy = kernel((hits: Int32Array, by: Int32Array) => {
    let x = globalIndex();
    for (let turn = 0; turn < 20; turn++) x = Math.imul(x, 3) + 1;
    atomicAdd(hits, globalIndex() % 16, 1);
    by[globalIndex()] = x;
  });

  it("is cut into parts that together do every item once", async () => {
    const n = 100_003;
    const hits = mutable(() => new Int32Array(16));
    const by = mutable(() => new Int32Array(100_003));
    await spawn(heavy.range(n), hits, by).fetch();
    const counts = await hits.fetch();
    expect(counts.reduce((sum, each) => sum + each, 0)).toBe(n);
    const values = await by.fetch();
    const model = (i: number): number => {
      for (let turn = 0; turn < 20; turn++) i = (Math.imul(i, 3) + 1) | 0;
      return i;
    };
    expect(values.every((value, i) => value === model(i))).toBe(true);
  });

  it("runs on the threads of its scope only", async () => {
    const seen = mutable(() => new Int32Array(16));
    const by = mutable(() => new Int32Array(100_000));
    await spawnWith({ scope: scope({ thread: 2 }) }, heavy.range(100_000), seen, by).fetch();
    expect((await seen.fetch()).reduce((sum, each) => sum + each, 0)).toBe(100_000);
  });

  it("stays in order with other tasks of a sequence", async () => {
    const [A, B, C] = [f32(200_000), f32(200_000), f32(200_000)];
    await spawnSequential(() => {
      spawn(vinc, A, A);
      spawn(vinc, B, A);
      return spawn(vadd, C, A, B);
    }).fetch();
    expect(new Set((await C.fetch()).data)).toEqual(new Set([3]));
  });
});

describe("kernels among several workers", () => {
  it("run where their data is, on the threads there", async () => {
    await addWorkers(1, { threads: 2 });
    const n = 300_000;
    for (const worker of [1, 2]) {
      const hits = mutable(() => new Int32Array(16), { worker });
      const by = mutable(() => new Int32Array(300_000), { worker });
      const ran = mutable(() => new Int32Array(8), { worker });
      const k = kernel((hits: Int32Array, by: Int32Array, ran: Int32Array) => {
        const i = globalIndex();
        atomicAdd(hits, i % 16, 1);
        by[i] = i;
        atomicAdd(ran, 0, 1);
      });
      await spawn(k.range(n), hits, by, ran).fetch();
      expect((await hits.fetch()).reduce((sum, each) => sum + each, 0)).toBe(n);
      expect((await by.fetch()).every((value, i) => value === i)).toBe(true);
      expect((await ran.fetch())[0]).toBe(n);
    }
  });
});

describe("what a kernel cannot do", () => {
  it("is said with its position, before anything runs", async () => {
    const O = f32(4);
    const k = kernel((O) => {
      O[globalIndex()] = 1;
      console.log("no");
    });
    const failure = await spawn(k, O)
      .fetch()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TaskFailedError);
    const { cause } = failure as TaskFailedError;
    expect(cause).toBeInstanceOf(KernelError);
    expect((cause as KernelError).line).toBe(3);
    expect([...(await O.fetch()).data]).toEqual([0, 0, 0, 0]);
  });

  it("is an argument that is no array or number", () => {
    expect(() => spawn(vinc, f32(2), "text")).toThrow(
      "argument 2 of the kernel is a value of type string",
    );
  });

  it("is a launch without a range", () => {
    const k = kernel((_n: number) => {});
    expect(() => spawn(k, 3)).toThrow("has no range");
  });

  it("is something that is no function", () => {
    expect(() => kernel(3 as never)).toThrow("write kernel((O, A) => { … })");
    expect(() => kernel(() => {}, { group: 3 } as never)).toThrow("kernel has no option");
  });
});
