import { stat } from "node:fs";
import { Socket } from "node:net";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { byHand, refusalOf } from "./refusal-of.ts";

class Secret {
  #key = 1;
  use(): number {
    return this.#key;
  }
}

class Heir extends Secret {}

const transferred = (): ArrayBuffer => {
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
};

function* numbers(): Generator<number> {
  yield 1;
}

function givenArguments(..._: number[]): unknown {
  // biome-ignore lint/complexity/noArguments: what is refused
  return arguments;
}

const EMPTY_MODULE = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
const STATE = "of the engine, whose state lives in this thread";
const HOOKS =
  'Send plain data instead, or give the class two static methods: [Symbol.for("bodkin.serialize")]' +
  '(instance) gives the data, [Symbol.for("bodkin.deserialize")](data) the instance.';

/** The remedy is left out where it is the usual one. */
type Case = readonly [what: string, make: () => unknown, why: string, remedy?: string];

const CASES: readonly Case[] = [
  [
    "a native function without a name that leads to it",
    () => Proxy.revocable({}, {}).revoke,
    "it is the native function '(anonymous)', which has no source and no name that every thread knows",
  ],
  [
    "a bound function",
    () => console.log.bind(null, "x"),
    "it is a bound function, which does not show what it is bound to",
    "Send the function itself and pass its arguments.",
  ],
  [
    "a function that the engine made in JavaScript",
    () => promisify(stat),
    "it is 'stat' of the engine, or made by it, and its state lives in this thread",
  ],
  [
    "an instance with #private members",
    () => new Secret(),
    "it is an instance of the class 'Secret', whose #private members cannot be read from outside",
    HOOKS,
  ],
  [
    "an instance that inherits #private members",
    () => new Heir(),
    "it is an instance of the class 'Secret', whose #private members cannot be read from outside",
    HOOKS,
  ],
  ["a Proxy", () => new Proxy({}, {}), "it is a Proxy, whose handler cannot be read"],
  [
    "a Proxy of a function",
    () => new Proxy(() => 1, {}),
    "it is a Proxy, whose handler cannot be read",
  ],
  [
    "a Promise",
    () => Promise.resolve(),
    "it is a Promise, which settles in this thread",
    "Await it and send what it gives.",
  ],
  ["a WeakMap", () => new WeakMap(), "its entries are held weakly, so nobody can list them"],
  ["a WeakSet", () => new WeakSet(), "its entries are held weakly, so nobody can list them"],
  ["a WeakRef", () => new WeakRef({}), `it is a WeakRef ${STATE}`],
  [
    "a unique symbol",
    () => Symbol("mine"),
    "Symbol(mine) exists only in this thread",
    "Use Symbol.for(…) instead.",
  ],
  [
    "a generator in the middle of its run",
    () => numbers(),
    "it is a generator in the middle of its run",
    "Send the function that makes it.",
  ],
  [
    "an `arguments` object",
    () => givenArguments(1, 2),
    "it is an `arguments` object",
    "Send an array instead: [...arguments].",
  ],
  ["a socket", () => new Socket(), `it is a Socket ${STATE}`],
  ["a stream", () => Readable.from([]), `it is a Readable ${STATE}`],
  ["a port", () => new MessageChannel().port1, `it is a MessagePort ${STATE}`],
  [
    "a class instance on top of one of the engine's",
    () => new (class Tail extends Readable {})(),
    `it is a Tail, built on Readable ${STATE}`,
  ],
  [
    "a WebAssembly instance",
    () => new WebAssembly.Instance(new WebAssembly.Module(EMPTY_MODULE), {}),
    `it is an Instance ${STATE}`,
  ],
  [
    "an ArrayBuffer that was transferred away",
    () => transferred(),
    "it is an ArrayBuffer whose contents have been transferred away",
  ],
  [
    "a view of an ArrayBuffer that was transferred away",
    () => {
      const view = new Uint8Array(8);
      structuredClone(view, { transfer: [view.buffer] });
      return view;
    },
    "it is an ArrayBuffer whose contents have been transferred away",
  ],
];

describe.each(CASES.map(([what, ...rest]) => ({ what, rest })))("$what", ({ rest }) => {
  const [make, why, remedy] = rest;
  const expectRefusal = (message: string, where: string, variable: string): void => {
    const [name] = where.split(" > ").slice(-1);
    const told = message.replace(" > buffer", "").replace("'buffer'", `'${name}'`);
    expect(told).toBe(
      `'${name}' (${where}) cannot be sent to another thread: ${why}. ${remedy ?? byHand(variable)}`,
    );
  };

  it("is refused where a task captured it", () => {
    const value = make();
    const job = () => value;
    expectRefusal(refusalOf(job), "job > value", "value");
  });

  it("is refused deep inside of what a helper captured", () => {
    const value = { list: [new Map([["key", make()]])] };
    const helper = () => value;
    const job = () => helper();
    expectRefusal(refusalOf(job), "job > helper > value > list > 0 > key", "helper");
  });
});
