/** Parts of chunks as arguments: the function gets the part, in place. */

import type { AnyFunction } from "../../closure/codec.ts";
import { invalidArgument } from "../../wire/errors.ts";
import type { ChunkHandle } from "../chunk.ts";
import type { Task } from "../task.ts";
import { Access } from "./accesses.ts";
import { type Part, takePart } from "./parts.ts";

/** A part of a chunk, or of the result of a task. */
export class ChunkView<T> {
  readonly whole: ChunkHandle<T> | Task<T>;
  readonly part: Part;

  constructor(whole: ChunkHandle<T> | Task<T>, part: Part) {
    this.whole = whole;
    this.part = part;
  }
}

/** Whether an argument is not what the function gets. @throws where it is an annotation, which means nothing here */
export function isView(arg: unknown): arg is ChunkView<unknown> {
  if (arg instanceof Access) {
    throw invalidArgument(
      "In, Out, InOut and Deps have a meaning in spawnDatadeps(() => { … }) only",
    );
  }
  return arg instanceof ChunkView;
}

/** A call with views as one with what they are views of. */
export function viewCall(
  fn: AnyFunction,
  args: readonly unknown[],
): { readonly fn: AnyFunction; readonly args: readonly unknown[] } {
  const parts = args.map((arg) => (arg instanceof ChunkView ? arg.part : undefined));
  const wholes = args.map((arg) => (arg instanceof ChunkView ? arg.whole : arg));
  return { fn: callWithParts as AnyFunction, args: [fn, parts, ...wholes] };
}

/** Run as a task: calls a function with parts of some of its arguments. */
export function callWithParts<R>(
  fn: (...args: unknown[]) => R,
  parts: readonly (Part | undefined)[],
  ...args: readonly unknown[]
): R {
  return fn(...args.map((arg, at) => (parts[at] ? takePart(parts[at], arg) : arg)));
}
