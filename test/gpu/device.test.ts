/** Kernels and their data on a GPU: where data is, what moves, what is freed, what is refused. */

import "./software.ts";
import {
  allProcessors,
  atomicAdd,
  barrier,
  type Chunk,
  compatibleProcessors,
  globalIndex,
  groupIndex,
  In,
  kernel,
  local,
  localIndex,
  mutable,
  type NDArray,
  Out,
  rand,
  scope,
  spawn,
  spawnDatadeps,
  spawnSequential,
  spawnWith,
  start,
  TaskFailedError,
  taskProcessor,
  unionScope,
  withOptions,
  zeros,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deviceStatistics } from "../../src/gpu/statistics.ts";
import { times } from "../support/counts.ts";

let cluster: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const gpu = scope({ gpu: 1 });
const onGpu = <T>(body: () => T): T => withOptions({ scope: gpu }, body);
const statistics = () => onGpu(() => spawn(deviceStatistics).fetch());

const vinc = kernel((O, A) => {
  const i = globalIndex();
  O[i] = A[i] + 1;
});
const f32 = (n: number) => mutable(() => zeros([n], { dtype: "f32" }));
const values = async (chunk: Chunk<NDArray<"f32">>) => [...(await chunk.fetch()).data];

describe("a GPU as a processor", () => {
  it("is listed once a scope has named it", async () => {
    await statistics();
    expect(allProcessors()).toContainEqual({ kind: "gpu", worker: 1, device: 1 });
    expect(compatibleProcessors(gpu)).toEqual([{ kind: "gpu", worker: 1, device: 1 }]);
  });

  it("is not used by tasks whose scope does not name it", async () => {
    const kinds = await Promise.all(
      Array.from({ length: 50 }, () => spawn(() => taskProcessor().kind).fetch()),
    );
    expect(new Set(kinds)).toEqual(new Set(["thread"]));
    const any = await spawnWith({ scope: scope("any") }, () => taskProcessor().kind).fetch();
    expect(any).toBe("thread");
  });

  it("does not run functions that are no kernels, and says what does", async () => {
    const failure = await onGpu(() => spawn(function plain() {}))
      .fetch()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TaskFailedError);
    expect(String(failure)).toContain("'plain' cannot run on a GPU: kernels can");
  });

  it("shares a scope with threads: what cannot run on it runs on those", async () => {
    const both = unionScope(gpu, scope({ worker: 1 }));
    expect(await spawnWith({ scope: both }, () => taskProcessor().kind).fetch()).toBe("thread");
    const O = f32(8);
    for (let turn = 0; turn < 20; turn++) await spawnWith({ scope: both }, vinc, O, O).fetch();
    expect(await values(O)).toEqual(new Array(8).fill(20));
  });

  it("is said not to be there where there is no such one", async () => {
    const failed = spawnWith({ scope: scope({ gpu: 9 }) }, vinc, f32(2), f32(2)).fetch();
    await expect(failed).rejects.toThrow(
      "No processors available, try widening scope: there is none of gpu 9",
    );
  });
});

describe("kernels on a GPU", () => {
  it("run the talk's cell with the same source as the CPU", async () => {
    const A = mutable(() => rand([64], { dtype: "f32" }));
    const [O, P] = [f32(64), f32(64)];
    await spawn(vinc, O, A).wait();
    await onGpu(() => spawn(vinc, P, A).wait());
    expect(await values(P)).toEqual(await values(O));
  });

  it("have groups, shared memory, barriers and atomics", async () => {
    const sums = kernel((O: Float32Array, hits: Int32Array, A: Float32Array) => {
      const part = local("f32", 64);
      const l = localIndex();
      part[l] = A[globalIndex()] as number;
      for (let half = 32; half > 0; half >>= 1) {
        barrier();
        if (l < half) part[l] = (part[l] as number) + (part[l + half] as number);
      }
      if (l === 0) O[groupIndex()] = part[0] as number;
      atomicAdd(hits, globalIndex() % 4, 1);
    });
    const A = mutable(() => Float32Array.from({ length: 640 }, (_, i) => i % 8));
    const O = mutable(() => new Float32Array(10));
    const hits = mutable(() => new Int32Array(4));
    await onGpu(() => spawn(sums.range(640, { group: [64] }), O, hits, A).fetch());
    expect([...(await O.fetch())]).toEqual(new Array(10).fill(64 * 3.5));
    expect([...(await hits.fetch())]).toEqual(new Array(4).fill(160));
  });

  it("take numbers, captured values and ranges that end within a group", async () => {
    const step = 0.25;
    const k = kernel((O: Float32Array, n: number, up: boolean) => {
      const i = globalIndex(0) * 7 + globalIndex(1);
      O[i] = i * step + n + (up ? 100 : 0);
    });
    const O = mutable(() => new Float32Array(36));
    await onGpu(() => spawn(k.range([5, 7], { group: [2, 4] }), O, 3, true).fetch());
    const expected = Array.from({ length: 36 }, (_, i) => (i < 35 ? i * step + 103 : 0));
    expect([...(await O.fetch())]).toEqual(expected);
  });

  it("have more groups than one axis of a dispatch can count", async () => {
    const n = 70_000;
    const k = kernel((O: Int32Array) => {
      O[globalIndex()] = groupIndex() + 1;
    });
    const O = mutable(() => new Int32Array(70_000));
    await onGpu(() => spawn(k.range(n, { group: [1] }), O).fetch());
    const found = await O.fetch();
    expect(found.every((value, i) => value === i + 1)).toBe(true);
  });

  it("may get one array as input and output", async () => {
    const O = f32(100);
    await onGpu(() => spawn(vinc, O, O).fetch());
    expect(new Set(await values(O))).toEqual(new Set([1]));
    const both = kernel((A, B) => {
      A[globalIndex()] = 1;
      B[globalIndex()] = 2;
    });
    await expect(onGpu(() => spawn(both, O, O).fetch())).rejects.toThrow("same array for two");
  });

  it("refuse f64 unless told to compute with f32", async () => {
    const O = mutable(() => Float64Array.of(1, 2.5));
    await expect(onGpu(() => spawn(vinc, O, O).fetch())).rejects.toThrow('{ f64: "downcast" }');
    await spawnWith({ scope: gpu, f64: "downcast" }, vinc, O, O).fetch();
    expect([...(await O.fetch())]).toEqual([2, 3.5]);
  });

  it("get data that was made under the same scope", async () => {
    const O = onGpu(() => f32(16));
    await onGpu(() => spawn(vinc, O, O).fetch());
    const own = mutable(() => new Float32Array(3), { scope: gpu });
    await spawn(vinc, own, own).fetch();
    expect([...(await O.fetch()).data, ...(await own.fetch())]).toEqual(new Array(19).fill(1));
  });

  it("are spawned by tasks, too", async () => {
    const O = f32(32);
    await O.fetch();
    const kind = await spawn(async () => {
      await spawnWith({ scope: gpu }, vinc, O, O).fetch();
      return taskProcessor().kind;
    }).fetch();
    expect(kind).toBe("thread");
    expect(await values(O)).toEqual(new Array(32).fill(1));
  });

  it("refuse groups that the device cannot hold", async () => {
    const k = vinc.range(4096, { group: [4096] });
    await expect(onGpu(() => spawn(k, f32(4096), f32(4096)).fetch())).rejects.toThrow(
      "give it smaller groups",
    );
  });
});

describe("data on a GPU", () => {
  it("comes once, stays between tasks, and goes home when it is fetched", async () => {
    const O = f32(1000);
    await O.fetch();
    const before = await statistics();
    await onGpu(() =>
      spawnSequential(() => {
        for (let turn = 0; turn < 9; turn++) spawn(vinc, O, O);
        return spawn(vinc, O, O);
      }).fetch(),
    );
    const between = await statistics();
    expect(between.launches - before.launches).toBe(10);
    expect(between.uploads - before.uploads).toBe(1);
    expect(between.downloads - before.downloads).toBe(0);
    expect(new Set(await values(O))).toEqual(new Set([10]));
    await O.fetch();
    const after = await statistics();
    expect(after.downloads - between.downloads).toBe(1);
  });

  it("is seen by tasks of threads, whose changes it sees", async () => {
    const O = f32(300);
    for (let turn = 0; turn < 5; turn++) {
      await onGpu(() => spawn(vinc, O, O).fetch());
      await spawn(vinc, O, O).fetch();
      await spawn((o: NDArray<"f32">) => {
        for (let i = 0; i < o.data.length; i++) o.data[i]! *= 2;
      }, O).fetch();
    }
    let expected = 0;
    for (let turn = 0; turn < 5; turn++) expected = (expected + 2) * 2;
    expect(new Set(await values(O))).toEqual(new Set([expected]));
  });

  it("is where its chunk says", async () => {
    const O = f32(4);
    await onGpu(() => spawn(vinc, O, O).fetch());
    expect(O.processor).toEqual({ kind: "gpu", worker: 1, device: 1 });
    expect(String(O)).toContain("on GPU 1 of worker 1");
    await O.fetch();
    expect(O.processor?.kind).toBe("thread");
  });

  it("is ordered by what tasks do with it", async () => {
    const [A, B] = [f32(64), f32(64)];
    await onGpu(() =>
      spawnDatadeps(() => {
        spawn(vinc, Out(A), In(A));
        spawn(vinc, Out(B), In(A));
        spawn(vinc, Out(A), In(B));
      }),
    );
    expect(await values(A)).toEqual(new Array(64).fill(3));
    expect(await values(B)).toEqual(new Array(64).fill(2));
  });

  it("leaves nothing behind", async () => {
    const A = f32(256);
    await onGpu(() => spawn(vinc, A, A).fetch());
    const before = await statistics();
    for (let turn = 0; turn < times(10_000); turn++) {
      const O = f32(64 + (turn % 64));
      await onGpu(() => spawn(vinc, O, O).fetch());
      O.dispose();
    }
    let after = await statistics();
    for (let look = 0; look < 100 && after.buffers > before.buffers + 2; look++) {
      after = await statistics();
    }
    expect(after.arrays).toBeLessThanOrEqual(before.arrays + 2);
    expect(after.buffers).toBeLessThanOrEqual(before.buffers + 2);
  });
});
