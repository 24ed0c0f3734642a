/** Random reads and writes through random views, against the same on a local array. */

import {
  arange,
  Blocks,
  type Cluster,
  collect,
  type DArray,
  distribute,
  fromArray,
  type NDArray,
  start,
  sum,
} from "bodkin";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sizeOf } from "../../../src/array/shape.ts";
import type { SliceEntry } from "../../../src/array/slice.ts";
import { context } from "../../../src/runtime/context.ts";
import { times } from "../../support/counts.ts";
import { anyBlocks, expectSame } from "./support.ts";

/** A local view and a distributed one of the same elements. */
interface Views {
  readonly local: NDArray<"f64">;
  readonly own: DArray<"f64">;
}

type Step = (all: Views[]) => Promise<void> | void;

const anyView = fc.nat(20);
const at = (all: Views[], view: number): Views => all[view % all.length] as Views;

const anyEnd = fc.option(fc.integer({ min: -7, max: 7 }));
const anyEntry: fc.Arbitrary<SliceEntry> = fc.oneof(
  fc.constant(null),
  fc.tuple(anyEnd, anyEnd, fc.constantFrom(null, 1, 2, -1, -3)),
  fc.nat(4),
  fc.constant("newaxis" as const),
);

/** Entries that the shape has places for; `dots` puts an ellipsis there. */
function fitting(
  entries: readonly SliceEntry[],
  dots: number,
  shape: readonly number[],
): SliceEntry[] {
  const own: SliceEntry[] = [];
  let axis = 0;
  for (const entry of entries) {
    if (entry === "newaxis") own.push(entry);
    else if (axis < shape.length) {
      const length = shape[axis++] as number;
      own.push(typeof entry === "number" && entry >= length ? null : entry);
    }
  }
  const isAll = own.filter((entry) => entry !== "newaxis").length === shape.length;
  if (isAll && dots < own.length) own.splice(dots, 0, "...");
  return own;
}

const slicing = fc.tuple(anyView, fc.array(anyEntry, { maxLength: 4 }), fc.nat(8)).map(
  ([view, entries, dots]): Step =>
    (all) => {
      const { local, own } = at(all, view);
      const fit = fitting(entries, dots, local.shape);
      all.push({ local: local.slice(...fit), own: own.slice(...fit) });
    },
);

const transposing = fc.tuple(anyView, fc.nat(3)).map(
  ([view, turn]): Step =>
    (all) => {
      const { local, own } = at(all, view);
      const axes = Array.from({ length: local.ndim }, (_, axis) => (axis + turn) % local.ndim);
      all.push({ local: local.transpose(...axes), own: own.transpose(...axes) });
    },
);

/** Local arrays become other shapes without a copy where they lie in order. */
const reshaping = fc.tuple(anyView, fc.nat(3)).map(
  ([view, kind]): Step =>
    (all) => {
      const { local, own } = at(all, view);
      if (!local.flags.ROW_MAJOR_CONTIGUOUS) return;
      const divisor = [2, 3, 5].find((d) => local.size % d === 0 && local.size > 0) ?? 1;
      const shape = [[-1], [divisor, local.size / divisor], [1, ...local.shape], [local.size, 1]][
        kind
      ] as number[];
      if (local.size === 0 && shape.includes(-1)) return;
      all.push({ local: local.reshape(shape), own: own.reshape(shape) });
    },
);

const setting = fc
  .tuple(anyView, fc.array(fc.nat(4), { minLength: 6, maxLength: 6 }), fc.integer())
  .map(
    ([view, places, value]): Step =>
      (all) => {
        const { local, own } = at(all, view);
        if (local.size === 0) return;
        // Each reshape may have added an axis.
        const indices = local.shape.map((length, axis) => (places[axis % 6] as number) % length);
        local.set(...(indices as [number]), value);
        own.set(...(indices as [number]), value);
      },
  );

const assigningValue = fc.tuple(anyView, fc.integer()).map(
  ([view, value]): Step =>
    (all) => {
      const { local, own } = at(all, view);
      local.assign(value);
      own.assign(value);
    },
);

/** Of a view that broadcasts to the other: the last row, the first element, or one of its shape. */
const assigningView = fc.tuple(anyView, anyView, fc.boolean()).map(
  ([to, from, isLocal]): Step =>
    (all) => {
      const target = at(all, to);
      const fits = all.filter(({ local: { shape } }) => {
        const own = target.local.shape.slice(target.local.ndim - shape.length);
        return (
          shape.length <= target.local.ndim &&
          shape.every((length, axis) => length === 1 || length === own[axis])
        );
      });
      if (fits.length === 0) return;
      const source = at(fits, from);
      const value = source.local.copy();
      target.own.assign(isLocal ? value : source.own);
      target.local.assign(value);
    },
);

const picking = fc
  .tuple(anyView, fc.nat(3), fc.array(fc.nat(9), { maxLength: 7 }), fc.option(fc.integer()))
  .map(
    ([view, place, indices, value]): Step =>
      async (all) => {
        const { local, own } = at(all, view);
        if (local.ndim === 0) return;
        const axis = place % local.ndim;
        const length = local.shape[axis] as number;
        const picks = Int32Array.from(length === 0 ? [] : indices, (index) => index % length);
        const entries = [...new Array<null>(axis).fill(null), picks];
        const [taken, ownTaken] = [local.slice(...entries), own.slice(...entries)];
        if (value === null) return expectSame(ownTaken, taken);
        const several = fromArray(Array.from({ length: taken.size }, (_, k) => value + k)).reshape(
          taken.shape,
        );
        taken.assign(several);
        ownTaken.assign(several);
      },
  );

const masking = fc.tuple(anyView, fc.integer({ min: 2, max: 4 }), fc.integer()).map(
  ([view, every, value]): Step =>
    async (all) => {
      const { local, own } = at(all, view);
      if (local.ndim === 0) return;
      const mask = fromArray(
        Array.from({ length: local.size }, (_, k) => k % every === 0),
        { dtype: "bool" },
      ).reshape(local.shape);
      await expectSame(own.slice(mask), local.slice(mask));
      own.slice(mask).assign(value);
      local.slice(mask).assign(value);
    },
);

const reading = anyView.map(
  (view): Step =>
    async (all) => {
      const { local, own } = at(all, view);
      await expectSame(own, local);
      expect(await sum(own)).toBe(local.sum());
    },
);

const anySteps = fc.array(
  fc.oneof(
    slicing,
    slicing,
    transposing,
    reshaping,
    setting,
    assigningValue,
    assigningView,
    assigningView,
    picking,
    masking,
    reading,
  ),
  { minLength: 1, maxLength: 14 },
);

const anyWhole = fc
  .array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 3 })
  .chain((shape) => fc.tuple(fc.constant(shape), anyBlocks(shape)));

describe.each([
  { threads: 2, workers: 0 },
  { threads: 1, workers: 2 },
])("on $workers further workers of $threads threads", ({ threads, workers }) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads, workers });
  });
  afterAll(() => cluster.close());

  it("views of distributed arrays read and write as views of local arrays do", async () => {
    await fc.assert(
      fc.asyncProperty(anyWhole, anySteps, async ([shape, blocks], steps) => {
        const local = arange([sizeOf(shape)]).reshape(shape);
        const all: Views[] = [{ local, own: distribute(local.copy(), blocks) }];
        for (const step of steps) await step(all);
        for (const { local: expected, own } of all) await expectSame(own, expected.copy());
        for (const { own } of all) own.dispose();
      }),
      { numRuns: times(workers === 0 ? 8000 : 2500), seed: 11 },
    );
  });

  it("and what is disposed of leaves nothing behind", async () => {
    const { heap } = context();
    const once = async (): Promise<void> => {
      using DA = arange(Blocks(3, 3), [9, 9]);
      using row = DA.slice(2);
      using transposed = DA.transpose();
      using flat = transposed.reshape([-1]);
      for (let i = 0; i < 9; i++) {
        using column = DA.slice(null, i);
        using others = flat.slice([i, null, 9]);
        row.assign(column);
        others.assign(i);
      }
      await collect(flat);
    };
    await once();
    const { chunks } = heap.stats();
    for (let i = 0; i < 5; i++) await once();
    await expect.poll(() => heap.stats().chunks).toBeLessThan(chunks + 60);
  });
});
