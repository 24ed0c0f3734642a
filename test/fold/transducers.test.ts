/** Transducers over parts give what they give over all elements in a row; `@thi.ng/transducers` says what that is. */

import * as tx from "@thi.ng/transducers";
import {
  Blocks,
  type Cluster,
  cat,
  collect,
  dedupe,
  distinct,
  distribute,
  drop,
  dropLast,
  dropWhile,
  enumerate,
  filter,
  fold,
  interpose,
  mapcat,
  mapping,
  partition,
  partitionBy,
  pipe,
  range,
  scan,
  start,
  type Transducer,
  take,
  takeLast,
  takeNth,
  takeWhile,
} from "bodkin";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { times } from "../support/counts.ts";

type Numbers = Transducer<number, number>;

/** A transducer of ours and what the package has for it. */
interface Stage {
  readonly name: string;
  readonly ours: () => Numbers[];
  readonly theirs: () => tx.Transducer<number, number>[];
}

const stage = (
  name: string,
  ours: () => unknown | unknown[],
  theirs: () => unknown | unknown[],
): Stage => ({
  name,
  ours: () => [ours()].flat() as Numbers[],
  theirs: () => [theirs()].flat() as tx.Transducer<number, number>[],
});

const count = fc.nat(12);
const length = fc.integer({ min: 1, max: 5 });
const sumOf = (group: readonly number[]) => group.reduce((a, b) => a + b, 0);

/**
 * `takeLast` in the package's form. That of the package hands on what says that nothing more is wanted, where it completes,
 * as if it were the result.
 */
const takingLast =
  (k: number): tx.Transducer<number, number> =>
  ([init, complete, step]) => {
    const last: number[] = [];
    return [
      init,
      (result) => {
        let all: unknown = result;
        for (const x of last) {
          if (tx.isReduced(all)) break;
          all = step(all as typeof result, x);
        }
        return complete(tx.unreduced(all) as typeof result);
      },
      (result, x) => {
        if (last.push(x) > k) last.shift();
        return result;
      },
    ];
  };

const anyStage: fc.Arbitrary<Stage> = fc.oneof(
  count.map((k) =>
    stage(
      `mapping +${k}`,
      () => mapping((x: number) => x + k),
      () => tx.map((x: number) => x + k),
    ),
  ),
  length.map((k) =>
    stage(
      `filter %${k}`,
      () => filter((x: number) => x % k === 0),
      () => tx.filter((x: number) => x % k === 0),
    ),
  ),
  fc.constant(
    stage(
      "mapcat",
      () => mapcat((x: number) => (x % 2 ? [x, -x] : [])),
      () => tx.mapcat((x: number) => (x % 2 ? [x, -x] : [])),
    ),
  ),
  count.map((k) =>
    stage(
      `take ${k}`,
      () => take(k),
      () => tx.take(k),
    ),
  ),
  count.map((k) =>
    stage(
      `takeWhile <${k}`,
      () => takeWhile((x: number) => x < k),
      () => tx.takeWhile((x: number) => x < k),
    ),
  ),
  length.map((k) =>
    stage(
      `takeNth ${k}`,
      () => takeNth(k),
      () => tx.takeNth(k),
    ),
  ),
  // That of the package takes one where it should take none.
  length.map((k) =>
    stage(
      `takeLast ${k}`,
      () => takeLast(k),
      () => takingLast(k),
    ),
  ),
  count.map((k) =>
    stage(
      `drop ${k}`,
      () => drop(k),
      () => tx.drop(k),
    ),
  ),
  count.map((k) =>
    stage(
      `dropWhile <${k}`,
      () => dropWhile((x: number) => x < k),
      () => tx.dropWhile((x: number) => x < k),
    ),
  ),
  fc.constant(
    stage(
      "dedupe",
      () => dedupe(),
      () => tx.dedupe(),
    ),
  ),
  length.map((k) =>
    stage(
      `distinct %${k}`,
      () => distinct((x: number) => x % k),
      () => tx.distinct({ key: (x: number) => x % k }),
    ),
  ),
  fc.constant(
    stage(
      "interpose",
      () => interpose(7),
      () => tx.interpose(7),
    ),
  ),
  fc.constant(
    stage(
      "scan",
      () => scan([() => 0, (a: number) => a, (a: number, x: number) => a + x]),
      () => tx.scan([() => 0, (a: number) => a, (a: number, x: number) => a + x]),
    ),
  ),
  fc.tuple(length, fc.boolean()).map(([k, all]) =>
    stage(
      `partition ${k} ${all}`,
      () => [partition(k, all), mapping(sumOf as never)],
      () => [tx.partition(k, k, all), tx.map(sumOf as never)],
    ),
  ),
  length.map((k) =>
    stage(
      `partitionBy %${k}`,
      () => [partitionBy((x: number) => x % k === 0), mapping(sumOf as never)],
      () => [tx.partitionBy((x: number) => x % k === 0), tx.map(sumOf as never)],
    ),
  ),
  fc.constant(
    stage(
      "enumerate",
      () => [enumerate(), mapping((([i, x]: [number, number]) => i * x) as never)],
      () => [tx.indexed(), tx.map((([i, x]: [number, number]) => i * x) as never)],
    ),
  ),
  fc.constant(
    stage(
      "cat",
      () => [partition(2, true), cat()],
      () => [tx.partition(2, 2, true), tx.cat()],
    ),
  ),
);

const anyChain = fc.array(anyStage, { minLength: 1, maxLength: 4 });
const anyNumbers = fc.array(fc.integer({ min: -9, max: 20 }), { maxLength: 40 });

/** The package takes no notice of an early stop by what it hands on where all has been read. */
const stopsBeforeRests = (chain: readonly Stage[]): boolean => {
  const rests = chain.findIndex(({ name }) => /^(takeLast|partition|cat)/.test(name));
  return rests < 0 || !chain.slice(rests).some(({ name }) => /^take(While)? /.test(name));
};

/** What the package makes of them. */
const wanted = (chain: readonly Stage[], xs: Iterable<number>): number[] =>
  tx.transduce(
    (tx.comp as (...all: unknown[]) => tx.Transducer<number, number>)(
      tx.map((x: number) => x),
      ...chain.flatMap((each) => each.theirs()),
    ),
    tx.push<number>(),
    xs,
  );

const through = (xs: unknown, transducers: readonly unknown[]): Promise<number[]> =>
  (pipe as (...all: unknown[]) => { collect(): Promise<Iterable<number>> })(xs, ...transducers)
    .collect()
    .then((all) => [...all]);

describe.each([
  { threads: 1, workers: 0 },
  { threads: 3, workers: 0 },
  { threads: 1, workers: 2 },
])("on $workers further workers of $threads threads", ({ threads, workers }) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads, workers });
  });
  afterAll(() => cluster.close());

  it("chains of ours and of the package give the same, over any parts", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyChain,
        anyNumbers,
        fc.integer({ min: 1, max: 41 }),
        async (chain, xs, size) => {
          const expected = wanted(chain, xs);
          const ours = () => chain.flatMap((each) => each.ours());
          const distributed = distribute(Float64Array.from(xs), Blocks(size));
          expect(await through(distributed, ours())).toEqual(expected);
          expect(await through(xs, ours())).toEqual(expected);
          expect(
            await through(
              distributed,
              chain.flatMap((each) => each.theirs()),
            ),
          ).toEqual(expected);
        },
      ),
      { numRuns: times(4000), seed: 1 },
    );
  });

  it("folds behind transducers are those of the elements that come of them", async () => {
    await fc.assert(
      fc.asyncProperty(anyChain, anyNumbers, async (chain, xs) => {
        const expected = wanted(chain, xs);
        const piped = (pipe as (...all: unknown[]) => never)(
          distribute(Float64Array.from(xs), Blocks(5)),
          ...chain.flatMap((each) => each.ours()),
        );
        const join = { init: () => "", step: (a: string, x: number) => `${a},${x}` };
        expect(await fold(piped, { ...join, combine: (a: string, b: string) => a + b })).toBe(
          expected.map((x) => `,${x}`).join(""),
        );
        expect(await fold(piped, join)).toBe(expected.map((x) => `,${x}`).join(""));
        expect(await fold(piped, tx.add() as never)).toBe(sumOf(expected));
      }),
      { numRuns: times(1500), seed: 2 },
    );
  });
});

describe("transducers", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads: 2 });
  });
  afterAll(() => cluster.close());

  it("of ours work in the package", () => {
    fc.assert(
      fc.property(anyChain.filter(stopsBeforeRests), anyNumbers, (chain, xs) => {
        const made = tx.transduce(
          (tx.comp as (...all: unknown[]) => tx.Transducer<number, number>)(
            tx.map((x: number) => x),
            ...chain.flatMap((each) => each.ours()),
          ),
          tx.push<number>(),
          xs,
        );
        expect(made).toEqual(wanted(chain, xs));
      }),
      { numRuns: times(20_000), seed: 3 },
    );
  });

  it("dropLast leaves out what takeLast takes", async () => {
    for (const k of [0, 1, 3, 10, 20]) {
      const [most, last] = [dropLast<number>(k), takeLast<number>(k)];
      const both = [await pipe(range(10), most).collect(), await pipe(range(10), last).collect()];
      expect(both.flatMap((part) => [...(part as number[])])).toEqual([...range(10)]);
      expect([...(both[1] as Iterable<number>)]).toHaveLength(Math.min(k, 10));
    }
  });

  it("that only select leave an array of its dtype", async () => {
    const small = distribute(Int16Array.of(5, 1, 7, 2, 9), Blocks(2)).pipe(filter((x) => x < 6));
    const array = await collect(small);
    expect([array.dtype, array.toArray()]).toEqual(["i16", [5, 1, 2]]);
    const flags = distribute([true, false, true], Blocks(2)).pipe(filter((x) => x));
    expect((await flags.collect()).toArray()).toEqual([true, true]);
    expect(await small.pipe(mapping((x) => `${x}!`)).collect()).toEqual(["5!", "1!", "2!"]);
    const grid = distribute(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      Blocks(1, 2),
    ).pipe(take(4));
    expect((await grid.collect()).toArray()).toEqual([1, 2, 3, 4]);
  });

  it("pull no further than they must, from what never ends", async () => {
    let pulled = 0;
    function* naturals() {
      for (let i = 0; ; i++) {
        pulled++;
        yield i;
      }
    }
    const first = await pipe(
      naturals(),
      filter((x: number) => x % 10 === 0),
      take(3),
    ).collect();
    expect(first).toEqual([0, 10, 20]);
    expect(pulled).toBeLessThan(2000);
  });

  it("are refused where they are none", () => {
    expect(() => pipe([1], 3 as never)).toThrow("transducer");
    expect(() => pipe(5 as never)).toThrow(
      "takes an array, a range or anything that can be iterated",
    );
    expect(() => take(-1)).toThrow("take(-1): use an integer from 0");
    expect(() => scan(((a: number, x: number) => a + x) as never)).toThrow(
      "scan takes a reducer [init, complete, step]",
    );
    expect(() => partition(0)).toThrow("partition(0): use an integer from 1");
    expect(() => mapping(3 as never)).toThrow(
      "must be a function, not number: mapping(x => x * 2)",
    );
  });
});
