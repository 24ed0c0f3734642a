/** Data of several workers that tasks of a region write together. */

import {
  addWorkers,
  type Chunk,
  In,
  InOut,
  mutable,
  type NDArray,
  Out,
  scope,
  spawn,
  spawnDatadeps,
  start,
  TaskFailedError,
  view,
  withOptions,
  zeros,
} from "bodkin";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { times } from "../../support/counts.ts";

let cluster: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
  await addWorkers(2, { threads: 1 });
});
afterAll(() => cluster.close());

const on = (worker: number, ...values: number[]): Chunk<Float64Array> =>
  withOptions({ scope: scope("any") }, () => mutable(() => Float64Array.from(values), { worker }));
const values = async (chunk: Chunk<Float64Array>) => [...(await chunk.fetch())];

/** Mixes the first into the second and the other way round. */
function mix(a: Float64Array, b: Float64Array, c?: Float64Array): void {
  const before = a[0]!;
  for (let i = 0; i < a.length; i++) a[i] = (a[i]! * 3 + b[i % b.length]! + (c?.[0] ?? 0)) % 1009;
  for (let i = 0; i < b.length; i++) b[i] = (b[i]! * 5 + before + i) % 1013;
}

describe("data of several workers", () => {
  it("gives in any program what one task after the other does", async () => {
    const place = fc.nat(3);
    const step = fc.record({
      kind: fc.constantFrom("both" as const, "third" as const, "one" as const),
      places: fc.uniqueArray(place, { minLength: 3, maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 9 }), async (steps) => {
        const start = [[1, 2, 3], [4], [5, 6], [7, 8, 9, 10]];
        const chunks = start.map((own, i) => on((i % 3) + 1, ...own));
        const model = start.map((own) => Float64Array.from(own));
        await spawnDatadeps(() => {
          for (const { kind, places } of steps) {
            const [a, b, c] = places.map((at) => chunks[at]) as [
              Chunk<Float64Array>,
              Chunk<Float64Array>,
              Chunk<Float64Array>,
            ];
            if (kind === "both") spawn(mix, InOut(a), InOut(b));
            else if (kind === "third") spawn(mix, InOut(a), InOut(b), In(c));
            else spawn((x: Float64Array) => void (x[0]! += 1), InOut(a));
          }
        });
        for (const { kind, places } of steps) {
          const [a, b, c] = places.map((at) => model[at]) as [
            Float64Array,
            Float64Array,
            Float64Array,
          ];
          if (kind === "one") a[0]! += 1;
          else mix(a, b, kind === "third" ? c : undefined);
        }
        expect(await Promise.all(chunks.map(values))).toEqual(model.map((own) => [...own]));
        for (const each of chunks) each.dispose();
      }),
      { numRuns: times(1500), seed: 11 },
    );
  });

  it("keeps what others wrote to the rest of it", async () => {
    const A = mutable(() => zeros([4]).fill(1), { worker: 2 });
    const B = mutable(() => zeros([6]).fill(10), { worker: 3 });
    const set = (x: NDArray<"f64">, value: number): void => void x.fill(value);
    const add = (x: NDArray<"f64">, y: NDArray<"f64">): void => {
      x.set(0, x.get(0) + y.get(0));
      y.set(0, -1);
    };
    await spawnDatadeps(() => {
      spawn(set, Out(view(A, [2, 4])), 7);
      spawn(add, InOut(view(A, [0, 1])), InOut(B));
      spawn(set, Out(view(A, [1, 2])), 100);
    });
    expect([...(await A.fetch()).data]).toEqual([11, 100, 7, 7]);
    expect([...(await B.fetch()).data]).toEqual([-1, 10, 10, 10, 10, 10]);
  });

  it("takes arrays of the program, too", async () => {
    const own = Float64Array.of(1, 2);
    const B = on(2, 5, 6, 7);
    await spawnDatadeps(() => {
      spawn(mix, InOut(own), InOut(B));
    });
    expect([...own]).toEqual([8, 12]);
    expect(await values(B)).toEqual([26, 32, 38]);
  });

  it("says which task failed, and leaves the data as far as it was written", async () => {
    const A = on(2, 1, 1);
    const B = on(3, 5);
    const failed = spawnDatadeps(() => {
      spawn(
        (_a: Float64Array, _b: Float64Array): void => {
          throw new Error("no");
        },
        InOut(A),
        InOut(B),
      );
    });
    await expect(failed).rejects.toBeInstanceOf(TaskFailedError);
    expect(await values(A)).toEqual([1, 1]);
    expect(await values(B)).toEqual([5]);
  });

  it("is refused before anything runs where a value is no array", async () => {
    const A = on(2, 1);
    const M = mutable(() => new Map([[1, 2]]), { worker: 3 });
    await expect(
      spawnDatadeps(() => {
        spawn((x: Float64Array) => void (x[0] = 9), InOut(A));
        spawn((_a: Float64Array, _m: Map<number, number>) => {}, InOut(A), InOut(M));
      }),
    ).rejects.toThrow(
      /pinned to worker 2 and data pinned to worker 3, which is no array and cannot move/,
    );
    expect(await values(A)).toEqual([1]);
  });
});
