import { createHash } from "node:crypto";
import * as path from "node:path";
import { basename } from "node:path";
import { runInNewContext } from "node:vm";
import { afterAll, describe, expect, it } from "vitest";
import { Elsewhere } from "./elsewhere.ts";

const there = new Elsewhere();
afterAll(() => there[Symbol.asyncDispose]());

const FACTOR = 3;
let late = 1;
late = 2;
const settings = { offset: 10, nested: { list: [1, 2, 3] } };

const scale = (x: number): number => x * FACTOR;
const shift = (x: number): number => scale(x) + settings.offset;

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}
function isEven(n: number): boolean {
  return n === 0 || isOdd(n - 1);
}
function isOdd(n: number): boolean {
  return n !== 0 && isEven(n - 1);
}

describe("functions arrive with what they captured", () => {
  it("constants, changed variables and objects of the module", async () => {
    expect(await there.call((x: number) => x * FACTOR + late, 4)).toBe(14);
    expect(await there.call(() => settings)).toEqual(settings);
  });

  it("variables of every scope around them, the nearest first", async () => {
    const x = 1;
    const y = 20;
    const make = (z: number) => {
      const x = 300;
      {
        const w = 4000;
        return () => x + y + z + w;
      }
    };
    expect(await there.call(make(50000))).toBe(54320);
    expect(x).toBe(1);
  });

  it("a variable of each turn of a loop", async () => {
    const all: (() => number)[] = [];
    for (let i = 0; i < 3; i++) all.push(() => i);
    const seen = [];
    for (const each of all) seen.push(await there.call(each));
    expect(seen).toEqual([0, 1, 2]);
  });

  it("helpers and the helpers of these", async () => {
    expect(await there.call((x: number) => shift(x) + 1, 5)).toBe(26);
  });

  it("recursion, mutual recursion, and both at once", async () => {
    expect(await there.call(factorial, 6)).toBe(720);
    expect(await there.call(isEven, 7)).toBe(false);
    const depth = (n: number): number => (n === 0 ? 0 : 1 + other(n - 1));
    const other = (n: number): number => (n === 0 ? 0 : 1 + depth(n - 1));
    expect(await there.call(depth, 9)).toBe(9);
    const named = function self(n: number): number {
      return n === 0 ? 0 : 2 + self(n - 1);
    };
    expect(await there.call(named, 3)).toBe(6);
  });

  it("functions that come back as results, with their own captures", async () => {
    const adder = (a: number) => (b: number) => a + b + FACTOR;
    const back = await there.call(adder, 1);
    expect(back(2)).toBe(6);
    expect(await there.call(back, 10)).toBe(14);
    expect(await there.call((f: (b: number) => number) => f(100), back)).toBe(104);
  });

  it("destructured, defaulted and rest parameters that look like captures", async () => {
    const k = 5;
    const fn = ({ a, b: [c = k] = [] }: { a: number; b?: number[] }, ...rest: number[]) =>
      a + c + rest.length;
    expect(await there.call(fn, { a: 1 }, 0, 0)).toBe(8);
    expect(await there.call(fn, { a: 1, b: [2] })).toBe(3);
  });
});

describe("functions of every form arrive", () => {
  it("async", async () => {
    const wait = async (x: number): Promise<number> => {
      await null;
      return scale(x);
    };
    expect(await there.call(async (x: number) => (await wait(x)) + 1, 2)).toBe(7);
  });

  it("generators and async generators", async () => {
    function* count(to: number) {
      for (let i = 1; i <= to; i++) yield i * FACTOR;
    }
    async function* later(to: number) {
      for (const each of count(to)) yield each + 1;
    }
    expect(await there.call((n: number) => [...count(n)], 3)).toEqual([3, 6, 9]);
    const collect = async (n: number) => {
      const all = [];
      for await (const each of later(n)) all.push(each);
      return all;
    };
    expect(await there.call(collect, 2)).toEqual([4, 7]);
  });

  it("methods, accessors and computed methods of object literals", async () => {
    const key = "computed";
    const object = {
      base: 2,
      method(x: number) {
        return this.base * x;
      },
      async later(x: number) {
        return this.method(x);
      },
      *each() {
        yield this.base;
      },
      [key](x: number) {
        return x + this.base;
      },
      "not a name"() {
        return this.base;
      },
      get double() {
        return this.base * 2;
      },
      set double(value: number) {
        this.base = value / 2;
      },
    };
    const use = async () => {
      const before = object.double;
      object.double = 10;
      const seen = [before, object.base, object.method(3), await object.later(2)];
      return [...seen, ...object.each(), object.computed(1), object["not a name"]()];
    };
    expect(await there.call(use)).toEqual([4, 5, 15, 10, 5, 6, 5]);
    expect(object.base).toBe(2);
  });

  it("a method alone, and one called with another `this`", async () => {
    const { area } = {
      area(this: { w: number; h: number }) {
        return this.w * this.h * FACTOR;
      },
    };
    expect(await there.call(() => area.call({ w: 2, h: 5 }))).toBe(30);
  });

  it("functions of sloppy code stay sloppy, and strict ones strict", async () => {
    const sloppy = new Function("a", "a", "return [typeof this, a]") as (
      ...all: number[]
    ) => unknown;
    expect(await there.call(sloppy, 1, 2)).toEqual(["object", 2]);
    const strict = function (this: unknown) {
      return typeof this;
    };
    expect(await there.call(strict)).toBe("undefined");
  });

  it("functions made by `new Function` and default names", async () => {
    const made = new Function("x", "return x + 1") as (x: number) => number;
    expect(await there.call(made, 1)).toBe(2);
    const anonymous = (
      () => () =>
        1
    )();
    const names = (...all: (() => number)[]) => all.map((each) => each.name);
    expect(await there.call(names, anonymous, factorial as never)).toEqual(["", "factorial"]);
  });
});

describe("functions of another context of the process arrive", () => {
  it("with what they captured there", async () => {
    const made = runInNewContext(`
      const list = [1, new Map([["k", 2]]), new Date(3), new RangeError("r")];
      class Box { constructor(x) { this.x = x } }
      const Old = function (y) { this.y = y };
      const later = async function* () { yield Math.max(1, 5) };
      async (x) => {
        const seen = [x, list[0], list[1].get("k"), +list[2], list[3].message, new Box(4).x];
        for await (const each of later()) seen.push(each, new Old(6).y);
        return seen;
      }`);
    expect(await there.call(made as (x: number) => Promise<unknown[]>, 0)).toEqual([
      0,
      1,
      2,
      3,
      "r",
      4,
      5,
      6,
    ]);
  });
});

describe("what every thread has travels by name", () => {
  it("globals and members taken off them", async () => {
    const { max } = Math;
    const { from } = Array;
    const log = console.log;
    expect(await there.call(() => max(1, from(new Set([5])).length) + Number("2"))).toBe(3);
    expect(await there.call(() => log === console.log && typeof structuredClone)).toBe("function");
  });

  it("exports and namespaces of node: modules", async () => {
    expect(await there.call(() => basename("/a/b.c"))).toBe("b.c");
    expect(await there.call(() => path.join("a", "b"))).toBe("a/b");
    const sum = (text: string) => createHash("sha1").update(text).digest("hex").slice(0, 6);
    expect(await there.call(sum, "x")).toBe(sum("x"));
  });

  it("names that may be missing, under typeof", async () => {
    const probe = () =>
      // @ts-expect-error there is no such name
      typeof nowhereAtAll === "undefined" && typeof document === "undefined";
    expect(await there.call(probe)).toBe(true);
  });

  it("what the program itself put on the global object travels by value", async () => {
    const place = globalThis as { ofTheProgram?: number };
    place.ofTheProgram = 7;
    try {
      // @ts-expect-error declared nowhere
      expect(await there.call(() => ofTheProgram + 1)).toBe(8);
    } finally {
      delete place.ofTheProgram;
    }
  });
});
