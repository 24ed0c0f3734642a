/** What the test runner has imported; how the engine's own imports travel is in test/system/loaders.test.ts. */

import { hash } from "node:crypto";
import * as os from "node:os";
import { dedupe, push, transduce } from "@thi.ng/transducers";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { Elsewhere } from "./elsewhere.ts";
import { pure, up } from "./fixtures/counter.ts";
import * as library from "./fixtures/library.ts";
import byDefault, { fromLibrary as renamed, Thing, table } from "./fixtures/library.ts";
import { ownExport } from "./host.ts";

const there = new Elsewhere();
afterAll(() => there[Symbol.asyncDispose]());

describe("imports arrive", () => {
  it("by name, renamed, by default, as members of the namespace, and not only functions", async () => {
    const use = (x: number) => [renamed(x), byDefault(x), library.fromLibrary(x), table.get("a")];
    expect(await there.call(use, 1)).toEqual([101, 202, 101, 1]);
    expect(await there.call(() => new Thing())).toBeInstanceOf(Thing);
  });

  it("without the state of their module, where they do not reach it", async () => {
    expect(await there.call((x: number) => pure(x), 1)).toBe(2);
  });

  it("of packages, by importing the package on the other side", async () => {
    const use = () => fc.sample(fc.constant(5), { numRuns: 2, seed: 1 });
    expect(await there.call(use)).toEqual([5, 5]);
    expect(there.ship(use).bytes.length).toBeLessThan(5000);
  });

  it("with unique symbols of their module, which are the other side's own", async () => {
    const withoutRepeats = dedupe<number>(); // compares with a Symbol() of its package
    const use = (xs: number[]) => transduce(withoutRepeats, push<number>(), xs);
    expect(await there.call(use, [1, 1, 2, 2, 1])).toEqual([1, 2, 1]);
  });

  it("of node: modules, by name", async () => {
    const use = (text: string) => [hash("sha1", text), os.EOL];
    expect(await there.call(use, "x")).toEqual([hash("sha1", "x"), os.EOL]);
  });

  it("of the library itself, by name: the other thread has its own", async () => {
    const use = () => ownExport;
    expect(await there.call(() => ownExport())).toBe("the one of this thread");
    expect(await there.call(use)).toBe(ownExport);
    const bytes = Buffer.from(there.ship(use).bytes).toString("latin1");
    expect(bytes).toContain("ownExport");
    expect(bytes).not.toContain("the one of this thread");
  });

  it("as stated, where they are stated", async () => {
    const job = () => up() + renamed(1);
    const captures = { up: () => 1000 };
    expect(await there.callWith({ captures }, job)).toBe(1101);
  });
});
