/** Cases of array functions with what NumPy gives for them: read, called with arrays of either kind, and compared. */

import { readFileSync } from "node:fs";
import type { DArray, DType, NDArray } from "bodkin";
import * as bodkin from "bodkin";
import { expect } from "vitest";
import { isComplexValue, type Value } from "../../src/array/element.ts";
import { fromArray } from "../../src/array/local.ts";
import { fromPlain, type Plain, type ReferenceArray } from "./helpers.ts";

export type AnyArray = NDArray | DArray;

/** An argument in the file: an input by its name, or plain data. */
type Argument = { array: string } | Plain | null | Argument[] | { [option: string]: Argument };

export interface FunctionCase {
  readonly fn: string;
  readonly args: readonly Argument[];
  /** An array, several, or several by name. */
  readonly out: Outcome<ReferenceArray>;
}

type Outcome<T> = T | readonly T[] | { readonly [name: string]: T };

interface File {
  readonly inputs: Readonly<Record<string, ReferenceArray>>;
  readonly cases: readonly (readonly [string, Argument[], FunctionCase["out"]])[];
}

export interface Cases {
  readonly inputs: Readonly<Record<string, NDArray>>;
  readonly cases: readonly FunctionCase[];
}

/** What `test/data/arrays/NAME.py` wrote. */
export function casesOf(name: string): Cases {
  const url = new URL(`../data/arrays/${name}.json`, import.meta.url);
  const file = JSON.parse(readFileSync(url, "utf8")) as File;
  const inputs = Object.entries(file.inputs).map(([key, own]) => [key, arrayOf(own)] as const);
  return {
    inputs: Object.fromEntries(inputs),
    cases: file.cases.map(([fn, args, out]) => ({ fn, args, out })),
  };
}

function plainValue(plain: Plain): Value {
  if (!Array.isArray(plain)) return plain === "-0" ? -0 : fromPlain(plain);
  return { re: plainValue(plain[0]) as number, im: plainValue(plain[1]) as number };
}

const arrayOf = ({ dtype, shape, data }: ReferenceArray): NDArray =>
  fromArray((data as Plain[]).map(plainValue), { dtype }).reshape(shape);

const isName = (value: unknown): value is { array: string } =>
  typeof value === "object" && value !== null && "array" in value;

/** Calls the function of a case with its inputs as `take` makes them. */
export function call(
  { fn, args }: FunctionCase,
  inputs: Cases["inputs"],
  take: (array: NDArray) => AnyArray,
): unknown {
  const given = (arg: Argument): unknown => {
    if (isName(arg)) return take(inputs[arg.array] as NDArray);
    if (Array.isArray(arg)) return arg.map(given);
    if (typeof arg === "object" && arg !== null) {
      return Object.fromEntries(
        Object.entries(arg).map(([key, own]) => [key, given(own as Argument)]),
      );
    }
    return arg === null && fn === "clip" ? undefined : arg;
  };
  const method = (bodkin as unknown as Record<string, (...args: unknown[]) => unknown>)[fn];
  return method?.(...args.map(given));
}

/** Whether numbers are NumPy's to the bit, or as close as another order of additions leaves them. */
export type Precision = "exact" | "close";

/** Whether an array, or each array of several, is that of the case. */
export function expectOutcome(
  actual: unknown,
  expected: FunctionCase["out"],
  what: string,
  precision: Precision = "exact",
): void {
  if (Array.isArray(expected)) {
    expect((actual as unknown[]).length, what).toBe(expected.length);
    expected.forEach((own, at) => {
      expectArray((actual as unknown[])[at], own, what, precision);
    });
  } else if ("dtype" in expected && Array.isArray(expected["data"])) {
    expectArray(actual, expected as unknown as ReferenceArray, what, precision);
  } else {
    for (const [key, own] of Object.entries(expected as Record<string, ReferenceArray>)) {
      expectArray((actual as Record<string, unknown>)[key], own, `${what} ${key}`, precision);
    }
  }
}

function expectArray(
  actual: unknown,
  expected: ReferenceArray,
  what: string,
  precision: Precision,
): void {
  const values = (expected.data as Plain[]).map(plainValue);
  const isArray = typeof actual === "object" && actual !== null && "dtype" in actual;
  const found = isArray ? [...(actual as NDArray)] : [actual as Value];
  if (isArray) {
    const { dtype, shape } = actual as NDArray;
    expect({ dtype, shape: [...shape] }, what).toEqual({
      dtype: expected.dtype as DType,
      shape: expected.shape,
    });
  }
  if (precision === "exact") {
    expect(found, what).toEqual(values);
    return;
  }
  const tolerance = ["f32", "c64"].includes(expected.dtype) ? 2e-6 : 1e-13;
  const isClose = (one: number, other: number): boolean =>
    Object.is(one, other) || Math.abs(one - other) <= tolerance * Math.max(1, Math.abs(other));
  const parts = (value: Value): number[] =>
    isComplexValue(value) ? [value.re, value.im] : [Number(value)];
  expect(found.length, what).toBe(values.length);
  const wrong = found.findIndex((value, at) =>
    parts(value).some((part, k) => !isClose(part, parts(values[at] as Value)[k] as number)),
  );
  if (wrong >= 0) expect(found, `${what}, element ${wrong}`).toEqual(values);
}

/** A case in words. */
export const nameOf = ({ fn, args }: FunctionCase): string => `${fn}(${JSON.stringify(args)})`;
