/** Data that threads and a GPU change in turn: whoever reads it sees the newest, in random programs. */

import "./software.ts";
import {
  type Chunk,
  globalIndex,
  kernel,
  mutable,
  type NDArray,
  scope,
  spawn,
  spawnSequential,
  spawnWith,
  start,
  unionScope,
  zeros,
} from "bodkin";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { times } from "../support/counts.ts";

let cluster: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const ARRAYS = 3;
const LENGTH = 70;
const SCOPES = {
  threads: scope({ worker: 1 }),
  gpu: scope({ gpu: 1 }),
  both: unionScope(scope({ worker: 1 }), scope({ gpu: 1 })),
};

const increment = kernel((O) => {
  O[globalIndex()] += 1;
});
const addTo = kernel((O, A) => {
  O[globalIndex()] += A[globalIndex()];
});
const set = kernel((O: Float32Array, value: number) => {
  O[globalIndex()] = value;
});
function double(o: NDArray<"f32">): void {
  for (let i = 0; i < o.data.length; i++) o.data[i]! *= 2;
}

const array = fc.nat(ARRAYS - 1);
const where = fc.constantFrom("threads" as const, "gpu" as const, "both" as const);
const step = fc.oneof(
  fc.record({ kind: fc.constant("increment" as const), to: array, where }),
  fc.record({ kind: fc.constant("addTo" as const), to: array, from: array, where }),
  fc.record({
    kind: fc.constant("set" as const),
    to: array,
    value: fc.integer({ min: -100, max: 100 }),
    where,
  }),
  fc.record({ kind: fc.constant("double" as const), to: array }),
);
/** Steps one after the other, then a look at an array. */
const program = fc.array(fc.record({ steps: fc.array(step, { maxLength: 8 }), look: array }), {
  minLength: 1,
  maxLength: 8,
});

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
type Arrays = readonly Chunk<NDArray<"f32">>[];

function begin(each: Step, arrays: Arrays): void {
  const to = arrays[each.to] as Arrays[number];
  if (each.kind === "double") spawn(double, to);
  else {
    const options = { scope: SCOPES[each.where] };
    if (each.kind === "increment") spawnWith(options, increment, to);
    else if (each.kind === "set") spawnWith(options, set, to, each.value);
    else spawnWith(options, addTo, to, arrays[each.from]);
  }
}

function apply(each: Step, model: number[]): void {
  const { to } = each;
  const old = model[to] as number;
  if (each.kind === "increment") model[to] = Math.fround(old + 1);
  else if (each.kind === "double") model[to] = Math.fround(old * 2);
  else if (each.kind === "set") model[to] = each.value;
  else model[to] = Math.fround(old + (model[each.from] as number));
}

describe("data that threads and a GPU change in turn", () => {
  it("is what a plain program makes of it", async () => {
    await fc.assert(
      fc.asyncProperty(program, async (parts) => {
        const arrays = Array.from({ length: ARRAYS }, () =>
          mutable(() => zeros([70], { dtype: "f32" })),
        );
        const model = new Array<number>(ARRAYS).fill(0);
        for (const { steps, look } of parts) {
          const last = spawnSequential(() => {
            for (const each of steps) begin(each, arrays);
            return spawn(() => {});
          });
          await last.fetch();
          for (const each of steps) apply(each, model);
          const seen = await (arrays[look] as Arrays[number]).fetch();
          expect(seen.data.length).toBe(LENGTH);
          expect(new Set(seen.data)).toEqual(new Set([model[look]]));
        }
        for (const each of arrays) each.dispose();
      }),
      { numRuns: times(3000), seed: 7 },
    );
  });
});
