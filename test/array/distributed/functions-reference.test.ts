import { Blocks, type Cluster, collect, type DArray, distribute, start } from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, casesOf, expectOutcome, nameOf } from "../function-cases.ts";

/** Lengths of blocks along the axes, over and over. */
const PARTITIONINGS = [[2], [1, 3], [4, 2, 1]];

const isDArray = (value: unknown): value is DArray =>
  typeof value === "object" && value !== null && "chunks" in value;

/** Whatever a function gave, as local arrays and values. */
async function settled(given: unknown): Promise<unknown> {
  const result = await given;
  if (isDArray(result)) return collect(result);
  if (Array.isArray(result)) return Promise.all(result.map(settled));
  if (typeof result !== "object" || result === null || "dtype" in result) return result;
  const entries = Object.entries(result).map(async ([key, own]) => [key, await settled(own)]);
  return Object.fromEntries(await Promise.all(entries));
}

describe.each([
  ["elementary", "close"],
  ["manipulation", "exact"],
  ["reductions", "close"],
  ["scans", "close"],
  ["sorting", "exact"],
  ["standard", "exact"],
  ["statistics", "close"],
] as const)("%s of distributed arrays", (name, precision) => {
  const { inputs, cases } = casesOf(name);
  const functions = [...new Set(cases.map(({ fn }) => fn))];
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads: 2 });
  });
  afterAll(() => cluster.close());

  it.each(functions)("%s gives what NumPy gives, however arrays are cut", async (fn) => {
    const own = cases.filter((each) => each.fn === fn);
    expect(own.length).toBeGreaterThan(0);
    // Cases take turns; all of them are cut in every way in a soak.
    const ways = process.env["BODKIN_SOAK"] === "1" ? PARTITIONINGS.length : 1;
    for (let way = 0; way < ways; way++) {
      const results = own.map((each, at) => {
        const sizes = PARTITIONINGS[(at + way) % PARTITIONINGS.length] as number[];
        return settled(
          call(each, inputs, (array) => {
            const lengths = array.shape.map((_, axis) => sizes[axis % sizes.length] as number);
            return distribute(array, Blocks(...lengths));
          }),
        );
      });
      for (const [at, each] of own.entries()) {
        expectOutcome(await results[at], each.out, `${nameOf(each)}, turn ${at + way}`, precision);
      }
    }
  });
});
