import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const FOLDER = new URL("../../examples/", import.meta.url);
const run = promisify(execFile);

/** Runs an example as a user does. */
async function output(path: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [fileURLToPath(new URL(path, FOLDER)), ...args]);
  return stdout;
}

describe("the talk", () => {
  it("runs its array and table cells and the flights on two further workers, then kernels on a GPU", async () => {
    const text = await output("talk/main.ts");
    expect(text).toContain("workers 1, 2, 3");
    expect(text).toContain("64×64 DArray<f64> with 4×4 blocks of 16×16");
    expect(text).toMatch(/elements by worker: 2: \d+, 3: \d+\n/);
    expect(text).toMatch(/elements by thread: 1: \d+, 2: \d+\n/);
    expect(text).toContain("checked: a plain loop gives the same");
    expect(text.match(/checked: both agree on 3000000 flights/g)).toHaveLength(2);
    expect(text).toMatch(/The kernels run on the GPU|the kernels run on SwiftShader/);
    expect(text).toContain("checked: a plain loop agrees");
    expect(text).toMatch(/rows by worker: (2|3): \d+/);
    expect(text).toContain("checked: the groups have all rows");
    expect(text).toContain("checked: a plain loop over all flights gives the same");
  });
});

describe("the NAS Parallel Benchmarks", () => {
  it.each(["S", "W"])("give the published values of class %s", async (size) => {
    const text = await output("npb/main.ts", size);
    expect(text.match(/^(EP|CG|MG|FT) class [SW]: verified/gm)).toHaveLength(4);
    expect(text).not.toContain("WRONG");
  });
});

describe("every other example", () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".ts"));
  it.each(files)("%s runs and prints something", async (name) => {
    expect(await output(name)).not.toBe("");
  });
});
