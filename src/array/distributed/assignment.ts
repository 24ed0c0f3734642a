/** Writes to distributed arrays: of arrays to views, of single elements, and of whatever makes blocks of blocks. */

import type { DType } from "../../memory/dtype.ts";
import type { Task, TaskHandle } from "../../task/task.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { checkConversion } from "../copy.ts";
import { checkValue, type Value } from "../element.ts";
import { isValue } from "../elementwise/apply.ts";
import { type ArraySource, fromSource } from "../from-source.ts";
import { arrayOf, isNDArray, type NDArray } from "../ndarray.ts";
import { dtypeOfValue } from "../promotion.ts";
import { broadcastShapes, type Shape, sameShape, shapeText } from "../shape.ts";
import type { Strided } from "../strided.ts";
import { type Blocked, isBlocked } from "./blocked.ts";
import { type AnyArray, OperandCutter } from "./operands.ts";
import type { BlockStore } from "./store.ts";
import { type BlockSource, Operation } from "./submit.ts";
import { blockWith, elementOfBlock } from "./writing-tasks.ts";

/** Sets the elements to those of what broadcasts to the shape, as they are at the call. */
export function assignBlocks(target: BlockStore, source: ArraySource | Blocked): void {
  target.checkWritable();
  const operand = operandOf(source);
  checkOperand(operand, target);
  using operation = new Operation("assign");
  const cutter = new OperandCutter(operation, target.grid, [operand]);
  const writes = Array.from({ length: target.grid.length }, (_, index) => {
    const { operands, blocks } = cutter.block(index);
    return { index, operand: operands[0] as (typeof operands)[0], blocks };
  });
  target.write(operation, writes);
}

function operandOf(source: ArraySource | Blocked): AnyArray | Value {
  if (isBlocked(source) || isNDArray(source)) return source;
  if (isValue(source as Strided | Value)) return checkValue(source);
  return arrayOf(fromSource(source));
}

function checkOperand(operand: AnyArray | Value, { dtype, grid }: Blocked): void {
  if (isValue(operand as Strided | Value)) {
    checkConversion(dtypeOfValue(operand as Value), dtype);
    return;
  }
  const array = operand as AnyArray;
  checkConversion(array.dtype, dtype);
  checkFits(isBlocked(array) ? array.grid.shape : array.shape, grid.shape);
}

function checkFits(shape: Shape, target: Shape): void {
  if (shape.length <= target.length && sameShape(broadcastShapes(shape, target), target)) return;
  throw invalidArgument(
    `an array of shape ${shapeText(shape)} cannot be assigned to one of shape ${shapeText(target)}: from the last axis on, its lengths must be equal or 1`,
  );
}

/**
 * Puts new blocks in the place of old ones: `make` submits the task of one, whose function gets the old block and
 * gives one of the same shape and dtype. `block` is for one argument of that task; so its function can write to the
 * old block, where `writable` says so, and give that.
 */
export function rewriteBlocks<D extends DType>(
  target: BlockStore<D>,
  operation: Operation,
  make: (block: Task<NDArray<D>>, index: number) => Task<NDArray<D>>,
): void {
  target.checkWritable();
  const made = new Map<number, Task<NDArray>>();
  for (let index = 0; index < target.grid.length; index++) {
    const block = target.given(index) as unknown as Task<NDArray<D>>;
    made.set(index, make(block, index) as unknown as Task<NDArray>);
  }
  target.replace(operation, made);
}

/** The element at these indices. */
export function readElement(array: BlockStore, indices: readonly number[]): Promise<Value> {
  const { store, block, indices: inside } = array.locate(indices);
  using operation = new Operation("get");
  const chunk = store.chunks[block] as unknown as NDArray;
  return operation.submit(elementOfBlock, chunk, inside).fetch() as Promise<Value>;
}

/** Sets the element at these indices. Ends when that is done. */
export function writeElement(
  array: BlockStore,
  indices: readonly number[],
  value: unknown,
): Promise<void> {
  array.checkWritable();
  const own = checkValue(value);
  checkConversion(dtypeOfValue(own), array.dtype);
  const { store, block, indices: inside } = array.locate(indices);
  using operation = new Operation("set");
  const old = store.given(block) as BlockSource & NDArray;
  const made = operation.submit(blockWith, old, inside, own);
  const done = (made as TaskHandle<NDArray>).done();
  store.replace(operation, new Map([[block, made]]));
  done.catch(() => {}); // every reader of the block gets the error too
  return done;
}
