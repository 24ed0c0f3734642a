import { describe, expect, it } from "vitest";
import type { AnyFunction } from "../../src/closure/host.ts";
import { current, pure, remember, twice, up } from "./fixtures/counter.ts";
import * as library from "./fixtures/library.ts";
import { byHand, refusalOf } from "./refusal-of.ts";

class Home {
  readonly base = 1;
  #own = 2;
  arrow(): AnyFunction {
    return () => this.base;
  }
  guarded(): number {
    return this.#own;
  }
}

const { guarded } = Home.prototype;

const { toText } = {
  toText() {
    return super.toString();
  },
};

function arrowWithArguments(..._: number[]): AnyFunction {
  // biome-ignore lint/complexity/noArguments: what is refused
  const inner = () => arguments.length;
  return inner;
}

type Case = readonly [
  what: string,
  make: () => AnyFunction,
  name: string,
  why: string,
  remedy: string,
];

const OF_TEXT: readonly Case[] = [
  [
    "an arrow function with `this` of the code around it",
    () => new Home().arrow(),
    "(anonymous function)",
    "it is an arrow function that uses `this` of the code around it",
    "Copy what it needs of `this` to a const first, or pass it as an argument.",
  ],
  [
    "an arrow function with `arguments` of the function around it",
    () => arrowWithArguments(1),
    "inner",
    "it is an arrow function that uses `arguments` of the function around it",
    "Copy what it needs of `arguments` to a const first, or pass it as an argument.",
  ],
  [
    "`super` in a method of an object literal",
    () => toText,
    "toText",
    "it is a method that uses `super`, which belongs to the object it was written in",
    "Make it a method of a class and send an instance, or call the other method by its name.",
  ],
  [
    "`import.meta`",
    () =>
      function where() {
        return import.meta.url;
      },
    "where",
    "it uses `import.meta`, which belongs to its module",
    "Copy what it needs (such as `import.meta.url`) to a const outside the function.",
  ],
  [
    "a private name of the class around it",
    () => guarded,
    "guarded",
    "it uses the private name #own of the class it was written in",
    "Send the class or an instance instead of the function alone; within the class make it a method, " +
      "not a function in a field.",
  ],
  [
    "import() where Vite has replaced it",
    () =>
      function load() {
        return import("./fixtures/library.ts");
      },
    "load",
    "it imports a module while it runs, and Vite has replaced the import by one of its own",
    "Import the module at the top of the file, or pass what it gives as an argument.",
  ],
  [
    "a class with a key that only running the code again would tell",
    () => {
      const keys = ["a", "b"];
      return class Keyed {
        [keys.join("")]() {}
      } as never;
    },
    "Keyed",
    "a computed key of the class is more than a name such as `Symbol.iterator` or `KEY`",
    "Write it in a way that its text makes sense on its own.",
  ],
];

describe("a function whose text belongs to its place is refused", () => {
  it.each(OF_TEXT)("%s", (_, make, name, why, remedy) => {
    expect(refusalOf(make())).toBe(
      `the function '${name}' cannot be sent to another thread: ${why}. ${remedy}`,
    );
    const helper = make();
    const job = () => helper;
    const message = refusalOf(job);
    expect(message).toContain(`(job > helper) cannot be sent to another thread: ${why}. ${remedy}`);
  });
});

describe("as the task itself", () => {
  it.each([
    [Array.prototype.slice, "slice", "(x, ...args) => x.slice(...args)"],
    [Promise.all, "all", "(...args) => Promise.all(...args)"],
    [Map, "Map", "(...args) => new Map(...args)"],
    [fetch, "fetch", "(...args) => fetch(...args)"],
  ])("%o of the engine is refused, with what to write", (fn, name, remedy) => {
    expect(refusalOf(fn as never)).toBe(
      `'${name}' cannot be sent to another thread: as a task it must be a function that can be called by itself, ` +
        `not a class or a method of the engine's. Wrap it: ${remedy}.`,
    );
  });

  it("a bound function is refused", () => {
    expect(refusalOf(pure.bind(null, 1))).toContain("it is a bound function");
  });

  it.each([undefined, null, 5, "text", {}, []])("%o is refused: it is no function", (value) => {
    expect(refusalOf(value as never)).toMatch(/^'task' cannot be sent .*a task is a function, and/);
    expect(refusalOf(value as never)).toContain("Wrap it in a function: () => value.");
  });
});

describe("a variable without a value that could be sent is refused", () => {
  it("before its line has run", () => {
    const job = () => tooLate;
    const message = refusalOf(job);
    const tooLate = 1;
    expect(message).toBe(
      "'tooLate' (job > tooLate) cannot be sent to another thread: it has no value yet, because its `let`, " +
        `\`const\` or \`class\` has not run. ${byHand("tooLate")}`,
    );
    expect(job()).toBe(tooLate);
  });

  it("where no such variable exists", () => {
    // @ts-expect-error there is no such name
    const job = () => nowhereAtAll;
    expect(refusalOf(job)).toBe(
      "'nowhereAtAll' (job > nowhereAtAll) cannot be sent to another thread: no variable of that name exists " +
        `around the function, and no global either. ${byHand("nowhereAtAll")}`,
    );
  });
});

describe("what is imported and cannot be imported elsewhere", () => {
  it("is refused as a whole module", () => {
    const job = () => library;
    expect(refusalOf(job)).toContain("it is used as a whole module and cannot be imported");
  });

  it.each([
    ["a counter", () => up(), "up", "up > count"],
    ["a variable that is only read", () => current(), "current", "current > count"],
    ["a list that grows", () => remember(1), "remember", "remember > log"],
    ["state behind another function", () => twice(), "twice", "twice > up > count"],
  ])("is refused where it reaches state of its module: %s", (_, job, variable, where) => {
    const message = refusalOf(job);
    expect(message).toContain(`' ((anonymous function) > ${where}) cannot be sent to another`);
    expect(message).toMatch(
      /it is a variable that the module '.*\/fixtures\/counter.ts' changes while it runs, and this module/,
    );
    expect(message).toContain(`so a copy would go its own way. ${byHand(variable)}`);
  });
});
