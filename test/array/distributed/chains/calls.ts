/** Calls of array functions as data: made for an array by its shape and dtype, run with local and distributed ones alike. */

import type { Blocks, DArray, DType, NDArray } from "bodkin";
import * as bodkin from "bodkin";
import type { Choices } from "./choices.ts";

type AnyArray = NDArray | DArray;

/** Where the array of the chain comes. */
export const X = Symbol("x");

export interface Call {
  readonly fn: string;
  readonly args: readonly unknown[];
  /** How large the numbers are that are added up, where another order of additions leaves others. */
  readonly scale?: number;
}

/** A call for an array; none where the function is not for such arrays. */
export type Move = (x: NDArray, choose: Choices) => Call | undefined;

export const call = (fn: string, ...args: readonly unknown[]): Call => ({ fn, args });
/** A call whose result may differ in the last places. */
export const close = (scale: number, fn: string, ...args: readonly unknown[]): Call => ({
  fn,
  args,
  scale,
});

/** Where elements are at several places, as in what broadcastTo gives of local arrays, an array with elements of its own. */
export const writable = (x: NDArray): NDArray =>
  x.strides.some((stride, axis) => stride === 0 && (x.shape[axis] as number) > 1) ? x.copy() : x;

/** The largest finite number. */
export function largest(x: NDArray): number {
  let most = 0;
  for (const value of x) {
    const size = Math.abs(Number(value));
    if (size > most && Number.isFinite(size)) most = size;
  }
  return most;
}

/** What arrays do as methods, and several calls in one. */
const METHODS = {
  astype: (x: NDArray, dtype: DType) => x.astype(dtype),
  rechunk: (x: AnyArray, blocks: Blocks) => ("grid" in x ? x.rechunk(blocks) : x),
  slice: (x: NDArray, ...entries: never[]) => x.slice(...entries),
  transpose: (x: NDArray, ...axes: number[]) => x.transpose(...axes),
  reshape: (x: NDArray, shape: number[]) => x.reshape(shape),
  assign: (x: NDArray, source: NDArray) => x.assign(source),
  assignPart: (x: NDArray, entries: never[], source: NDArray) => {
    x.slice(...entries).assign(source);
    return x;
  },
  /** What is computed before an assignment has the old elements, a view has the new ones. */
  aroundAssignment: (x: NDArray, source: NDArray) => {
    const before = bodkin.map((value) => value, x);
    const view = x.slice("...");
    x.assign(source);
    return [before, view];
  },
  set: async (x: NDArray, ...indicesAndValue: number[]) => {
    await x.set(...(indicesAndValue as never as [number]));
    return x;
  },
  get: (x: NDArray, ...indices: number[]) => x.get(...indices),
  copyTo: async (x: NDArray, source: NDArray) => {
    await bodkin.copyTo(x, source);
    return x;
  },
};

const FUNCTIONS = { ...bodkin, ...METHODS } as unknown as Readonly<
  Record<string, (...args: unknown[]) => unknown>
>;

const isArray = (value: unknown): value is NDArray =>
  typeof value === "object" && value !== null && "dtype" in value && "shape" in value;
const isPlain = (value: unknown): value is object =>
  Object.prototype.toString.call(value) === "[object Object]" && !isArray(value);

/** Runs a call with `x`, and with other arrays as `take` makes them. */
export function run({ fn, args }: Call, x: AnyArray, take: (array: NDArray) => AnyArray): unknown {
  const given = (arg: unknown): unknown => {
    if (arg === X) return x;
    if (isArray(arg)) return take(arg);
    if (Array.isArray(arg)) return arg.map(given);
    if (!isPlain(arg) || "kind" in arg) return arg;
    return Object.fromEntries(Object.entries(arg).map(([key, own]) => [key, given(own)]));
  };
  return FUNCTIONS[fn]?.(...args.map(given));
}

/** A call as it is written in a program. */
export function textOf({ fn, args }: Call): string {
  const text = (arg: unknown): string => {
    if (arg === X) return "x";
    if (isArray(arg)) return arrayText(arg);
    if (Array.isArray(arg)) return `[${arg.map(text).join(", ")}]`;
    if (Object.is(arg, -0)) return "-0";
    if (ArrayBuffer.isView(arg)) return `${arg.constructor.name}.of(${String(arg)})`;
    if (!isPlain(arg)) return typeof arg === "string" ? JSON.stringify(arg) : String(arg);
    if ("sizes" in arg) return `Blocks(${(arg.sizes as unknown[]).map(text).join(", ")})`;
    const own = Object.entries(arg).map(([key, value]) => `${key}: ${text(value)}`);
    return `{ ${own.join(", ")} }`;
  };
  return `${fn}(${args.map(text).join(", ")})`;
}

export const arrayText = (array: NDArray): string =>
  `fromArray([${[...array].map((value) => (Object.is(value, -0) ? "-0" : String(value))).join(", ")}], { dtype: "${array.dtype}" }).reshape([${array.shape.join(", ")}])`;
