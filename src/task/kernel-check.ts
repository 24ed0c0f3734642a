/**
 * What can be refused of a kernel's call before anything runs: a function that kernels cannot run with such arguments,
 * and changes that nobody would see. Where an argument is still being made, the task finds it out.
 */

import type { AnyFunction } from "../closure/codec.ts";
import type { ElementType } from "../memory/dtype.ts";
import type { Context } from "../runtime/context.ts";
import { arrayOutline } from "../runtime/values.ts";
import { TAG } from "../sched/layout.ts";
import { ChunkHandle } from "./chunk.ts";
import { here } from "./data.ts";
import { Access } from "./datadeps/accesses.ts";
import { ChunkView } from "./datadeps/chunk-view.ts";
import { ForeignTask } from "./foreign.ts";
import type { LaunchRange } from "./kernel.ts";
import {
  argumentType,
  kernelOf,
  launchRange,
  refuseWriting,
  wrongArgument,
} from "./kernel-call.ts";
import { Shard } from "./shard.ts";
import { TaskHandle } from "./task.ts";

type Known =
  | { readonly element: ElementType; readonly shape: readonly number[] }
  | number
  | boolean;

interface Facts {
  /** Undefined while it is being made. */
  readonly value: Known | undefined;
  /** What it is, where changes of it would be lost. */
  readonly lost?: string | undefined;
}

const UNKNOWN: Facts = { value: undefined };

/**
 * Checks a call; gives the positions of the arguments that a region names as written.
 * @throws BodkinError KernelError
 */
export function checkKernelCall(
  fn: AnyFunction,
  launch: LaunchRange | undefined,
  args: readonly unknown[],
): readonly number[] {
  const context = here();
  const written = args.flatMap((arg, i) =>
    arg instanceof Access && arg.uses.some(({ writes }) => writes) ? [i] : [],
  );
  const facts = args.map((arg, i) => factsOf(context, arg, i));
  const values = facts.map(({ value }) => value);
  if (!values.every((value) => value !== undefined)) return written;
  const { ir } = kernelOf(fn, values.map(argumentType));
  launchRange(launch, values);
  for (const [i, { lost }] of facts.entries()) {
    if (lost !== undefined && !written.includes(i)) refuseWriting(ir, i, lost);
  }
  return written;
}

function factsOf(context: Context, arg: unknown, position: number): Facts {
  if (arg instanceof Access) return factsOf(context, arg.value, position);
  if (arg instanceof ChunkView) {
    // The part's shape is known where it is taken.
    const { lost } = factsOf(context, arg.whole, position);
    return { value: undefined, lost };
  }
  if (typeof arg === "number" || typeof arg === "boolean") return { value: arg };
  if (arg instanceof ChunkHandle) return arg.task ? UNKNOWN : factsOfChunk(context, arg.index);
  if (arg instanceof TaskHandle) return factsOfTask(context, arg);
  if (arg instanceof ForeignTask || arg instanceof Shard) return UNKNOWN;
  const value = arrayOutline(arg);
  if (!value) throw wrongArgument(arg, position);
  return {
    value,
    ...(!value.isShared && { lost: "an array of the program, of which tasks get a copy" }),
  };
}

function factsOfTask(context: Context, { outcome }: TaskHandle<unknown>): Facts {
  switch (outcome?.tag) {
    case TAG.number:
      return { value: outcome.number };
    case TAG.true:
    case TAG.false:
      return { value: outcome.tag === TAG.true };
    case TAG.chunk:
      return factsOfChunk(context, outcome.word);
    default:
      return UNKNOWN;
  }
}

function factsOfChunk({ heap }: Context, chunk: number): Facts {
  const kind = heap.kindOf(chunk);
  if (kind !== "array" && kind !== "typed") return UNKNOWN;
  const element = heap.elementOf(chunk);
  const shape =
    kind === "array" ? heap.shapeOf(chunk) : [heap.bytesOf(chunk) / heap.elementSizeOf(chunk)];
  const isMutable = heap.get(chunk, "pinned") === 1;
  return { value: { element, shape }, ...(!isMutable && { lost: "not mutable data" }) };
}
