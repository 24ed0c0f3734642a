/** What the compiler says of calls. Nothing here runs a task: the calls are in functions that nobody calls. */

import {
  type Chunk,
  fetchAll,
  mutable,
  type Shard,
  shard,
  spawn,
  spawnWith,
  type Task,
  task,
  tochunk,
  waitAll,
  waitAny,
  withOptions,
} from "bodkin";
import { describe, expect, expectTypeOf, it } from "vitest";

declare const number: Task<number>;
declare const text: Task<string>;
declare const chunk: Chunk<Float64Array>;
declare const pieces: Shard<Map<string, number>>;

const f = (x: number, y: string): boolean => y.length === x;

/** A check by the compiler, which ran if this file was built. */
function compiled(check: () => void): void {
  expect(check).toBeTypeOf("function");
}

describe("the types of tasks", () => {
  it("are those of the function: tasks, chunks and shards stand for their values", () => {
    compiled(() => {
      expectTypeOf(spawn(f, 1, "a")).toEqualTypeOf<Task<boolean>>();
      expectTypeOf(spawn(f, number, "a")).toEqualTypeOf<Task<boolean>>();
      expectTypeOf(spawn(f, number, text)).toEqualTypeOf<Task<boolean>>();
      expectTypeOf(spawn((x: number, y: string) => [x, y] as const, number, "a")).toEqualTypeOf<
        Task<readonly [number, string]>
      >();
      expectTypeOf(spawn((xs: Float64Array) => xs.length, chunk)).toEqualTypeOf<Task<number>>();
      expectTypeOf(spawn((m: Map<string, number>) => m.size, pieces)).toEqualTypeOf<Task<number>>();
      expectTypeOf(spawnWith({ name: "x" }, f, number, "a")).toEqualTypeOf<Task<boolean>>();
    });
  });

  it("refuse arguments that the function does not take", () => {
    compiled(() => {
      // @ts-expect-error text is no number
      spawn(f, "a", "a");
      // @ts-expect-error a task of text is no number
      spawn(f, text, "a");
      // @ts-expect-error one is missing
      spawn(f, 1);
      // @ts-expect-error one too many
      spawn(f, 1, "a", 2);
      // @ts-expect-error the chunk holds numbers
      spawn((xs: string[]) => xs.length, chunk);
      // @ts-expect-error not a function
      spawn(5);
      // @ts-expect-error options come first
      spawnWith(f, 1, "a");
    });
  });

  it("take what promises give, and nothing of tasks in tasks", () => {
    compiled(() => {
      expectTypeOf(spawn(async () => 1)).toEqualTypeOf<Task<number>>();
      expectTypeOf(spawn(async () => 1).fetch()).resolves.toEqualTypeOf<number>();
      expectTypeOf(spawn(() => Promise.resolve([1]))).toEqualTypeOf<Task<number[]>>();
      expectTypeOf(spawn(() => number)).toEqualTypeOf<Task<Task<number>>>();
      expectTypeOf(number.wait()).resolves.toEqualTypeOf<void>();
    });
  });

  it("know optional, rest and generic parameters", () => {
    compiled(() => {
      const optional = (x: number, y?: string) => `${x}${y}`;
      expectTypeOf(spawn(optional, 1)).toEqualTypeOf<Task<string>>();
      expectTypeOf(spawn(optional, number, text)).toEqualTypeOf<Task<string>>();
      const rest = (...xs: number[]) => xs.length;
      expectTypeOf(spawn(rest, 1, number, 3)).toEqualTypeOf<Task<number>>();
      const field = <T, K extends keyof T>(value: T, key: K): T[K] => value[key];
      const record = spawn(() => ({ a: 1, b: "b" }));
      expectTypeOf(spawn((r: { a: number; b: string }) => field(r, "b"), record)).toEqualTypeOf<
        Task<string>
      >();
    });
  });

  it("let a chunk or a task give the function", () => {
    compiled(() => {
      expectTypeOf(spawn(tochunk(f), number, "a")).toEqualTypeOf<Task<boolean>>();
      expectTypeOf(
        spawn(
          spawn(() => (x: number) => [x]),
          1,
        ),
      ).toEqualTypeOf<Task<number[]>>();
      // @ts-expect-error the chunk holds no function
      spawn(chunk, 1);
      expectTypeOf(task(f, { captures: {} })).toEqualTypeOf<typeof f>();
    });
  });

  it("go through everything that waits", () => {
    compiled(() => {
      expectTypeOf(fetchAll([number, text] as const)).resolves.toEqualTypeOf<[number, string]>();
      expectTypeOf(fetchAll([number, text])).resolves.toEqualTypeOf<[number, string]>();
      expectTypeOf(fetchAll(new Set([number]))).resolves.toEqualTypeOf<number[]>();
      expectTypeOf(waitAny([number])).resolves.toEqualTypeOf<Task<number>>();
      expectTypeOf(waitAll([number])).resolves.toEqualTypeOf<undefined>();
      expectTypeOf(waitAll(() => "x")).resolves.toEqualTypeOf<string>();
      expectTypeOf(withOptions({ priority: 1 }, () => number)).toEqualTypeOf<Task<number>>();
    });
  });

  it("go through data", () => {
    compiled(() => {
      expectTypeOf(mutable(() => new Map<string, number>())).toEqualTypeOf<
        Chunk<Map<string, number>>
      >();
      expectTypeOf(mutable(async () => [1])).toEqualTypeOf<Chunk<number[]>>();
      expectTypeOf(tochunk(chunk)).toEqualTypeOf<Chunk<Float64Array>>();
      expectTypeOf(shard(() => 1)).toEqualTypeOf<Shard<number>>();
      expectTypeOf(pieces.map((m) => m.size)).toEqualTypeOf<Task<number>[]>();
    });
  });
});
