import "../gpu/software.ts"; // the bench of GPUs runs on any machine
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { PATTERNS, type Pattern } from "../../bench/task-bench/graph.ts";
import { granularityOf, pointsOf } from "../../bench/task-bench/metg.ts";

const BENCH = new URL("../../bench/", import.meta.url);

async function output(file: string, ...args: string[]): Promise<string> {
  const path = fileURLToPath(new URL(file, BENCH));
  const { stdout } = await promisify(execFile)(process.execPath, [path, ...args]);
  return stdout;
}

/** The cell of a table in Markdown: the first with these columns. */
function cell(text: string, columns: readonly string[], row: string, column: string): string {
  const rows = text.split("\n").map((line) => line.split("|").map((part) => part.trim()));
  const head = rows.findIndex((cells) => columns.every((name) => cells.includes(name)));
  const at = rows[head]?.indexOf(column) ?? -1;
  return rows.slice(head).find((cells) => cells[1] === row)?.[at] ?? "";
}

describe("every bench", () => {
  it.each([
    ["overhead", "10", ["Bodkin", "Piscina", "Tinypool", "postMessage"]],
    ["metg", "stencil_1d, width 4", ["Bodkin", "OpenMP", "Piscina"]],
    ["elementwise", "fused, 1 MB", ["C, 2 threads", "Bodkin, 2 threads", "JS loop, 1 thread"]],
    ["sum", "var, 1 MB", ["C, 2 threads", "Bodkin, 2 threads", "JS loop, 1 thread"]],
    ["matmul", "f64, 64", ["OpenBLAS, 1 thread", "Bodkin, 2 threads", "WebAssembly, 1 thread"]],
    ["npb", "EP, class S", ["1 thread", "2 threads", "C, 2 threads"]],
    ["gpu", "a launch, µs", ["Bodkin", "the device itself", "ratio"]],
    ["first-task", "Bodkin", ["from its first line", "from process start"]],
  ])("%s runs, and prints a table with all systems", async (topic, row, columns) => {
    const text = await output("run.ts", topic, "--tiny");
    const missing = text.split("\n").filter((line) => line.includes("not run, needs"));
    if (process.env["BODKIN_REQUIRE_ALL"] === "1") expect(missing).toEqual([]);
    for (const column of columns) {
      const isMissing = missing.some((line) => line.includes(column));
      // A noisy machine may leave a curve without its METG: the finest task that was seen is a figure then.
      expect(cell(text, columns, row, column)).toMatch(isMissing ? /^–$/ : /\d/);
    }
  });

  it.each(["overhead", "metg", "elementwise", "sum", "matmul", "npb", "gpu", "first-task"])(
    "%s has its place in the README",
    (topic) => {
      const readme = readFileSync(new URL("README.md", BENCH), "utf8");
      expect(readme).toContain(`<!-- ${topic}: begin -->`);
      expect(readme).toContain(`<!-- ${topic}: end -->`);
    },
  );

  it("is refused by name where there is none", async () => {
    await expect(output("run.ts", "speed")).rejects.toThrow("there is no benchmark 'speed'");
  });
});

describe("Task Bench", () => {
  const SIZE = ["-steps", "20", "-width", "8", "-radix", "5", "-period", "2"];

  /** Dependencies of 20 rows of 8 tasks. */
  const COUNTS: Readonly<Record<Pattern, number>> = {
    trivial: 0,
    no_comm: 19 * 8,
    stencil_1d: 19 * 22,
    stencil_1d_periodic: 19 * 24,
    fft: 7 * 22 + 6 * 20 + 6 * 16,
    all_to_all: 19 * 64,
    nearest: 19 * 34,
    spread: 19 * 40,
  };

  it.each(PATTERNS)("runs %s, and reports as the reference does", async (pattern) => {
    const log = await output("task-bench/main.ts", ...SIZE, "-type", pattern, "-passes", "2");
    expect(log).toContain(`      Dependence Type: ${pattern}\n`);
    expect(log).toContain(`\nTotal Tasks 160\nTotal Dependencies ${COUNTS[pattern]}\n`);
    expect(log).toMatch(/\nElapsed Time \d\.\d{6}e[+-]\d\d seconds\nFLOP\/s /);
    expect(pointsOf(log)).toHaveLength(2);
  });

  it("refuses options and patterns that it does not have", async () => {
    const run = (...args: string[]) => output("task-bench/main.ts", ...args);
    await expect(run("-type", "ring")).rejects.toThrow(
      "-type ring is not known; there are trivial,",
    );
    await expect(run("-speed", "1")).rejects.toThrow("there is no option -speed; there are -steps");
    await expect(run("-steps", "many")).rejects.toThrow("-steps needs a whole number, not many");
  });

  it("finds that METG is twice an overhead that is paid on the thread of the task", () => {
    const [threads, tasks, rate, overhead] = [2, 1000, 1e9, 5e-6];
    const points = Array.from({ length: 14 }, (_, k) => {
      const flops = tasks * 100 * 2 ** k;
      return { tasks, flops, seconds: (flops / rate + tasks * overhead) / threads };
    });
    const { metg, floor, peak } = granularityOf(points, threads);
    expect(metg).toBeGreaterThan(1.8 * overhead);
    expect(metg).toBeLessThan(2.2 * overhead);
    expect(floor).toBeCloseTo(overhead + 1e-7, 12);
    expect(peak).toBeCloseTo(threads * rate, -8);
  });

  it("gives no METG where all runs are worth their overhead", () => {
    const points = [1, 2].map((k) => ({ tasks: 10, flops: k * 1e9, seconds: k }));
    expect(granularityOf(points, 2).metg).toBeUndefined();
  });
});
