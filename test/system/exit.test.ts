import { describe, expect, it } from "vitest";
import { script } from "../support/script.ts";

/** What a script must print to have done all it began. */
async function prints(body: string, lines: readonly string[]): Promise<void> {
  const { code, signal, stdout, stderr } = await script(body).ended;
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: "" });
  expect(stdout.trim().split("\n")).toEqual(lines);
}

describe("a script that has finished", () => {
  it("exits by itself with idle threads", () =>
    prints(`print(await spawn((x) => x + 1, 1).fetch())`, ["2"]));

  it("exits by itself with idle workers", () =>
    prints(
      `await start({ threads: 1 });
       await addWorkers(2, { threads: 1 });
       print(await spawn((x) => x + 1, 1).fetch());`,
      ["2"],
    ));

  it("exits by itself when nothing ever ran", () =>
    prints(`await start(); print("started")`, ["started"]));

  it("exits by itself after close, at once", () =>
    prints(
      `const cluster = await start({ threads: 1, workers: 1 });
       await spawn(() => 1).fetch();
       await cluster.close();
       const closed = performance.now();
       process.on("exit", () => print(performance.now() - closed < 1000 ? "at once" : "late"));`,
      ["at once"],
    ));

  it("runs the tasks nobody waits for before", () =>
    prints(
      `await start({ threads: 1 });
       const first = spawn(print, "first");
       spawn(async (_, text) => {
         await new Promise((resolve) => setTimeout(resolve, 50));
         print(text);
       }, first, "second");`,
      ["first", "second"],
    ));

  it("runs the tasks nobody waits for on further workers before", () =>
    prints(
      `await start({ threads: 1, workers: 2 });
       const { myid } = bodkin;
       let last = spawn(() => 0);
       for (let i = 0; i < 20; i++) last = spawn((n) => n + 1, last);
       spawn((n) => print(\`\${n} on a further worker: \${myid() > 1}\`), last);`,
      ["20 on a further worker: true"],
    ));

  it("waits for a task that a task spawned", () =>
    prints(
      `await start({ threads: 1, workers: 1 });
       const [child] = await spawn(() => [
         spawn(() => new Promise((resolve) => setTimeout(resolve, 100, "child"))),
       ]).fetch();
       print(await child.fetch());`,
      ["child"],
    ));
});

describe("a script that fails", () => {
  it("exits with its error, though workers run tasks", async () => {
    const { code, stderr } = await script(
      `await start({ threads: 1, workers: 1 });
       spawn(() => { for (;;); });
       throw new Error("of the script");`,
    ).ended;
    expect(code).toBe(1);
    expect(stderr).toContain("of the script");
  });
});
