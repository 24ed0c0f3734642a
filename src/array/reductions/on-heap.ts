/** Reductions as WebAssembly, of arrays that are in the heap: in the same order, so to the same bits. */

import type { ElementDType } from "../../kernel/ir.ts";
import {
  type ReductionKind,
  reduceElements,
  reductionScratch,
} from "../../kernel/wasm/reductions.ts";
import { findContext } from "../../runtime/context.ts";
import { heapMemory } from "../heap-memory.ts";
import { sizeOf } from "../shape.ts";
import { isContiguous, type Strided } from "../strided.ts";

/** Fewer elements are not worth a module. */
export const FEWEST_ON_HEAP = 1024;
const MOST = 2 ** 31;

/** The state of all elements; undefined where they are not in the heap, side by side. */
export function reduceOnHeap(view: Strided, kind: ReductionKind): Float64Array | undefined {
  const n = sizeOf(view.shape);
  const context = findContext();
  if (n < FEWEST_ON_HEAP || n >= MOST || !isContiguous(view)) return undefined;
  if (context?.heap.addressOf(view.data) === undefined) return undefined;
  const memory = heapMemory(context);
  const address = memory.addressOf(view);
  if (address === undefined || reductionScratch(kind) > memory.scratchBytes) return undefined;
  const dtype = view.dtype as ElementDType;
  return reduceElements(kind, dtype, memory.memory, address, n, memory.scratch);
}
