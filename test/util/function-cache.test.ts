import { expect, test } from "vitest";
import { BoundedMap } from "../../src/util/bounded-map.ts";
import { FunctionCache, sourceOf } from "../../src/util/function-cache.ts";

test("new functions share by source text, known ones have their own", () => {
  const cache = new FunctionCache<object>();
  const write = (k: number) => (x: number) => x * k;
  const [first, second] = [write(1), write(2)];
  const shared = cache.get([first], "", () => ({}));
  expect(cache.get([second], "", () => ({}))).toBe(shared);
  const own = cache.get([first], "", () => ({}));
  expect(own).not.toBe(shared);
  expect(cache.get([first], "", () => ({}))).toBe(own);
  expect(cache.get([second], "", () => ({}))).not.toBe(own);
  expect(cache.get([first], "other", () => ({}))).not.toBe(own);
});

test("pairs of functions are told apart", () => {
  const cache = new FunctionCache<object>();
  const [f, g] = [(x: number) => x, (x: number) => -x];
  const things = [
    [f, g],
    [g, f],
    [f, g],
    [g, f],
  ].map((pair) => cache.get(pair, "", () => ({})));
  expect(new Set(things).size).toBe(3);
  expect(sourceOf(f)).toBe("(x) => x");
});

test("a bounded map forgets the oldest and keeps undefined", () => {
  const map = new BoundedMap<number | undefined>(2);
  let made = 0;
  const make = (value: number | undefined) => () => {
    made++;
    return value;
  };
  map.getOrMake("a", make(undefined));
  map.getOrMake("b", make(2));
  expect(map.getOrMake("a", make(1))).toBe(undefined);
  expect(made).toBe(2);
  map.getOrMake("c", make(3));
  expect(map.getOrMake("b", make(9))).toBe(2);
  expect(map.getOrMake("a", make(7))).toBe(7);
  expect(made).toBe(4);
});
