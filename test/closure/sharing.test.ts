import { afterAll, describe, expect, it } from "vitest";
import type { AnyFunction } from "../../src/closure/host.ts";
import { Elsewhere } from "./elsewhere.ts";
import { refusalOf } from "./refusal-of.ts";

const there = new Elsewhere();
afterAll(() => there[Symbol.asyncDispose]());

let moduleCount = 0;
const moduleUp = () => ++moduleCount;
const moduleNow = () => moduleCount;

describe("functions that share a variable which one of them changes stay together", () => {
  it("variables of the module", async () => {
    expect(await there.call(() => [moduleUp(), moduleUp(), moduleNow()])).toEqual([1, 2, 2]);
    expect(moduleCount).toBe(0);
  });

  it("members of one object literal", async () => {
    const make = () => {
      let n = 10;
      return {
        up: () => ++n,
        down() {
          return --n;
        },
        get now() {
          return n;
        },
      };
    };
    const counter = make();
    counter.up();
    const use = () => [counter.up(), counter.up(), counter.down(), counter.now];
    expect(await there.call(use)).toEqual([12, 13, 12, 12]);
    expect(counter.now).toBe(11);
  });

  it("functions that hold each other", async () => {
    let n = 0;
    const up = () => ++n;
    const upTwice = () => {
      up();
      return up() + n;
    };
    expect(await there.call(upTwice)).toBe(4);
    expect(n).toBe(0);
  });

  it("the task itself and its helper", async () => {
    let total = 5;
    const add = (x: number) => {
      total += x;
    };
    const job = (x: number) => {
      add(x);
      total *= 2;
      return total;
    };
    expect(await there.call(job, 1)).toBe(12);
  });

  it("and stay together when they come back and are sent on", async () => {
    const make = () => {
      let n = 0;
      return { up: () => ++n, now: () => n };
    };
    const back = await there.call(make);
    expect([back.up(), back.now()]).toEqual([1, 1]);
    const again = await there.call((pair: ReturnType<typeof make>) => {
      return { pair, seen: [pair.up(), pair.now()] };
    }, back);
    expect(again.seen).toEqual([2, 2]);
    expect([again.pair.up(), again.pair.now(), back.now()]).toEqual([3, 3, 1]);
  });
});

describe("functions of separate variables stay apart", () => {
  const counter = (start: number) => {
    let n = start;
    return () => ++n;
  };

  it("two of one factory", async () => {
    const [a, b] = [counter(0), counter(100)];
    const outcome = await attempt(() => [a(), a(), b()]);
    // Separate they are; where that cannot be proved they are refused, and never mixed up.
    if (typeof outcome === "string") expect(outcome).toContain("it changes the variable 'n'");
    else expect(outcome).toEqual([1, 2, 101]);
  });

  it("one that only has a name in common", async () => {
    let n = 5;
    const own = () => ++n;
    const other = (
      (n: number) => () =>
        n
    )(50);
    expect(await there.call(() => [own(), other(), own()])).toEqual([6, 50, 7]);
  });
});

describe("where neither sameness nor separateness can be proved they are refused", () => {
  it("with the variable, both functions and the remedy", () => {
    const make = () => {
      let n = 0;
      const list: AnyFunction[] = [];
      list.push(
        () => ++n,
        () => n,
      );
      return list;
    };
    const [up, now] = make();
    const message = refusalOf(() => [up, now]);
    expect(message).toContain("it changes the variable 'n', which 'now' uses as well");
    expect(message).toContain("copies of it would not stay in step");
    expect(message).toContain(
      "Keep what changes in an object that both use, such as const state = { n }.",
    );
  });

  it("and the remedy works", async () => {
    const make = () => {
      const state = { n: 0 };
      return [() => ++state.n, () => state.n] as const;
    };
    const [up, now] = make();
    expect(await there.call(() => [up(), up(), now()])).toEqual([1, 2, 2]);
  });
});

async function attempt<R>(fn: () => R): Promise<R | string> {
  try {
    return (await there.call(fn)) as R;
  } catch (error) {
    return (error as Error).message;
  }
}
