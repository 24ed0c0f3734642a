/** The heap of this process as compiled code sees it: addresses of operands, and some memory of this thread's own. */

import type { Context } from "../runtime/context.ts";
import type { Operand } from "./strided.ts";

const SCRATCH_BYTES = 8192;
/** At the end of the scratch memory: single values that operands stand for, 16 bytes each. */
const VALUES_BYTES = 1024;
const VALUE_BYTES = 16;

export class HeapMemory {
  readonly memory: WebAssembly.Memory;
  /** Address of memory that nobody else uses, divisible by 64. */
  readonly scratch: number;
  readonly scratchBytes: number = SCRATCH_BYTES - VALUES_BYTES;
  readonly #heap: Context["heap"];

  constructor({ heap }: Context) {
    this.#heap = heap;
    this.memory = heap.share.data;
    // Kept for as long as the thread lives.
    const chunk = heap.allocate({ kind: "typed", bytes: SCRATCH_BYTES });
    this.scratch = heap.bytes(chunk).byteOffset;
  }

  /** Where an operand begins; undefined where it is not in the heap. */
  addressOf({ data, offset }: Operand): number | undefined {
    const start = this.#heap.addressOf(data);
    return start === undefined ? undefined : start + offset * data.BYTES_PER_ELEMENT;
  }

  /** Where the first element of an operand is, brought into the heap if it is not there. */
  place(operand: Operand, at: number): number | undefined {
    const own = this.addressOf(operand);
    if (own !== undefined) return own;
    if ((at + 1) * VALUE_BYTES > VALUES_BYTES) return undefined;
    const address = this.scratch + this.scratchBytes + at * VALUE_BYTES;
    const { data, offset } = operand;
    const Class = data.constructor as new (
      buffer: SharedArrayBuffer,
      at: number,
      n: number,
    ) => number[];
    new Class(this.memory.buffer, address, 1)[0] = data[offset] as number;
    return address;
  }
}

const memories = new WeakMap<Context, HeapMemory>();

/** The heap memory of this thread. @throws BodkinError where there is no room for what it keeps to itself */
export function heapMemory(context: Context): HeapMemory {
  let memory = memories.get(context);
  if (!memory) memories.set(context, (memory = new HeapMemory(context)));
  return memory;
}
