import { expect, it } from "vitest";
import { script } from "../support/script.ts";

it("shows what tasks print at once, with their names, though the main thread is blocked", async () => {
  const running = script(`
    await start({ threads: 2 });
    spawnWith({ name: "talker" }, () => console.log("one\\ntwo", { three: 3 }));
    spawn(function complainer() { console.error("on stderr"); });
    for (;;);
  `);
  await running.printed("two { three: 3 }");
  await running.printed("on stderr");
  running.process.kill("SIGKILL");
  const { stdout, stderr } = await running.ended;
  expect(stdout).toMatch(/^\[talker 1\.[12]\] one\n\[talker 1\.[12]\] two \{ three: 3 \}\n$/);
  expect(stderr).toMatch(/^\[complainer 1\.[12]\] on stderr\n$/);
});

it("shows what tasks of further workers print, with the worker", async () => {
  const { stdout } = await script(`
    await start({ threads: 1, workers: 1 });
    await spawn(function far() { console.log("hello"); }).wait();
  `).ended;
  expect(stdout).toBe("[far 2.1] hello\n");
});

it("still names the task when something it left behind prints", async () => {
  const { stdout } = await script(`
    await start({ threads: 1 });
    await spawn(async function early() {
      setTimeout(() => console.log("late"), 20);
    }).wait();
    await spawn(() => new Promise((resolve) => setTimeout(resolve, 60))).wait();
  `).ended;
  expect(stdout).toMatch(/^\[early 1\.1\] late\n$/);
});
