/** Elements of one array into another, however each is cut. */

import type { DType } from "../../memory/dtype.ts";
import type { TaskHandle } from "../../task/task.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { type BlockArray, isDArray } from "../distributed/block-array.ts";
import { type AnyArray, checkArray } from "../kinds.ts";
import type { NDArray } from "../ndarray.ts";
import { sameShape, shapeText } from "../shape.ts";

/**
 * Sets the elements of `target`, an array or a view, to those of `source`, of the same shape. Ends when that is done;
 * what is submitted after the call has the new elements.
 * @throws BodkinError where the shapes differ, or complex elements would have to become real ones
 */
export async function copyTo(target: AnyArray, source: AnyArray): Promise<void> {
  checkArray("copyTo", target);
  checkArray("copyTo", source);
  if (!sameShape(target.shape, source.shape)) {
    throw invalidArgument(
      `copyTo: the target has shape ${shapeText(target.shape)}, the source ${shapeText(source.shape)}; they must be equal. target.assign(source) repeats axes of length 1`,
    );
  }
  if (isDArray(target)) {
    target.assign(source);
    const { sources } = (target as BlockArray<DType>).store;
    await Promise.all(sources.map((task) => (task as TaskHandle<unknown>).done()));
  } else (target as NDArray).assign(isDArray(source) ? await source.collect() : source);
}
