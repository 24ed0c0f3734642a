import { Blocks, type Cluster, ones, spawnWith, start, zeros } from "bodkin";
import { col, dtable } from "bodkin/table";
import { afterAll, beforeAll, expect, it } from "vitest";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 1 });
});
afterAll(() => cluster.close());

const display = Symbol.for("Jupyter.display");
const shown = (value: object): Record<string, string> =>
  (value as Record<symbol, () => Record<string, string>>)[display]?.() ?? {};

it.each([
  ["local arrays", () => zeros([2, 3])],
  ["distributed arrays", () => ones(Blocks(2), [4])],
  ["tables", () => dtable({ a: [1, 2], b: ["x", "y"] })],
  ["expressions", () => col("a").gt(1)],
  ["tasks", () => spawnWith({ name: "t" }, () => 1)],
  ["the cluster", () => cluster],
])("%s show themselves in notebooks as they print", async (_what, make) => {
  const value = make();
  const bundle = shown(value);
  expect(bundle["text/plain"]).toBe(String(value));
  expect(bundle["text/html"]).toMatch(/^<pre>.*<\/pre>$/s);
});

it("what a program calls its things is text there", () => {
  const { "text/html": html } = shown(spawnWith({ name: "<img src=x>&" }, () => 1));
  expect(html).toContain("&#60;img src=x&#62;&#38;");
});
