/**
 * Scans of distributed arrays in two passes: what each block comes to along the axis, all at a time; then each block is scanned from
 * what those before it come to. The order of additions depends on the grid alone.
 */

import type { Task } from "../../task/task.ts";
import { fillBlock, output, regionNumbers } from "../distributed/block-tasks.ts";
import { type Blocked, blocked } from "../distributed/blocked.ts";
import { combineStates, stepBlock } from "../distributed/reduction-tasks.ts";
import { Operation, operationName } from "../distributed/submit.ts";
import type { Value } from "../element.ts";
import { blockIndex, blocksOf, gridOfCuts } from "../grid.ts";
import { arrayOf, type NDArray } from "../ndarray.ts";
import type { Join } from "../reductions/fold.ts";
import type { ReductionState, States } from "../reductions/reduction.ts";
import type { ReductionSpec } from "../reductions/spec.ts";
import { type ScanSpec, scanInto, scannedShape } from "./scan.ts";

export function scanBlocks(
  name: string,
  array: Blocked,
  spec: ScanSpec,
  join: Join | undefined,
  init: Value | undefined,
): Blocked {
  using operation = new Operation(operationName(name, join));
  const { grid } = array;
  const { axis } = spec;
  const own = grid.cuts[axis] as readonly number[];
  const cuts = spec.includeInitial
    ? [0, ...(own.length === 1 ? [1] : own.slice(1).map((end) => end + 1))]
    : own;
  const result = gridOfCuts(grid.cuts.with(axis, cuts));
  if (own.length === 1) {
    const value = spec.name === "prod" ? 1 : 0;
    const filling = { kind: "constant", value: init ?? value } as const;
    const shared = operation.share({ filling, dtype: spec.dtype, shape: result.shape });
    const chunks = blocksOf(result).map((block) =>
      operation.submit(fillBlock, shared, ...regionNumbers(block)),
    );
    return blocked(spec.dtype, result, chunks);
  }
  const shipped = operation.ship(join);
  const sum = operation.share<ReductionSpec>({
    name: spec.name,
    input: array.dtype,
    dtype: array.dtype,
    axes: [axis],
  });
  const [first, others] = [
    operation.share(spec),
    operation.share<ScanSpec>({ ...spec, includeInitial: false }),
  ];
  const source = array.chunks as readonly Task<NDArray>[];
  using states = new DisposableStack();
  const kept = <T>(task: Task<T>): Task<T> => {
    states.defer(() => task.dispose());
    return task;
  };
  const last = (grid.counts[axis] as number) - 1;
  const before: (Task<ReductionState> | undefined)[] = [];
  const chunks = blocksOf(result).map(({ index, position }) => {
    const place = position[axis] as number;
    const neighbour = blockIndex(grid, position.with(axis, Math.max(0, place - 1)));
    if (place === 0) before[index] = undefined;
    const so = before[index];
    if (place < last) {
      const total = kept(
        operation.submit(stepBlock, sum, shipped, undefined, source[index] as Task<NDArray>),
      );
      const next = blockIndex(grid, position.with(axis, place + 1));
      before[next] = so
        ? kept(operation.submit(combineStates, sum, shipped, undefined, so, total))
        : total;
    }
    return operation.submit(
      scanBlock,
      neighbour === index ? first : others,
      shipped,
      init,
      so,
      source[index] as Task<NDArray>,
    );
  });
  return blocked(spec.dtype, result, chunks);
}

/** A block, of which lines begin with `init` joined with what those before it come to. */
export function scanBlock(
  spec: ScanSpec,
  join: Join | undefined,
  init: Value | undefined,
  before: ReductionState | undefined,
  block: NDArray,
): NDArray {
  const made = output(scannedShape(block.shape, spec), spec.dtype);
  scanInto(made, block, spec, join, carryOf(spec, join, init, before, block));
  return arrayOf(made);
}

function carryOf(
  { axis }: ScanSpec,
  join: Join | undefined,
  init: Value | undefined,
  before: ReductionState | undefined,
  { shape }: NDArray,
): States | undefined {
  const states = before?.states.slice();
  if (init === undefined) return states;
  const begin = (x: unknown): unknown => (join as (a: unknown, b: unknown) => unknown)(init, x);
  if (states) return (states as unknown[]).map(begin);
  const lines = shape.toSpliced(axis, 1).reduce((count, length) => count * length, 1);
  return new Array<unknown>(lines).fill(init);
}
