import { describe, expect, it } from "vitest";
import {
  BodkinError,
  internalError,
  invalidArgument,
  SchedulingError,
  TaskFailedError,
} from "../../src/wire/errors.ts";

/** A second copy of the module, as a program has where it loads source and build, or two versions. */
const copy = (await import(
  /* @vite-ignore */ `${new URL("../../src/wire/errors.ts", import.meta.url).href}?copy`
)) as typeof import("../../src/wire/errors.ts");

describe("instanceof", () => {
  it("holds between copies of the package", () => {
    expect(copy.BodkinError).not.toBe(BodkinError);
    expect(new copy.SchedulingError("no")).toBeInstanceOf(SchedulingError);
    expect(new copy.SchedulingError("no")).toBeInstanceOf(BodkinError);
    expect(new copy.TaskFailedError(1, [])).toBeInstanceOf(TaskFailedError);
    expect(new TaskFailedError(1, [])).toBeInstanceOf(copy.TaskFailedError);
    expect(new BodkinError("CLOSED", "no")).toBeInstanceOf(copy.BodkinError);
  });

  it("tells the classes apart, and what is none of them", () => {
    expect(new BodkinError("CLOSED", "")).not.toBeInstanceOf(SchedulingError);
    expect(new SchedulingError("")).not.toBeInstanceOf(TaskFailedError);
    for (const other of [
      new Error("x"),
      null,
      undefined,
      1,
      "text",
      {},
      Object.create(null),
      () => {},
    ]) {
      expect(other instanceof BodkinError).toBe(false);
    }
  });

  it("holds for classes that users derive, by their prototype", () => {
    class Own extends BodkinError {}
    expect(new Own("CLOSED", "") instanceof Own).toBe(true);
    expect(new Own("CLOSED", "") instanceof BodkinError).toBe(true);
    expect(new BodkinError("CLOSED", "") instanceof Own).toBe(false);
  });
});

describe("what an error says", () => {
  it("has its class's name, a code, a message, a cause and a stack", () => {
    const cause = new Error("why");
    const error = new SchedulingError("no thread", { cause });
    expect(error).toMatchObject({
      name: "SchedulingError",
      code: "SCHEDULING",
      message: "no thread",
      cause,
    });
    expect(String(error)).toBe("SchedulingError: no thread");
    expect(error.stack).toContain("errors.test.ts");
    expect(Object.keys(error)).toEqual(["code"]);
  });

  it("names defects of the package as such, and bad arguments by their code", () => {
    expect(internalError("lost count")).toMatchObject({
      code: "INTERNAL",
      message: "internal: lost count",
    });
    expect(invalidArgument("not a function")).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: "not a function",
    });
  });
});

describe("a failed task", () => {
  const step = (name: string) => ({ id: `1:${name}`, name });

  it("says what was thrown, and where it was spawned", () => {
    const cause = new RangeError("too far");
    const error = new TaskFailedError(cause, [step("jump")], "at main.ts:3:5");
    expect(error.message).toBe(
      "task 'jump' failed: RangeError: too far\n    spawned at main.ts:3:5",
    );
    expect(error).toMatchObject({
      code: "TASK_FAILED",
      cause,
      site: "at main.ts:3:5",
      path: [step("jump")],
    });
  });

  it("says which task it comes from, and the way", () => {
    const error = new TaskFailedError(new Error("no"), ["load", "clean", "sum"].map(step));
    expect(error.message).toBe(
      "task 'sum' did not run, because 'load' failed: Error: no\n    path: load → clean → sum",
    );
  });

  it.each<[unknown, string]>([
    ["text", "threw text"],
    [undefined, "threw undefined"],
    [null, "threw null"],
    [Symbol("s"), "threw Symbol(s)"],
    [{ toString: () => "own" }, "threw own"],
    [Object.create(null), "threw [object Object]"],
    [
      {
        toString: () => {
          throw new Error("no");
        },
      },
      "threw [object Object]",
    ],
  ])("keeps whatever was thrown as its cause: %#", (thrown, text) => {
    const error = new TaskFailedError(thrown, [step("f")]);
    expect(error.cause).toBe(thrown);
    expect(error.message).toBe(`task 'f' failed: ${text}`);
  });
});
