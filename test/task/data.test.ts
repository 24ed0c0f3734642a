import {
  addWorkers,
  allProcessors,
  type Chunk,
  type Cluster,
  fetchAll,
  mutable,
  myid,
  type NDArray,
  rand,
  SchedulingError,
  scope,
  spawn,
  spawnWith,
  start,
  threadid,
  tochunk,
  withOptions,
  zeros,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { causeOf } from "../support/failures.ts";

const THREADS = 2;
let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: THREADS });
  await addWorkers(2, { threads: THREADS });
});
afterAll(() => cluster.close());

const place = () => [myid(), threadid()];

describe("a chunk", () => {
  it("holds any value, and knows what it is and where", async () => {
    const typed = tochunk(new Float64Array(10));
    expect([typed.domain, typed.size, typed.scope]).toEqual([[10], 80, undefined]);
    expect(typed.processor).toMatchObject({ kind: "thread", worker: 1 });
    expect(await typed.fetch()).toEqual(new Float64Array(10));

    const array = tochunk(zeros([3, 4], { dtype: "f32" }));
    expect([array.domain, array.size]).toEqual([[3, 4], 48]);
    expect((await array.fetch()).shape).toEqual([3, 4]);

    const other = tochunk({ a: [1, new Map([["b", 2]])] });
    expect(other.domain).toBeUndefined();
    expect(other.size).toBeGreaterThan(0);
    expect(await other.fetch()).toEqual({ a: [1, new Map([["b", 2]])] });

    for (const value of [0, -1.5, "text", null, undefined, true, 2n ** 70n]) {
      expect(await tochunk(value).fetch()).toBe(value);
    }
    expectTypeOf(array).toEqualTypeOf<Chunk<NDArray<"f32">>>();
  });

  it("of a chunk is that chunk", () => {
    const chunk = tochunk([1, 2]);
    expect(tochunk(chunk)).toBe(chunk);
    const made = mutable(() => [1]);
    expect(tochunk(made)).toBe(made);
  });

  it("gives copies: what is fetched, and what it was made of, is yours", async () => {
    const own = Float64Array.of(1, 2, 3);
    const chunk = tochunk(own);
    own[0] = 9;
    const first = await chunk.fetch();
    first[1] = 9;
    expect(await chunk.fetch()).toEqual(Float64Array.of(1, 2, 3));
  });

  it("moves to the task, wherever that is, and stays the same", async () => {
    const data = Float64Array.from({ length: 1000 }, (_, i) => i);
    const chunk = tochunk(data);
    const sum = (xs: Float64Array) => [myid(), xs.reduce((a, b) => a + b, 0)];
    for (const worker of [1, 2, 3]) {
      const task = spawnWith({ scope: scope({ worker }) }, sum, chunk);
      expect(await task.fetch()).toEqual([worker, 499_500]);
    }
    expect(await chunk.fetch()).toEqual(data);
  });

  it("travels by reference inside of other values", async () => {
    const chunk = tochunk(Float64Array.of(1, 2, 3));
    const read = async ({ data }: { data: Chunk<Float64Array> }) => (await data.fetch())[1];
    for (const worker of [1, 2]) {
      const task = spawnWith({ scope: scope({ worker }) }, read, { data: chunk });
      expect(await task.fetch()).toBe(2);
    }
    const back = await spawn((held: { data: Chunk<Float64Array> }) => held, {
      data: chunk,
    }).fetch();
    expect(await back.data.fetch()).toEqual(Float64Array.of(1, 2, 3));
  });

  it("is given as itself to functions that ask for meta", async () => {
    const chunk = tochunk(Float64Array.of(1, 2, 3));
    const look = (c: Chunk<Float64Array>) => [c.size, c.domain];
    for (const worker of [1, 2]) {
      const task = spawnWith({ meta: true, scope: scope({ worker }) }, look, chunk);
      expect(await task.fetch()).toEqual([24, [3]]);
    }
    const result = spawnWith(
      { meta: true },
      async (c: unknown) => (await (c as Chunk<Float64Array>).fetch())[0],
      spawn(() => Float64Array.of(7)),
    );
    expect(await result.fetch()).toBe(7);
  });

  it("may hold the function of a task", async () => {
    const base = 10;
    const fn = tochunk((x: number) => x + base);
    expect(await spawn(fn, 1).fetch()).toBe(11);
    expect(
      await spawnWith(
        { scope: scope({ worker: 2 }) },
        fn,
        spawn((x: number) => x, 2),
      ).fetch(),
    ).toBe(12);
    const made = spawn((n: number) => (x: number) => x * n, 3);
    expect(await spawn(made, 5).fetch()).toBe(15);
    expect(String(await causeOf(spawn(tochunk(5) as never, 1)))).toMatch(
      /its chunk holds number 5/,
    );
  });

  it("is given up by hand; tasks that have it keep it", async () => {
    const chunk = tochunk(Float64Array.of(1, 2));
    const task = spawn((xs: Float64Array) => xs[1], chunk);
    chunk.dispose();
    chunk.dispose();
    expect(await task.fetch()).toBe(2);
    await expect(chunk.fetch()).rejects.toThrow(/disposed of/);
    expect(() => spawn((xs: Float64Array) => xs[1], chunk)).toThrow(/disposed of/);
    expect(() => chunk.size).toThrow(/disposed of/);
    const early = mutable(() => [1]); // not made yet
    early.dispose();
    await expect(early.fetch()).rejects.toThrow(/disposed of/);
  });
});

describe("mutable data", () => {
  const count = (m: Map<string, number>, key: string) => {
    m.set(key, (m.get(key) ?? 0) + 1);
    return place();
  };

  it("is made where it shall be, and tasks come to it", async () => {
    for (const worker of [1, 2, 3]) {
      const made = mutable(() => ({ made: [myid(), threadid()], seen: 0 }), { worker });
      const visit = (data: { made: number[]; seen: number }) => {
        data.seen++;
        return [data.made, [myid(), threadid()]];
      };
      const visits = await fetchAll(Array.from({ length: 10 }, () => spawn(visit, made)));
      for (const [where, here] of visits) expect(here).toEqual(where);
      expect(visits[0]?.[0]?.[0]).toBe(worker);
      expect((await made.fetch()).seen).toBe(10);
      expect(made.processor).toMatchObject({ worker });
      expect(String(made.scope)).toBe(`Scope(thread all of worker ${worker})`);
    }
  });

  it("of numbers is changed in place by every thread of its worker", async () => {
    for (const worker of [1, 2]) {
      const cells = mutable(() => new Float64Array(50), { worker });
      const fill = (xs: Float64Array, i: number) => {
        xs[i] = i;
        return myid();
      };
      const tasks = Array.from({ length: 50 }, (_, i) => spawn(fill, cells, i));
      expect(new Set(await fetchAll(tasks))).toEqual(new Set([worker]));
      expect(await cells.fetch()).toEqual(Float64Array.from({ length: 50 }, (_, i) => i));
    }
    const grid = mutable(() => rand([4, 4]), { worker: 3 });
    await spawn((a: NDArray<"f64">) => a.set(1, 2, 42), grid).wait();
    expect((await grid.fetch()).get(1, 2)).toBe(42);
    expect([grid.domain, grid.size]).toEqual([[4, 4], 128]);
  });

  it("is made on a processor or in a scope, too", async () => {
    const [processor] = allProcessors().filter(
      ({ worker, thread }) => worker === 2 && thread === 2,
    );
    const there = mutable(() => new Map<string, number>(), { processor });
    expect(await spawn(count, there, "a").fetch()).toEqual([2, 2]);
    const within = mutable(() => new Map<string, number>(), {
      scope: scope({ worker: 3, thread: 1 }),
    });
    expect(await spawn(count, within, "a").fetch()).toEqual([3, 1]);
    const scoped = withOptions({ scope: scope({ worker: 1 }) }, () =>
      mutable(() => new Map<string, number>()),
    );
    expect((await spawn(count, scoped, "a").fetch())[0]).toBe(1);
    // The options of the data win over those around it.
    const own = withOptions({ computeScope: scope({ worker: 3 }) }, () =>
      mutable(() => new Map<string, number>(), { worker: 2 }),
    );
    expect((await spawn(count, own, "a").fetch())[0]).toBe(2);
  });

  it("refuses tasks that must not come to it", async () => {
    const map = mutable(() => new Map<string, number>(), { worker: 2 });
    const away = { scope: scope({ worker: 3 }) };
    expect(await causeOf(spawnWith(away, count, map, "a"))).toBeInstanceOf(SchedulingError);
    const other = mutable(() => new Map<string, number>(), { worker: 3 });
    const both = spawn(
      (a: Map<string, number>, b: Map<string, number>) => a.size + b.size,
      map,
      other,
    );
    expect(await causeOf(both)).toBeInstanceOf(SchedulingError);
    // Where nobody said where it is, that is seen when it is made.
    const anywhere = mutable(() => new Map<string, number>());
    await anywhere.fetch();
    const at = anywhere.processor;
    const elsewhere = { scope: scope({ worker: at?.worker === 2 ? 3 : 2 }) };
    expect(await causeOf(spawnWith(elsewhere, count, anywhere, "a"))).toBeInstanceOf(
      SchedulingError,
    );
    const thread = { scope: scope({ worker: at?.worker ?? 0, thread: at?.thread === 1 ? 2 : 1 }) };
    expect(await causeOf(spawnWith(thread, count, anywhere, "a"))).toBeInstanceOf(SchedulingError);
    expect(await spawn(count, anywhere, "a").fetch()).toEqual([at?.worker, at?.thread]);
  });

  it("fails its users where it cannot be made", async () => {
    const never = mutable((): Map<string, number> => {
      throw new RangeError("no room");
    });
    expect(await causeOf(never)).toBeInstanceOf(RangeError);
    expect(await causeOf(spawn(count, never, "a"))).toBeInstanceOf(RangeError);
  });

  it("may be made by an asynchronous function", async () => {
    const made = mutable(async () => new Set([myid()]), { worker: 2 });
    expectTypeOf(made).toEqualTypeOf<Chunk<Set<number>>>();
    expect(await made.fetch()).toEqual(new Set([2]));
  });
});
