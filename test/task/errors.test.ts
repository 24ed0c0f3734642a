import { spawn as startProgram } from "node:child_process";
import { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import {
  addWorkers,
  Blocks,
  BodkinError,
  type Cluster,
  SchedulingError,
  scope,
  spawn,
  spawnWith,
  start,
  type Task,
  TaskFailedError,
  zeros,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gate, reached } from "../support/gate.ts";

const add = (a: number, b: number): number => a + b;
const increment = (x: number): number => x + 1;

class Shortage extends RangeError {
  override readonly name = "Shortage";
  readonly missing: number;
  constructor(missing: number) {
    super(`${missing} missing`);
    this.missing = missing;
  }
}

async function failureOf(what: Pick<Task<unknown>, "fetch">): Promise<TaskFailedError> {
  const error = await what.fetch().then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(TaskFailedError);
  return error;
}

describe("errors on three workers", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads: 1 });
    await addWorkers(2, { threads: 1 });
  });
  afterAll(() => cluster.close());

  const on = (worker: number) => ({ scope: scope({ worker }) });

  it.each([1, 2])("keep class, fields and stack, thrown on worker %i", async (worker) => {
    const lose = (n: number): number => {
      throw new Shortage(n);
    };
    const error = await failureOf(spawnWith(on(worker), lose, 3));
    expect(error).toBeInstanceOf(BodkinError);
    expect(error.cause).toBeInstanceOf(Shortage);
    expect(error.cause).toBeInstanceOf(RangeError);
    expect((error.cause as Shortage).missing).toBe(3);
    expect((error.cause as Error).stack).toContain("lose");
    expect(error.site).toContain("errors.test.ts");
    expect(error.message).toContain("spawned");
  });

  it("take whatever was thrown", async () => {
    for (const thrown of [undefined, null, 0, "text", 5n, [1], { a: 1 }, new Map([[1, 2]])]) {
      const error = await failureOf(
        spawn((value: unknown) => {
          throw value;
        }, thrown),
      );
      expect(error.cause).toStrictEqual(thrown);
    }
  });

  it("that hold what cannot travel arrive without it", async () => {
    const task = spawn(() => {
      throw Object.assign(new TypeError("broken pipe"), { socket: new Socket() });
    });
    const { cause } = await failureOf(task);
    expect(cause).toMatchObject({ name: "TypeError", message: "broken pipe" });
    expect((cause as Error).stack).toContain("broken pipe");
    const odd = spawn(() => {
      throw Symbol("odd");
    });
    expect((await failureOf(odd)).message).toContain("Symbol(odd)");
  });

  it("that hold tasks and other errors arrive with them", async () => {
    const task = spawn(() => {
      const child = spawn(increment, 1);
      throw Object.assign(new Error("outer", { cause: new Shortage(1) }), { child });
    });
    const cause = (await failureOf(task)).cause as Error & { child: Task<number> };
    expect(cause.cause).toBeInstanceOf(Shortage);
    expect(await cause.child.fetch()).toBe(2);
    const many = spawn(() => {
      throw new AggregateError([new Shortage(1), new Error("b")], "two");
    });
    const { errors } = (await failureOf(many)).cause as AggregateError;
    expect(errors.map((each) => each.message)).toEqual(["1 missing", "b"]);
  });

  it("go through graphs that lie on several workers, to all that depend, once", async () => {
    const ran = spawnWith(on(1), increment, 0);
    const root = spawnWith({ ...on(2), name: "root" }, (): number => {
      throw new Shortage(1);
    });
    const left = spawnWith({ ...on(3), name: "left" }, increment, root);
    const right = spawnWith({ ...on(1), name: "right" }, increment, root);
    const bottom = spawnWith({ ...on(2), name: "bottom" }, add, left, right);
    const error = await failureOf(bottom);
    expect(error.cause).toBeInstanceOf(Shortage);
    const names = error.path.map(({ name }) => name);
    expect([
      ["root", "left", "bottom"],
      ["root", "right", "bottom"],
    ]).toContainEqual(names);
    expect(error.message).toMatch(/task 'bottom' did not run, because 'root' failed: Shortage: 1/);
    const later = spawnWith({ ...on(3), name: "later" }, add, ran, bottom);
    expect((await failureOf(later)).path.at(0)?.id).toBe(root.id);
    expect((await failureOf(later)).path.at(-1)?.id).toBe(later.id);
    expect(await spawn(add, ran, 1).fetch()).toBe(2); // everything else goes on
  });

  it("of children reach the parent that fetches them, with the child's own path", async () => {
    const parent = spawnWith({ name: "parent" }, async () => {
      const child = spawnWith({ name: "child" }, (): number => {
        throw new Shortage(2);
      });
      return child.fetch();
    });
    const error = await failureOf(parent);
    expect(error.path.map(({ name }) => name)).toEqual(["parent"]);
    const inner = error.cause as TaskFailedError;
    expect(inner).toBeInstanceOf(TaskFailedError);
    expect(inner.path.map(({ name }) => name)).toEqual(["child"]);
    expect(inner.cause).toBeInstanceOf(Shortage);
  });

  it("tell where no value can travel: results that hold what belongs to one place", async () => {
    const error = await failureOf(spawnWith(on(2), () => ({ live: new Socket() })));
    expect(error.cause).toMatchObject({ code: "UNSHIPPABLE" });
  });

  it("say that there is no processor, as errors of their own class", async () => {
    expect((await failureOf(spawnWith(on(9), increment, 1))).cause).toBeInstanceOf(SchedulingError);
  });
});

describe("a cluster that is closed", () => {
  it("fails what was not done, and what is spawned on that", async () => {
    const cluster = await start({ threads: 1 });
    const [started, never] = [gate(), gate()];
    const running = spawn(
      async (word: Int32Array, wait: Int32Array) => {
        Atomics.add(word, 0, 1);
        Atomics.notify(word, 0);
        await Atomics.waitAsync(wait, 0, 0).value;
      },
      started,
      never,
    );
    const done = spawn(() => ({ kept: true }));
    await done.wait();
    await reached(started, 1);
    const waiting = running.wait();
    await cluster.close();
    await waiting;
    const error = await failureOf(running);
    expect(error.cause).toMatchObject({ code: "CLOSED" });
    expect(String(running)).toContain("lost");
    expect(await done.fetch()).toEqual({ kept: true });
    running.cancel(); // says nothing, does nothing
  });
});

describe("the spawn site", () => {
  const main = fileURLToPath(new URL("./programs/sites.ts", import.meta.url));
  const run = (environment: Record<string, string>): Promise<unknown> => {
    const program = startProgram(process.execPath, ["--conditions=bodkin-source", main], {
      env: { ...process.env, ...environment },
    });
    let output = "";
    program.stdout.on("data", (data) => (output += data));
    return new Promise((resolve) => program.on("close", () => resolve(JSON.parse(output))));
  };

  it("is that of the first spawn of a function, or of each with BODKIN_SITES=1", async () => {
    expect(await run({ BODKIN_SITES: "" })).toEqual([11, 11]);
    expect(await run({ BODKIN_SITES: "1" })).toEqual([11, 12]);
  });

  it("is a line of the program where the engine or the library calls in between", async () => {
    const failing = Array.from([1], () => spawn(() => Promise.reject(new Error("no"))));
    const error = (await failing[0]?.fetch().catch((error) => error)) as TaskFailedError;
    expect(error.site).toContain("errors.test.ts");
    const blocks = zeros(Blocks(1), [2]).map((): number => {
      throw new Error("no");
    });
    await expect(blocks.collect()).rejects.toThrow(/spawned at .*errors\.test\.ts/);
  });

  it("is that of each operation on arrays", async () => {
    const line = (error: Error): number =>
      Number(/errors\.test\.ts:(\d+)/.exec((error as TaskFailedError).site ?? "")?.[1]);
    const fail = (x: number): number => {
      throw new RangeError(`no ${x}`);
    };
    const other = (x: number): number => {
      throw new RangeError(`not ${x}`);
    };
    const D = zeros(Blocks(1), [2]);
    const [first, second] = [
      D.map(fail), //
      D.map(other),
    ];
    const [one, two] = [await first.collect().catch(line), await second.collect().catch(line)];
    expect(two).toBe((one as number) + 1);
  });
});

it("where no site can be found, as for what the library spawns later, few stacks are taken", async () => {
  const { prepareStackTrace } = Error;
  let taken = 0;
  const none = (): number => 1;
  Error.prepareStackTrace = (error, frames) => {
    taken++;
    return `${error}\n${frames.map((frame) => `    at ${frame}`).join("\n")}`;
  };
  try {
    for (let i = 0; i < 20; i++) {
      // Called by the engine alone.
      await new Promise<void>((resolve) => {
        setImmediate(spawn as (fn: () => number) => void, none);
        setImmediate(resolve);
      });
    }
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
  expect(taken).toBeGreaterThan(0);
  expect(taken).toBeLessThan(10);
});
