/** Distributed arrays as text: what is here of them is shown, nothing is waited for, computed or moved. */

import type { DType } from "../../memory/dtype.ts";
import { TAG } from "../../sched/layout.ts";
import { arrayText, type TextOptions } from "../../show/array-text.ts";
import { arraySummary, blockStatus } from "../../show/summary.ts";
import { type Task, TaskHandle } from "../../task/task.ts";
import type { Value } from "../element.ts";
import { blockShape } from "../grid.ts";
import { arrayOf, type NDArray } from "../ndarray.ts";
import { rowMajor, type Strided } from "../strided.ts";
import type { BlockStore } from "./store.ts";

/** What is known of a block without asking anybody. */
type BlockState =
  | { readonly kind: "pending" | "failed" }
  | {
      readonly kind: "done";
      readonly worker: number;
      readonly elementAt: ((indices: readonly number[]) => Value) | undefined;
    };

export function textOf(array: BlockStore, options?: TextOptions): string {
  const { grid, dtype, sources } = array;
  const { shape } = grid;
  const known = new Map(sources.map((chunk) => [chunk, stateOf(chunk, dtype)]));
  const states = [...known.values()];
  const blocks = { counts: grid.counts, ...blockShape(grid) };
  const lines = [arraySummary({ name: "DArray", shape, dtype, blocks })];
  const status = blockStatus({
    total: states.length,
    done: states.filter(({ kind }) => kind === "done").length,
    failed: states.filter(({ kind }) => kind === "failed").length,
    elsewhere: states.flatMap((own) => (own.kind === "done" && !own.elementAt ? [own.worker] : [])),
  });
  if (status) lines.push(status);
  if (states.some((own) => own.kind === "done" && own.elementAt)) {
    const at = (indices: readonly number[]): Value | undefined => {
      const { store, block, indices: inside } = array.locate(indices);
      const own = known.get(store.sources[block] as Task<NDArray>);
      return own?.kind === "done" ? own.elementAt?.(inside) : undefined;
    };
    lines.push(arrayText({ shape, dtype, at }, options));
  }
  return lines.join("\n");
}

function stateOf(chunk: Task<NDArray>, dtype: DType): BlockState {
  if (!chunk.isReady || !(chunk instanceof TaskHandle)) return { kind: "pending" };
  const { outcome, context } = chunk as TaskHandle<NDArray>;
  if (outcome?.tag !== TAG.chunk) return { kind: "failed" };
  const { heap, worker } = context;
  const index = outcome.word;
  // Not from disk: that would move it.
  const isHere = heap.hasData(index) && heap.stateOf(index) === "sealed";
  const elementAt = (indices: readonly number[]): Value =>
    heap.using(index, () => {
      const data = heap.view(index) as Strided["data"];
      return arrayOf(rowMajor(data, heap.shapeOf(index), dtype)).get(...indices) as Value;
    });
  return {
    kind: "done",
    worker: heap.get(index, "worker") || worker,
    elementAt: isHere ? elementAt : undefined,
  };
}
