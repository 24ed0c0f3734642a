import { describe, expect, it } from "vitest";
import { blockText, ProgressState, plainText, totalOf } from "../../src/trace/progress.ts";
import type { NameSummary } from "../../src/trace/summary.ts";
import { call, folderWith } from "./inside.ts";

const named = (name: string, spawned: number, count: number, failed = 0): NameSummary => ({
  name,
  spawned,
  count,
  failed,
  total: 0,
  mean: 0,
  median: 0,
  p95: 0,
  bytes: 0,
});

describe("the numbers", () => {
  it("rates are tasks a second since the look before, and names stay in their order", () => {
    const state = new ProgressState();
    expect(state.lines([named("a", 10, 0), named("b", 5, 5)], 0)).toEqual([
      { name: "a", done: 0, total: 10, failed: 0, rate: undefined },
      { name: "b", done: 5, total: 5, failed: 0, rate: undefined },
    ]);
    const [a, b, c] = state.lines([named("b", 5, 5), named("c", 1, 0), named("a", 10, 4, 1)], 2000);
    expect(a).toEqual({ name: "a", done: 4, total: 10, failed: 1, rate: 2 });
    expect(b).toEqual({ name: "b", done: 5, total: 5, failed: 0, rate: 0 });
    expect(c).toMatchObject({ name: "c", rate: undefined });
    const [later] = state.lines([named("a", 10, 8)], 3000);
    expect(later?.rate).toBeCloseTo(2 + (4 - 2) * 0.1);
  });

  it("a task that nobody spawned by that name is counted all the same", () => {
    expect(new ProgressState().lines([named("a", 0, 3)], 0)[0]?.total).toBe(3);
  });

  it("the sum of all lines has what each has", () => {
    const state = new ProgressState();
    state.lines([named("a", 4, 1), named("b", 4, 1)], 0);
    const lines = state.lines([named("a", 4, 2), named("b", 4, 4, 1)], 1000);
    expect(totalOf(lines, "tasks")).toEqual({
      name: "tasks",
      done: 6,
      total: 8,
      failed: 1,
      rate: 4,
    });
    expect(totalOf([], "tasks")).toMatchObject({ done: 0, total: 0, rate: undefined });
  });
});

describe("the text", () => {
  const state = new ProgressState();
  state.lines([named("load", 10, 0), named("a\tb", 1000, 10)], 0);
  const lines = state.lines([named("load", 10, 5), named("a\tb", 1000, 1000, 2)], 1000);

  it("has a line for all and one for each name", () => {
    expect(blockText(lines, 1000, 0.25, 4, 200)).toEqual([
      "tasks  ████████████████████  1_005/1_010  995/s  5.03 ms left  2 failed  1 s  4 threads 75 % busy",
      "load   ██████████░░░░░░░░░░         5/10  5.0/s  1 s left",
      "a b    ████████████████████  1_000/1_000  2 failed",
    ]);
  });

  it("is never wider than the terminal, and many names share a line", () => {
    const many = new ProgressState().lines(
      Array.from({ length: 20 }, (_, i) => named(`name ${i}`.repeat(9), 10, i % 10)),
      0,
    );
    const text = blockText(many, 5, 0, 2, 60);
    expect(text).toHaveLength(10);
    expect(text.at(-1)).toMatch(/^12 more names/);
    expect(Math.max(...text.map((line) => line.length))).toBe(60);
    expect(blockText([], 0, 0, 0, 60)).toEqual(["tasks  ░░░░░░░░░░░░░░░░░░░░  0/0  0 ns"]);
  });

  it("fits into one line", () => {
    expect(plainText(lines, 61_000)).toBe(
      "1 min 1 s: 1_005 of 1_010 tasks done; 2 failed; 995/s; 5.03 ms left; load 5/10, a b 1_000/1_000",
    );
  });
});

const LONG = `import { fetchAll, spawn } from "bodkin";
const step = async (n: number) => { await new Promise((r) => setTimeout(r, 400)); return n; };
const tasks = [1, 2, 3].map((n) => spawn(step, n));
await tasks[0].fetch();
console.log("one is done");
spawn(() => console.log("a task says so"));
console.log((await fetchAll(tasks)).length);
`;

describe("--progress", () => {
  it("elsewhere than on a terminal: the script's output as it is, and a summary at the end", async () => {
    const cwd = folderWith({ "main.ts": LONG });
    const { code, stdout, stderr } = await call(["run", "main.ts", "--progress"], { cwd }).ended;
    expect(stdout).toMatch(
      /^one is done\n.*a task says so\n3\n$|^one is done\n3\n.*a task says so\n$/,
    );
    expect(stderr).toMatch(/│ step +┆ +3 ┆ +0 ┆/);
    expect(stderr).toMatch(/4 runs in .* threads/);
    expect(stderr).not.toContain("\u001b");
    expect(code).toBe(0);
  });

  it("on a terminal: a block that makes way for all that is printed", async () => {
    const cwd = folderWith({ "main.ts": LONG });
    const { code, stdout } = await call(["run", "main.ts", "--progress"], { cwd, terminal: true })
      .ended;
    expect(stdout).toContain("tasks  ░░░░░░░░░░░░░░░░░░░░  0/3");
    // Seen as the terminal shows it at the end, nothing of the block is left.
    const screen = shown(stdout);
    expect(screen.filter((line) => line.includes("░") || line.includes("█"))).toEqual([]);
    expect(screen).toContain("one is done");
    expect(screen.some((line) => line.endsWith("a task says so"))).toBe(true);
    expect(screen.some((line) => /│ step +┆ +3/.test(line))).toBe(true);
    expect(code).toBe(0);
  });
});

const ESCAPE = "\u001b";
const TOKENS = new RegExp(`${ESCAPE}\\[(?<count>\\d*)(?<letter>[A-Za-z])|.`, "gsu");

/** The lines of a terminal after some output: what moves up, erases below, returns and feeds lines. */
function shown(text: string): string[] {
  const lines: string[] = [""];
  let [row, column] = [0, 0];
  for (const { 0: token, groups } of text.matchAll(TOKENS)) {
    if (groups?.["letter"] === "A") row -= Number(groups["count"] || 1);
    else if (groups?.["letter"] === "J") {
      lines[row] = (lines[row] as string).slice(0, column);
      lines.length = row + 1;
    } else if (token === "\r") column = 0;
    else if (token === "\n") {
      row++;
      if (row === lines.length) lines.push("");
    } else if (!token.startsWith(ESCAPE)) {
      const line = (lines[row] as string).padEnd(column);
      lines[row] = line.slice(0, column) + token + line.slice(column + 1);
      column++;
    }
  }
  return lines;
}

describe("Ctrl-C", () => {
  const FOREVER = `import { spawn } from "bodkin";
const forever = () => new Promise<void>(() => {});
const tasks = [1, 2, 3].map(() => spawn(forever));
console.log("begun");
try { await tasks[0].fetch(); } catch (error) { console.log(error.cause.message); }
try { spawn(() => 1); } catch (error) { console.log(error.message); }
if (process.argv[2]) await new Promise((resolve) => setTimeout(resolve, 1e6));
`;

  it("once ends the tasks, says which were left, and lets the program end itself", async () => {
    const cwd = folderWith({ "main.ts": FOREVER });
    const running = call(["run", "main.ts", "--progress"], { cwd });
    await running.printed("begun");
    running.process.kill("SIGINT");
    const { code, stdout, stderr } = await running.ended;
    expect(stderr).toContain(
      "bodkin: interrupted; 3 tasks were not done: forever (3 of 3). Again: end at once",
    );
    expect(stdout).toBe(
      "begun\nthe cluster was closed before this task was done\nthe program was interrupted\n",
    );
    expect(code).toBe(130);
  });

  it("twice ends the program", async () => {
    const cwd = folderWith({ "main.ts": FOREVER });
    const running = call(["run", "main.ts", "--", "stay"], { cwd });
    await running.printed("begun");
    running.process.kill("SIGINT");
    await running.printed("the program was interrupted");
    running.process.kill("SIGINT");
    const { code, stderr } = await running.ended;
    expect(stderr).toContain("bodkin: interrupted; 3 tasks were not done. Again: end at once");
    expect(code).toBe(130);
  });

  it("ends a program without tasks at once", async () => {
    const cwd = folderWith({
      "main.ts": `import "bodkin"; console.log("begun"); setInterval(() => {}, 1e6);`,
    });
    const running = call(["run", "main.ts"], { cwd });
    await running.printed("begun");
    running.process.kill("SIGINT");
    expect((await running.ended).code).toBe(130);
  });
});
