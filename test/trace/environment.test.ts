import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { script } from "../support/script.ts";
import { type ChromeTrace, faultsOf } from "./perfetto.ts";

function tracePath(): string {
  const folder = mkdtempSync(join(tmpdir(), "bodkin-trace-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "out.json");
}

const tasksIn = (path: string): string[] => {
  const all = JSON.parse(readFileSync(path, "utf8")) as ChromeTrace;
  expect(faultsOf(all)).toEqual([]);
  return all.traceEvents.filter(({ cat, ph }) => cat === "task" && ph === "X").map((e) => e.name);
};

describe("BODKIN_TRACE", () => {
  const body = "const f = (x) => x + 1; print(String(await spawn(f, spawn(f, 1)).fetch()));";

  test("writes what a program did, when it ends by itself", async () => {
    const path = tracePath();
    const { code, stdout } = await script(body, { env: { BODKIN_TRACE: path } }).ended;
    expect([code, stdout]).toEqual([0, "3\n"]);
    expect(tasksIn(path)).toEqual(["f", "f"]);
  });

  test("writes it where the program ends itself, or an error does", async () => {
    for (const end of ["process.exit(0)", "throw new Error('the end')"]) {
      const path = tracePath();
      await script(`${body} ${end};`, { env: { BODKIN_TRACE: path } }).ended;
      expect(tasksIn(path)).toEqual(["f", "f"]);
    }
  });

  test("has what other processes did", async () => {
    const path = tracePath();
    const env = { BODKIN_TRACE: path, BODKIN_WORKERS: "1", BODKIN_THREADS: "1" };
    expect((await script(body, { env }).ended).code).toBe(0);
    expect(tasksIn(path)).toEqual(["f", "f"]);
  });

  test("says where it cannot write, and leaves the program as it is", async () => {
    const { code, stderr } = await script(body, {
      env: { BODKIN_TRACE: "/no/such/folder/out.json" },
    }).ended;
    expect(code).toBe(0);
    expect(stderr).toContain("BODKIN_TRACE: cannot write /no/such/folder/out.json");
  });
});
