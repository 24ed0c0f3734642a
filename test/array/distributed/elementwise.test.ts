import {
  arange,
  Blocks,
  broadcast,
  type Cluster,
  collect,
  type DArray,
  distribute,
  fromArray,
  map,
  type NDArray,
  rand,
  start,
  TaskFailedError,
  zeros,
} from "bodkin";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { times } from "../../support/counts.ts";
import { anyArray, anyShape } from "../helpers.ts";
import { anyBlocks, distributed, expectSame } from "./support.ts";

describe.each([
  { threads: 1, workers: 0 },
  { threads: 3, workers: 0 },
  { threads: 2, workers: 2 },
])("on $workers further workers of $threads threads", ({ threads, workers }) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads, workers });
  });
  afterAll(() => cluster.close());

  const numRuns = times(3000);

  it("distributes and collects arrays of every dtype and shape, however they are cut", async () => {
    await fc.assert(
      fc.asyncProperty(distributed(anyArray()), ({ local, distributed: own }) =>
        expectSame(own, local),
      ),
      { numRuns, seed: 1 },
    );
  });

  it("distributes views", async () => {
    const view = arange([6, 8]).slice([1, 5], [null, null, 3]).transpose();
    await expectSame(distribute(view, Blocks(2, 3)), view.copy());
  });

  it("copies: later changes of the source are not seen", async () => {
    const source = zeros([8]);
    const copy = distribute(source, Blocks(3));
    source.fill(5);
    await expectSame(copy, zeros([8]));
    const taken = await collect(copy);
    taken.fill(7);
    await expectSame(copy, zeros([8]));
  });

  it("cuts distributed arrays anew", async () => {
    await fc.assert(
      fc.asyncProperty(
        distributed(anyArray()).chain((pair) =>
          anyBlocks(pair.local.shape).map((blocks) => ({ ...pair, blocks })),
        ),
        async ({ local, distributed: own, blocks }) => {
          await expectSame(own.rechunk(blocks), local);
          await expectSame(distribute(own, blocks), local);
        },
      ),
      { numRuns: times(1000), seed: 2 },
    );
  });

  it("maps as local arrays do", async () => {
    const functions = [
      (x: number) => x * 2 - 1,
      (x: number) => x > 50,
      (x: number) => ({ re: x, im: -x }),
    ];
    await fc.assert(
      fc.asyncProperty(
        distributed(anyArray(fc.constantFrom("f64", "f32", "i32", "u8"))),
        fc.constantFrom(...functions),
        async ({ local, distributed: own }, fn) => {
          await expectSame(own.map(fn as never), local.map(fn as never));
        },
      ),
      { numRuns, seed: 3 },
    );
  });

  it("converts dtypes as local arrays do", async () => {
    await fc.assert(
      fc.asyncProperty(
        distributed(anyArray(fc.constantFrom("f64", "i16", "bool"))),
        fc.constantFrom("f64", "f32", "i32", "u8", "bool", "c128"),
        async ({ local, distributed: own }, dtype) => {
          await expectSame(own.astype(dtype), local.astype(dtype));
        },
      ),
      { numRuns: times(1000), seed: 4 },
    );
  });

  it("broadcasts arrays of any blocks, local arrays and single values, as local arrays do", async () => {
    const operands = anyShape.chain((shape) => {
      const dropped = fc
        .tuple(fc.nat(shape.length), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
        .map(([from, ones]) =>
          shape.map((n, axis) => (ones[axis] ? 1 : n)).slice(Math.min(from, shape.length)),
        );
      return fc.tuple(
        distributed(anyArray(fc.constantFrom("f64", "f32"), fc.constant(shape))),
        distributed(anyArray(fc.constantFrom("f64", "i32"), dropped)),
        anyArray(fc.constantFrom("f64", "u8"), dropped),
      );
    });
    await fc.assert(
      fc.asyncProperty(operands, fc.boolean(), async ([a, b, c], isFirst) => {
        const fn = (x: number, y: number, z: number, k: number) => x + 2 * y - z * k;
        const wide = isFirst
          ? broadcast(fn as never, a.distributed, b.distributed, c, 3)
          : broadcast(fn as never, b.distributed, a.distributed, c, 3);
        const plain = isFirst
          ? broadcast(fn as never, a.local, b.local, c, 3)
          : broadcast(fn as never, b.local, a.local, c, 3);
        await expectSame(wide as DArray, plain as NDArray);
      }),
      { numRuns, seed: 5 },
    );
  });

  it("makes arrays on the workers that equal local ones", async () => {
    await expectSame(rand(Blocks(7, 3), [16, 11], { seed: 9 }), rand([16, 11], { seed: 9 }));
    await expectSame(arange(Blocks(3), [10], 5, 2), arange([10], 5, 2));
    await expectSame(zeros(Blocks(2), [5], { dtype: "i8" }), zeros([5], { dtype: "i8" }));
    await expectSame(zeros(Blocks(), []), zeros([]));
    await expectSame(zeros(Blocks(4, 4), [0, 3]), zeros([0, 3]));
  });

  it("ships what a function captures, as it is at the call", async () => {
    const DA = arange(Blocks(4), [10]);
    const results: DArray[] = [];
    for (let k = 0; k < 3; k++) results.push(map((x) => x * k, DA));
    for (const [k, result] of results.entries()) {
      await expectSame(
        result,
        arange([10]).map((x) => x * k),
      );
    }
  });

  it("fails where the function fails, and says in which block's task", async () => {
    const DA = arange(Blocks(4), [10]);
    const bad = DA.map(function refuseSeven(x) {
      if (x === 7) throw new RangeError("seven");
      return x;
    });
    const error = await bad.collect().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(TaskFailedError);
    expect((error as TaskFailedError).cause).toBeInstanceOf(RangeError);
    expect((error as TaskFailedError).message).toContain("map(refuseSeven)");
    await bad.wait();
    expect(String(bad)).toContain("1 of 3 blocks failed");
    const later = await map((x) => x + 1, bad)
      .collect()
      .catch((reason: unknown) => reason);
    expect((later as TaskFailedError).path).toHaveLength(2);
  });
});

describe("types and wrong calls", () => {
  it("infers dtypes, and what is distributed", () => {
    const check = () => {
      const DA = rand(Blocks(4), [8]);
      expectTypeOf(DA).toEqualTypeOf<DArray<"f64">>();
      expectTypeOf(rand([8], { dtype: "f32" })).toEqualTypeOf<NDArray<"f32">>();
      expectTypeOf(map((x) => x > 1, DA)).toEqualTypeOf<DArray<"bool">>();
      expectTypeOf(broadcast((a, b) => a + b, DA, rand([8]))).toEqualTypeOf<DArray<"f64">>();
      expectTypeOf(broadcast((a, b) => a + b, rand([8]), 1)).toEqualTypeOf<NDArray<"f64">>();
      expectTypeOf(collect(DA)).resolves.toEqualTypeOf<NDArray<"f64">>();
      expectTypeOf(distribute(new Float32Array(4), Blocks(2))).toEqualTypeOf<DArray<"f32">>();
      expectTypeOf(DA.map((x) => x, { dtype: "i32" })).toEqualTypeOf<DArray<"i32">>();
    };
    expect(check).toBeTypeOf("function");
  });

  it.each<[string, () => unknown, RegExp]>([
    ["blocks of another dimension", () => rand(Blocks(4, 4), [8]), /Blocks\(4, 4\).*2 dimensions/],
    ["no partitioning", () => distribute([1, 2], "x" as never), /use Blocks/],
    ["no parts", () => distribute([1, 2], 0), /0 parts/],
    [
      "shapes that do not fit",
      () => broadcast((a, b) => a + b, arange(Blocks(2), [4]), [1] as unknown as number),
      /made by this library/,
    ],
    [
      "shapes that differ",
      () => broadcast((a, b) => a + b, arange(Blocks(2), [4]), arange([3])),
      /do not fit/,
    ],
    [
      "map of different shapes",
      () => map((a, b) => a + b, arange(Blocks(2), [4]), arange([1])),
      /one shape/,
    ],
    ["no function", () => map(5 as never, arange(Blocks(2), [4])), /function first/],
    ["no array", () => map((x) => x, ...([] as NDArray[])), /at least one array/],
    [
      "an unknown option",
      () => map((x) => x, arange(Blocks(2), [4]), { type: "f32" } as never),
      /no option 'type'/,
    ],
    [
      "real numbers of complex ones",
      () => arange(Blocks(2), [4], { dtype: "c64" }).astype("f64"),
      /choose the part you mean/,
    ],
    ["an unknown dtype", () => arange(Blocks(2), [4]).astype("f16" as never), /not a dtype/],
    [
      "a function that cannot travel",
      () => map(Math.sin.bind(null), arange(Blocks(2), [4])),
      /bound function/,
    ],
    ["ragged rows", () => distribute([[1, 2], [3]], Blocks(1, 1)), /has 1 elements/],
  ])("refuses %s before anything runs", (_name, call, message) => {
    expect(call).toThrow(message);
  });

  it("distributes whatever holds elements", async () => {
    await expectSame(
      distribute(
        [
          [1, 2],
          [3, 4],
        ],
        Blocks(1, 2),
      ),
      fromArray([
        [1, 2],
        [3, 4],
      ]),
    );
    await expectSame(
      distribute(new Int16Array([1, 2, 3]), 2),
      fromArray(new Int16Array([1, 2, 3])),
    );
    const foreign = {
      data: new Float64Array([1, 2, 3, 4]),
      shape: [2, 2],
      stride: [1, 2],
      offset: 0,
    };
    await expectSame(
      distribute(foreign, Blocks(1, 1)),
      fromArray([
        [1, 3],
        [2, 4],
      ]),
    );
  });
});
