import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { mayContinue, withCaptures } from "../../src/closure/codec.ts";
import type { AnyFunction } from "../../src/closure/host.ts";
import { Elsewhere } from "./elsewhere.ts";
import { ownExport } from "./host.ts";

const there = new Elsewhere();
afterAll(() => there[Symbol.asyncDispose]());

const LIMIT = 10;
const TABLE = Object.freeze({ a: 1, list: Object.freeze([1, 2]) });
const helper = (x: number): number => x + LIMIT;
let changing = 0;
changing++;

/** Whether the second shipment says that all shipments of a function are the same. */
const isStable = (fn: AnyFunction): boolean => {
  there.ship(fn);
  return there.ship(fn).stable;
};

describe("a function is sent once where it can never change", () => {
  it.each<[string, () => AnyFunction]>([
    ["captures nothing", () => (x: number) => x + 1],
    ["uses globals", () => (x: number) => Math.max(x, Number("1"))],
    ["captures constants", () => () => LIMIT],
    ["captures helpers with constants", () => (x: number) => helper(x)],
    ["is recursive", () => fib],
    ["captures frozen data", () => () => TABLE.list],
    ["captures a variable of a call that is never assigned again", () => closureOver(5)],
    ["captures a function of the engine", () => () => structuredClone(LIMIT)],
  ])("one that %s", (_, make) => {
    expect(isStable(make())).toBe(true);
  });

  it("is told so at once where it captures nothing", () => {
    expect(there.ship((x: number) => x + 1).stable).toBe(true);
  });

  it("gives the same bytes each time, and those of an equal closure but for the values", () => {
    const [a, b] = [closureOver(1), closureOver(1)];
    expect(there.ship(a).bytes).toEqual(there.ship(a).bytes);
    expect(there.ship(a).bytes).toEqual(there.ship(b).bytes);
    expect(there.ship(a).bytes).not.toEqual(there.ship(closureOver(2)).bytes);
  });

  it("one source text is kept for all closures of it", () => {
    const parcels = Array.from({ length: 50 }, (_, i) =>
      there.host.pack(() => there.codec.encodeFunction(closureOver(i)).bytes),
    );
    expect(new Set(parcels.flatMap(({ sources }) => [...sources.keys()])).size).toBe(1);
  });
});

describe("a function is read again at each shipment where it could change", () => {
  it.each<[string, () => AnyFunction]>([
    ["a variable that is assigned somewhere", () => () => changing],
    ["an object that could be changed", () => () => state],
    ["a frozen object with something open in it", () => () => HALF_FROZEN],
    ["a helper that captures one", () => () => reader()],
    ["a variable of a loop that it changes itself", () => counterFrom(0)],
    ["a global of the program", () => globalReader],
  ])("one that captures %s", (_, make) => {
    const place = globalThis as { ofTheProgram?: number };
    place.ofTheProgram = 1;
    expect(isStable(make())).toBe(false);
    delete place.ofTheProgram;
  });

  it("one that was given properties", () => {
    const fn = Object.assign((x: number) => x, { unit: "m" });
    expect(isStable(fn)).toBe(false);
  });

  it("and sends what its variables hold at that moment", async () => {
    let value = 1;
    const list = [1];
    const job = () => [value, list.length];
    expect(await there.call(job)).toEqual([1, 1]);
    value = 2;
    list.push(2);
    expect(await there.call(job)).toEqual([2, 2]);
    const { bytes } = there.ship(job);
    expect(there.ship(job).bytes).toEqual(bytes);
  });

  it("one with a stated capture that it changes", async () => {
    let count = 0;
    const up = withCaptures(() => ++count, { count: 5 });
    expect(isStable(up)).toBe(false);
    expect([await there.call(up), await there.call(up)]).toEqual([6, 6]);
  });

  it("and so is a helper that changes what it captured", async () => {
    const next = counterFrom(3);
    const job = () => [next(), next()];
    expect([await there.call(job), await there.call(job)]).toEqual([
      [3, 4],
      [3, 4],
    ]);
  });

  it("and what it changes there stays there", async () => {
    let count = 0;
    const up = () => ++count;
    expect([await there.call(up), await there.call(up), up(), await there.call(up)]).toEqual([
      1, 1, 1, 2,
    ]);
  });
});

describe("whether anything runs on after the call is known", () => {
  it.each<[boolean, string, () => AnyFunction]>([
    [false, "arithmetic", () => (x: number) => x + LIMIT],
    [false, "synchronous built-ins", () => (x: number[]) => x.map((y) => JSON.stringify(y))],
    [false, "a synchronous generator", () => () => [...numbers()]],
    [false, "an export that is known to be synchronous", () => () => ownExport()],
    [true, "await", () => async () => LIMIT],
    [true, "a helper that is async", () => () => later()],
    [true, "a timer", () => () => setTimeout(() => {}, 0)],
    [true, "then", () => () => Promise.resolve().then(() => 1)],
    [true, "an import of a package", () => () => fc.sample(fc.nat(), 1)],
  ])("%s: %s", (expected, _, make) => {
    expect(mayContinue(there.ship(make()).bytes)).toBe(expected);
  });
});

function fib(n: number): number {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

function closureOver(k: number): () => number {
  return () => k + 1;
}

function counterFrom(start: number): () => number {
  let at = start;
  return () => at++;
}

const state = { n: 0 };
const reader = () => state.n + changing;
const HALF_FROZEN = Object.freeze({ open: { n: 1 } });
// @ts-expect-error declared nowhere
const globalReader = () => ofTheProgram;

function* numbers(): Generator<number> {
  yield LIMIT;
}

async function later(): Promise<number> {
  return LIMIT;
}

beforeEach(() => {
  state.n++;
});
