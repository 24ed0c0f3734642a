import {
  BodkinError,
  type Cluster,
  mutable,
  myid,
  scope,
  spawn,
  spawnWith,
  start,
  TaskFailedError,
  threadid,
} from "bodkin";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { times } from "../support/counts.ts";
import { gate, open, reached } from "../support/gate.ts";
import { script } from "../support/script.ts";

let cluster: Cluster;
beforeEach(async () => {
  cluster = await start({ threads: 2 });
});
afterEach(() => cluster.close());

const failureOf = async (task: { fetch(): Promise<unknown> }): Promise<TaskFailedError> => {
  const error = await task.fetch().then(
    (value) => new Error(`it did not fail, but gave ${String(value)}`),
    (thrown) => thrown,
  );
  if (!(error instanceof TaskFailedError)) throw error;
  return error;
};

/** Ends the thread it runs on, one way or the other. */
const deaths: Record<string, { readonly die: () => unknown; readonly message: RegExp }> = {
  "process.exit()": {
    die: () => process.exit(3),
    message:
      /^thread [12] of worker 1 ended while it ran this task: the task called process.exit\(\). Return a value instead.$/,
  },
  "an exception in a timer": {
    die: () =>
      new Promise(() => {
        setTimeout(() => {
          throw new RangeError("from a timer");
        });
      }),
    message: /an error was thrown outside of any task: from a timer$/,
  },
  "a rejection that nobody handles": {
    die: () =>
      new Promise(() => {
        void Promise.reject(new Error("unheard"));
      }),
    message: /an error was thrown outside of any task: unheard$/,
  },
  "something thrown that is no error": {
    die: () =>
      new Promise(() => {
        setTimeout(() => {
          throw "a string";
        });
      }),
    message: /an error was thrown outside of any task: a string$/,
  },
};

describe.each(Object.entries(deaths))("a thread that dies of %s", (_, { die, message }) => {
  it("fails its task, saying why, and those that depend on it", async () => {
    const task = spawn(die);
    const after = spawn((x: unknown) => x, task);
    const error = await failureOf(task);
    expect(error.cause).toBeInstanceOf(BodkinError);
    expect((error.cause as BodkinError).code).toBe("THREAD_DIED");
    expect((error.cause as BodkinError).message).toMatch(message);
    expect((await failureOf(after)).path.map(({ id }) => id)).toEqual([task.id, after.id]);
  });

  it("is replaced: both threads run tasks again", async () => {
    await spawn(die).wait();
    const word = gate();
    const meet = (count: Int32Array): number => {
      Atomics.add(count, 0, 1);
      Atomics.notify(count, 0);
      if (Atomics.load(count, 0) < 2) Atomics.wait(count, 0, 1);
      return threadid();
    };
    const pair = [spawn(meet, word), spawn(meet, word)];
    expect(new Set([await pair[0]?.fetch(), await pair[1]?.fetch()])).toEqual(new Set([1, 2]));
  });
});

it("a thread that dies of a full JavaScript heap fails its task, saying what to do", async () => {
  const { code, stdout } = await script(
    `
    await start({ threads: 1 });
    const task = spawn(() => {
      const hoard = [];
      for (;;) hoard.push(new Array(1e5).fill(0).map((_, i) => ({ i })));
    });
    const error = await task.fetch().catch((thrown) => thrown);
    print(error.cause.code);
    print(error.cause.message);
    print(String(await spawn(() => "replaced").fetch()));
  `,
    { flags: ["--max-old-space-size=64"] },
  ).ended;
  expect(stdout.split("\n")).toEqual([
    "THREAD_DIED",
    "thread 1 of worker 1 ended while it ran this task: its JavaScript heap was full. Work on smaller pieces, or keep numbers in typed arrays, which are not in it.",
    "replaced",
    "",
  ]);
  expect(code).toBe(0);
});

it("an exception that a task left behind is told, though nobody waits", async () => {
  const { stderr, stdout, code } = await script(`
    await start({ threads: 1 });
    await spawn(() => void setTimeout(() => { throw new Error("left behind"); })).fetch();
    print(String(await spawn(() => new Promise((resolve) => setTimeout(resolve, 100, "on")))
      .fetch().catch(({ cause }) => cause.message)));
    print(String(await spawn(() => "replaced").fetch()));
  `).ended;
  expect(`${stderr}${stdout}`).toContain("left behind");
  expect(stdout).toContain("replaced");
  expect(code).toBe(0);
});

it("who asks for the task of a thread that has ended is told so", async () => {
  const here = { scope: scope({ worker: 1, thread: 1 }) };
  const [hold, ran] = [gate(), gate()];
  const [child] = await spawnWith(
    here,
    (word: Int32Array, count: Int32Array) => [
      spawnWith(
        { scope: scope({ worker: 1, thread: 2 }) },
        async (until: Int32Array, begun: Int32Array) => {
          Atomics.store(begun, 0, 1);
          Atomics.notify(begun, 0);
          await Atomics.waitAsync(until, 0, 0).value;
        },
        word,
        count,
      ),
    ],
    hold,
    ran,
  ).fetch();
  await reached(ran, 1);
  const asked = failureOf(child as NonNullable<typeof child>);
  await spawnWith(here, () => process.exit()).wait();
  const told = (await asked).cause as BodkinError;
  expect(told.code).toBe("THREAD_DIED");
  expect(told.message).toContain("thread 1 of worker 1");
  // The same for who asks later; a thread that took the place has tasks of its own with these numbers.
  await spawnWith(here, () => spawn(() => 1).fetch()).fetch();
  const again = spawn(([task]: readonly (typeof child)[]) => task?.fetch(), [child]);
  expect((await failureOf(again)).message).toContain("the thread that spawned the task has ended");
  open(hold);
});

it("values pinned to a dead thread are lost with it, and say so", async () => {
  const here = scope({ worker: 1, thread: 1 });
  const map = mutable(() => new Map([["a", 1]]), { scope: here });
  expect(await spawn((m: Map<string, number>) => m.get("a"), map).fetch()).toBe(1);
  await spawnWith({ scope: here }, () => process.exit()).wait();
  const error = await failureOf(spawn((m: Map<string, number>) => m.get("a"), map));
  expect((error.cause as Error).message).toMatch(/pinned to a thread that has ended/);
});

it(`threads that die at any moment leave every other graph whole`, async () => {
  const rounds = times(1000);
  for (let round = 0; round < rounds; round++) {
    const hold = gate();
    const slow = spawn((word: Int32Array) => void Atomics.wait(word, 0, 0, 5), hold);
    let left = spawn((x: number) => x + 1, 0);
    for (let i = 0; i < 50; i++) left = spawn((x: number, y: number) => x + (y & 0), left, i);
    const doomed = spawn(() => process.exit());
    const after = spawn((x: unknown) => x, doomed);
    open(hold);
    await slow.wait();
    await expect(left.fetch()).resolves.toBe(1);
    await expect(after.fetch()).rejects.toThrow("did not run, because");
  }
  expect(await spawn(() => myid()).fetch()).toBe(1);
});
