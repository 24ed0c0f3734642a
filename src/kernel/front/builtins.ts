/**
 * Functions of the engine given as functions of elements, written out: `Math.max` of two elements is
 * `(a, b) => Math.max(a, b)`, which has a source as any other function has.
 */

import { nameOfKnown } from "./captures.ts";
import { mathFunction, parametersOf } from "./math.ts";
import type { AnyFunction } from "./source.ts";

/** By name and number of parameters; there are as many as kernels know functions. */
const written = new Map<string, AnyFunction>();

/** The function itself, unless it is one of the engine's that kernels know. `count`: how many elements it is given. */
export function writtenOut(fn: AnyFunction, count: number): AnyFunction {
  if (!mathFunction(fn)) return fn;
  const taken = parametersOf(fn) || count;
  const key = `${nameOfKnown(fn)}/${taken}/${count}`;
  let made = written.get(key);
  if (!made) {
    const names = Array.from({ length: count }, (_, at) => `x${at + 1}`);
    const text = `(${names.join(", ")}) => ${nameOfKnown(fn)}(${names.slice(0, taken).join(", ")})`;
    made = new Function(`return ${text}`)() as AnyFunction;
    Object.defineProperty(made, "name", { value: fn.name });
    written.set(key, made);
  }
  return made;
}
