/**
 * What names around a function mean: stated values first, then its variables, then globals. Every answer that
 * the compiled kernel relies on is noted, so that a later call with the same text can be told to need the same
 * kernel, with other numbers at most.
 */

import { statedFor } from "../../closure/captures.ts";
import { type FunctionReading, isReadingForbidden, readFunction } from "../../closure/inspector.ts";
import * as intrinsics from "../intrinsics.ts";
import type { FrontType, NumberRules } from "./meaning.ts";
import type { AnyFunction } from "./source.ts";

export type Captures = Readonly<Record<string, unknown>>;

/** Why a name has no value. */
export type Missing = "uninitialised" | "unreadable" | "forbidden" | "nowhere";

export type Found = { readonly value: unknown } | { readonly missing: Missing };

/** The names around one function. */
class Surroundings {
  readonly fn: AnyFunction;
  readonly #stated: Captures;
  #reading: FunctionReading | null | undefined;

  constructor(given: AnyFunction, captures: Captures) {
    const stated = statedFor(given);
    this.fn = stated.fn;
    this.#stated = { ...stated.captures, ...captures };
  }

  find(name: string): Found {
    if (Object.hasOwn(this.#stated, name)) return { value: this.#stated[name] };
    // No program gives these another meaning, and asking costs time.
    if (name === "Math" || name === "NaN" || name === "Infinity") return globalValue(name);
    this.#reading ??= readFunction(this.fn) ?? null;
    const variable = this.#reading?.find(name);
    if (variable?.isUninitialised) return { missing: "uninitialised" };
    if (variable) return { value: variable.value };
    if (name in globalThis) return globalValue(name);
    if (this.#reading === null)
      return { missing: isReadingForbidden() ? "forbidden" : "unreadable" };
    return { missing: "nowhere" };
  }
}

/** Names of functions that mean something to kernels, by function. */
const KNOWN = new Map<unknown, string>(
  Object.entries({
    kernel: intrinsics,
    Math,
    Number,
    globalThis: { Number, Boolean, isNaN, isFinite },
  })
    .flatMap(([holder, of]) =>
      Object.getOwnPropertyNames(of).map(
        (name) => [(of as Record<string, unknown>)[name], `${holder}.${name}`] as const,
      ),
    )
    .filter(([value]) => typeof value === "function"),
);

/** As programs write it; undefined for all other functions. */
export const nameOfKnown = (fn: unknown): string | undefined =>
  KNOWN.get(fn)?.replace("globalThis.", "");

const knownValue = (value: unknown): number | string | undefined =>
  typeof value === "number" ? value : KNOWN.get(value);

const globalValue = (name: string): Found => ({
  value: (globalThis as Record<string, unknown>)[name],
});

/** The value at a path of properties, from a name around a function; plain data. */
export interface Dependency {
  /** Number of the function around which the name is. */
  readonly owner: number;
  readonly path: readonly string[];
  /**
   * A number that becomes a parameter, a function by its text, or a value that the kernel is made for: a number, or the
   * name of a function that kernels know.
   */
  readonly use:
    | { readonly kind: "number"; readonly type: FrontType }
    | { readonly kind: "function"; readonly text: string; readonly number: number }
    | { readonly kind: "value"; readonly value: number | string };
}

/** A captured number that is a parameter of the kernel. */
export interface CapturedNumber {
  readonly name: string;
  readonly type: FrontType;
  readonly value: number;
}

/** Functions met while a kernel is compiled, and what they captured. The first are the kernel's own. */
export class Environment {
  readonly #functions: Surroundings[] = [];
  readonly #numbers = new Map<AnyFunction, number>();
  readonly #dependencies = new Map<string, Dependency>();
  readonly #captured = new Map<string, CapturedNumber>();
  readonly #rules: NumberRules;

  constructor(functions: readonly AnyFunction[], captures: Captures, rules: NumberRules) {
    this.#rules = rules;
    for (const fn of functions) this.#add(new Surroundings(fn, captures));
  }

  /** The function of a number, without what was stated for it. */
  functionOf(number: number): AnyFunction {
    return (this.#functions[number] as Surroundings).fn;
  }

  #add(surroundings: Surroundings): number {
    const number = this.#functions.push(surroundings) - 1;
    this.#numbers.set(surroundings.fn, number);
    return number;
  }

  find(owner: number, path: readonly string[]): Found {
    const [name = "", ...members] = path;
    let found = (this.#functions[owner] as Surroundings).find(name);
    for (const member of members) {
      if ("missing" in found) return found;
      const holder = found.value as Record<string, unknown> | null | undefined;
      if (holder === null || holder === undefined) return { missing: "nowhere" };
      found = { value: holder[member] };
    }
    return found;
  }

  /** Notes that the kernel holds for this number, or function that kernels know, only. */
  bake(owner: number, path: readonly string[], value: unknown): void {
    const known = knownValue(value);
    if (known === undefined) throw new Error(`internal: a kernel made for ${String(value)}`);
    this.#note({ owner, path, use: { kind: "value", value: known } });
  }

  #note(dependency: Dependency): void {
    const { owner, path, use } = dependency;
    this.#dependencies.set(`${use.kind} ${owner}.${path.join(".")}`, dependency);
  }

  /** Takes a captured number (or boolean) as a parameter. */
  capture(owner: number, path: readonly string[], value: number | boolean): CapturedNumber {
    const key = `${owner}.${path.join(".")}`;
    let known = this.#captured.get(key);
    if (!known) {
      const type = this.#rules.scalar(value);
      known = { name: path.at(-1) as string, type, value: Number(value) };
      this.#captured.set(key, known);
      this.#note({ owner, path, use: { kind: "number", type } });
    }
    return known;
  }

  /** The number of a helper, for names around it. */
  enter(owner: number, path: readonly string[], given: AnyFunction): number {
    const { fn } = statedFor(given);
    const number = this.#numbers.get(fn) ?? this.#add(new Surroundings(given, {}));
    const text = Function.prototype.toString.call(fn);
    this.#note({ owner, path, use: { kind: "function", text, number } });
    return number;
  }

  get captured(): readonly CapturedNumber[] {
    return [...this.#captured.values()];
  }

  get dependencies(): readonly Dependency[] {
    return [...this.#dependencies.values()];
  }

  /** The numbers that a kernel with these dependencies takes of this function; undefined where it does not hold. */
  match(dependencies: readonly Dependency[]): number[] | undefined {
    const numbers: number[] = [];
    for (const { owner, path, use } of dependencies) {
      const found = this.find(owner, path);
      if ("missing" in found) return undefined;
      const { value } = found;
      if (use.kind === "number") {
        if (typeof value !== "number" && typeof value !== "boolean") return undefined;
        if (this.#rules.scalar(value) !== use.type) return undefined;
        numbers.push(Number(value));
      } else if (use.kind === "value") {
        if (!Object.is(knownValue(value), use.value)) return undefined;
      } else {
        if (typeof value !== "function") return undefined;
        const { fn } = statedFor(value as AnyFunction);
        const number =
          this.#numbers.get(fn) ?? this.#add(new Surroundings(value as AnyFunction, {}));
        if (number !== use.number || Function.prototype.toString.call(fn) !== use.text)
          return undefined;
      }
    }
    return numbers;
  }
}
