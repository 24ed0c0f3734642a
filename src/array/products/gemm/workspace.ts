/**
 * The memory in which a product of matrices is computed: the heap, where operands and results of tasks are, or one of
 * this thread's own for arrays of users. What is not there is copied in part by part.
 */

import { createSharedMemory } from "../../../platform/memory.ts";
import { type Context, findContext } from "../../../runtime/context.ts";
import type { Strided } from "../../strided.ts";

export interface Workspace extends Disposable {
  readonly memory: WebAssembly.Memory;
  /** Where a view begins in the memory; undefined where it is not there. */
  addressOf(view: Strided): number | undefined;
  /** Memory that nobody else uses, until the workspace is disposed of. */
  take(bytes: number): number;
}

const ALIGNMENT = 64;

class HeapWorkspace implements Workspace {
  readonly memory: WebAssembly.Memory;
  readonly #heap: Context["heap"];
  readonly #chunks: number[] = [];

  constructor({ heap }: Context) {
    this.#heap = heap;
    this.memory = heap.share.data;
  }

  addressOf({ data, offset }: Strided): number | undefined {
    const start = this.#heap.addressOf(data);
    return start === undefined ? undefined : start + offset * data.BYTES_PER_ELEMENT;
  }

  take(bytes: number): number {
    const chunk = this.#heap.allocate({ kind: "typed", bytes });
    this.#chunks.push(chunk);
    return this.#heap.bytes(chunk).byteOffset;
  }

  [Symbol.dispose](): void {
    for (const chunk of this.#chunks) this.#heap.release(chunk);
  }
}

/** More than one product asks for; pages are committed when they are first used. */
const OWN_BYTES = 2 ** 26;

let ownMemory: WebAssembly.Memory | undefined;

/** Used by one product at a time, which does not wait for anything. */
class OwnWorkspace implements Workspace {
  readonly memory: WebAssembly.Memory = (ownMemory ??= createSharedMemory(OWN_BYTES));
  #used = ALIGNMENT;

  addressOf(): undefined {
    return undefined;
  }

  take(bytes: number): number {
    const start = this.#used;
    this.#used += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    return start;
  }

  [Symbol.dispose](): void {}
}

/** The workspace for products that go to `out`. */
export function workspaceFor(out: Strided): Workspace {
  const context = findContext();
  const isInHeap = context?.heap.addressOf(out.data) !== undefined;
  return context && isInHeap ? new HeapWorkspace(context) : new OwnWorkspace();
}
