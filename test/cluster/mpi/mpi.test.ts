import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { LAUNCHERS, program, runJob } from "./launchers.ts";

const ROOT = new URL("../../../", import.meta.url);

describe.each(LAUNCHERS)("a job that $name launched", (launcher) => {
  it.each([1, 2, 4])("the program goes on with %i ranks", async (ranks) => {
    const { code, stdout, stderr } = await runJob(launcher, ranks, program("cell"));
    expect(stderr).toBe("");
    const said = JSON.parse(stdout);
    const workers = Array.from({ length: ranks }, (_, rank) => rank + 1);
    expect(said).toMatchObject({ rank: 0, size: ranks, workers, owners: workers });
    expect(said.library).toMatch(launcher.name === "MPICH" ? /MPICH/ : /Open MPI/);
    const { cell, sum, sort, cumsum, matmul, large, inMembers, again } = said;
    const checks = { cell, sum, sort, cumsum, matmul, large, inMembers, again };
    expect(Object.entries(checks).filter(([, is]) => is !== true)).toEqual([]);
    expect(code).toBe(0);
  });

  it("the example of the guide runs", async () => {
    const guide = readFileSync(new URL("docs/guides/mpi.md", ROOT), "utf8");
    const [, code] = /```ts launched\n(.*?)```/s.exec(guide) as RegExpExecArray;
    const folder = new URL(".cache/mpi/", ROOT);
    mkdirSync(folder, { recursive: true });
    const file = fileURLToPath(new URL("guide.ts", folder));
    writeFileSync(file, code as string);
    const { code: exit, stdout, stderr } = await runJob(launcher, 2, file);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    // Open MPI gives ranks a terminal, on which numbers have colours.
    expect(stripVTControlCharacters(stdout)).toMatch(/^0 2\n64×64 NDArray<f64>\n/);
  });

  it("messages and bulk arrive whole and in order, each once; an end is heard of", async () => {
    const { code, stdout, stderr } = await runJob(launcher, 2, program("links"));
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    lines.sort((a, b) => a.rank - b.rank);
    expect(lines).toEqual([
      { rank: 0, peer: 2, sent: 3000, next: 3000, wrong: [], down: "left" },
      { rank: 1, peer: 1, sent: 3000, next: 3000, wrong: [], down: "closed" },
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("an error of the program ends all ranks, and is printed once", async () => {
    const { code, stderr } = await runJob(launcher, 3, program("ends"), { HOW: "throw" });
    expect(code).toBe(1);
    expect(stderr.split("RangeError: the program is wrong").length).toBe(2);
  });

  it("the exit code of a rank is that of the job", async () => {
    expect((await runJob(launcher, 3, program("ends"), { HOW: "exit" })).code).toBe(3);
  });

  it("a rank that is killed ends the job", async () => {
    const { code } = await runJob(launcher, 3, program("ends"), { HOW: "kill" });
    expect(code).toBeGreaterThan(0);
  });

  it("a rank that is frozen ends the job, which says so", async () => {
    const { code, stderr } = await runJob(launcher, 3, program("ends"), { HOW: "freeze" });
    expect(code).toBe(1);
    expect(stderr).toContain("worker 2 was lost while it ran this task: nothing was heard of it");
  });

  it("an error of a task is that of its fetch", async () => {
    const end = await runJob(launcher, 2, program("ends"), { HOW: "task" });
    expect(end).toEqual({ code: 0, stdout: "TypeError: the task is wrong\n", stderr: "" });
  });

  it("a trap of WebAssembly is an error as ever", async () => {
    const end = await runJob(launcher, 2, program("ends"), { HOW: "trap" });
    expect(end).toEqual({ code: 0, stdout: "RuntimeError RuntimeError\n", stderr: "" });
  });

  it("a library that is not there is named, with the remedy", async () => {
    const { code, stderr } = await runJob(launcher, 1, program("ends"), {
      BODKIN_MPI: "libnone.so",
    });
    expect(code).not.toBe(0);
    expect(stderr).toContain("there is no MPI library (libnone.so): install one (apt-get");
  });
});
