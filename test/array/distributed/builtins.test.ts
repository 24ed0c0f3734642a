/** Functions of the engine wherever functions of elements or folds are taken. */

import {
  Blocks,
  broadcast,
  type Cluster,
  collect,
  distribute,
  fold,
  folds,
  fromArray,
  map,
  range,
  spawn,
  start,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const VALUES = [4, -1, 2.5, Number.NaN, 9];
const array = () => distribute(VALUES, Blocks(2));

describe("functions of the engine", () => {
  it("are tasks, and arguments of tasks", async () => {
    expect(await spawn(Math.max, 1, 5, 2).fetch()).toBe(5);
    expect(await spawn((f: (x: number) => string, x: number) => f(x), String, 7).fetch()).toBe("7");
    expect(await spawn(JSON.stringify, [1, "a"]).fetch()).toBe('[1,"a"]');
  });

  it.each([Math.abs, Math.sqrt, Math.floor, Number, Number.isNaN, Boolean, Math.max, Math.hypot])(
    "%o of elements compiles, and gives what it gives",
    async (fn) => {
      const given = fn as (x: number) => number | boolean;
      const made = map(given, array());
      expect(made.explain()).toContain("WebAssembly");
      expect([...(await collect(made))]).toEqual(VALUES.map((x) => given(x)));
      expect([...map(given, fromArray(VALUES))]).toEqual(VALUES.map((x) => given(x)));
    },
  );

  it("take the elements of several arrays, as many as they have parameters", async () => {
    const one = array();
    const most = broadcast(Math.max, one, 3, one);
    expect(most.explain()).toContain("WebAssembly");
    expect([...(await collect(most))]).toEqual(VALUES.map((x) => Math.max(x, 3)));
    const roots = broadcast(Math.sqrt as (a: number, b: number) => number, one, one);
    expect([...(await collect(roots))]).toEqual(VALUES.map(Math.sqrt));
  });

  it("that kernels do not know are called one by one", async () => {
    const asText = array().map(Number.parseInt as unknown as (x: number) => number);
    expect(asText.explain()).toContain("JavaScript");
    expect([...(await collect(asText))]).toEqual([4, -1, 2, Number.NaN, 9]);
  });

  it("join and change what folds take", async () => {
    const xs = range(1, 100);
    const numbers = Array.from(xs as Iterable<number>);
    expect(await folds.reduce(Math.max, xs)).toBe(Math.max(...numbers));
    expect(await folds.reduce(Math.min, distribute([3, 1, 2], Blocks(2)))).toBe(1);
    expect(await folds.map(String, [1, 2])).toEqual(["1", "2"]);
    const most = fold(xs, { init: () => 0, step: Math.max, combine: Math.max });
    expect(await most).toBe(Math.max(...numbers));
    expect(await distribute([3, 1, 2], Blocks(2)).reduce(Math.max)).toBe(3);
  });
});

describe("collect", () => {
  it("refuses options that it has not, saying how to see a block without a copy", async () => {
    const options = { copy: false } as never;
    await expect(collect(array(), options)).rejects.toThrow(/chunks\[i\]\.fetch\(\{ copy: false/);
    await expect(array().collect(options)).rejects.toThrow(/chunks\[i\]\.fetch\(\{ copy: false/);
    await expect(collect(fromArray([1]), options)).rejects.toThrow(/no option 'copy'/);
    await expect(collect(array(), { sginal: 1 } as never)).rejects.toThrow(/did you mean 'signal'/);
    const view = await array().chunks[0]?.fetch({ copy: false });
    expect([...(view as Iterable<number>)]).toEqual([4, -1]);
  });
});
