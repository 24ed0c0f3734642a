/** The table of functions for users of NumPy names what there is, and all of it. */

import { readFileSync } from "node:fs";
import * as bodkin from "bodkin";
import { expect, it } from "vitest";

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const guide = read("docs/guides/numpy.md");

/** The last cells of the rows, and the text around the tables: where names are Bodkin's. */
const ours = guide
  .split("\n")
  .map((line) => (line.startsWith("|") ? (line.split(" | ").at(-1) as string) : line))
  .join("\n");
const named = [...ours.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code as string);

it("names functions that there are", () => {
  const cells = guide.split("\n").filter((line) => line.startsWith("| `"));
  expect(cells.length).toBeGreaterThan(50);
  const called = cells
    .flatMap((line) => [
      ...(line.split(" | ").at(-1) as string).matchAll(/(?<![.\w])([a-z]\w+)\(/gi),
    ])
    .map(([, name]) => name as string);
  expect(called.length).toBeGreaterThan(80);
  expect(called.filter((name) => !(name in bodkin))).toEqual([]);
  const methods = [...ours.matchAll(/\bx\.(\w+)\(/g)].map(([, name]) => name as string);
  const array = bodkin.zeros([1]) as unknown as Record<string, unknown>;
  expect(methods.filter((name) => typeof array[name] !== "function")).toEqual([]);
});

it("names all functions of arrays", () => {
  const exported = [...read("src/index.ts").matchAll(/export \{([^}]*)\} from "\.\/array\//g)]
    .flatMap(([, names]) => (names as string).split(","))
    .map((name) => name.trim())
    .filter((name) => name !== "" && !name.startsWith("type "));
  expect(exported.length).toBeGreaterThan(100);
  const words = new Set(named.flatMap((code) => code.match(/\w+/g) ?? []));
  // Parts of a matrix for `view`, and what makes arrays over memory.
  const others = [/Triangular$/, /[Dd]iagonal$/, /^ndarray$/];
  const isOther = (name: string): boolean => others.some((each) => each.test(name));
  expect(exported.filter((name) => !words.has(name) && !isOther(name))).toEqual([]);
});
