/** `mapBlocks`: what neither single elements nor whole arrays say, said of blocks. */

import type { DType } from "../memory/dtype.ts";
import { invalidArgument } from "../wire/errors.ts";
import { checkNames } from "../wire/option-names.ts";
import { BlockArray, isDArray } from "./distributed/block-array.ts";
import type { DArray } from "./distributed/darray.ts";
import { type BlockFunction, checkedBlock, mapOverBlocks } from "./distributed/map-blocks.ts";
import { checkDType, isComplexValue, type Value } from "./element.ts";
import type { Typed } from "./elementwise/operand-types.ts";
import { type Block, blockAt, gridOfCuts } from "./grid.ts";
import { isNDArray, type NDArray } from "./ndarray.ts";
import { broadcastShapes, type Shape } from "./shape.ts";

type Operand = DArray | NDArray | Value;

/** What the function is given of an operand. */
type PartOf<T> = T extends Typed<infer D> ? NDArray<D> : T;

export type PartsOf<A extends readonly unknown[]> = { [K in keyof A]: PartOf<A[K]> };

export interface MapBlocksOptions<D extends DType = DType> {
  /** Dtype of the result; that of the first array unless given. */
  readonly dtype?: D;
}

type FirstOf<A extends readonly unknown[]> = A extends readonly [infer Head, ...infer Tail]
  ? Head extends Typed<infer D>
    ? D
    : FirstOf<Tail>
  : DType;

type Outcome<A extends readonly unknown[], D extends DType> = [Extract<A[number], DArray>] extends [
  never,
]
  ? Promise<NDArray<D>>
  : DArray<D>;

/**
 * A function of whole blocks: it is given the block of each array (other partitionings are cut to fit, axes of
 * length 1 repeat), single values as they are, and last the place of the block: `index`, `position` in the grid,
 * `start` and `shape`. It gives the array of its block, of the same shape, or a promise of it. One task a block; a
 * local array is one block. `{ dtype }` may follow the operands.
 */
export function mapBlocks<const A extends readonly Operand[]>(
  fn: (...blocksAndPlace: [...PartsOf<A>, Block]) => NDArray | Promise<NDArray>,
  ...operands: A
): Outcome<A, FirstOf<A>>;
export function mapBlocks<const A extends readonly Operand[], D extends DType>(
  fn: (...blocksAndPlace: [...PartsOf<A>, Block]) => NDArray | Promise<NDArray>,
  ...operands: [...A, MapBlocksOptions<D>]
): Outcome<A, D>;
export function mapBlocks(fn: unknown, ...given: (Operand | MapBlocksOptions)[]): unknown {
  const last = given.at(-1);
  const hasOptions = isOptions(last);
  const operands = (hasOptions ? given.slice(0, -1) : given) as Operand[];
  const options: MapBlocksOptions = hasOptions ? last : {};
  checkNames(options, ["dtype"], "mapBlocks");
  if (typeof fn !== "function") {
    throw invalidArgument("mapBlocks takes a function first: mapBlocks(block => block, array)");
  }
  const first = operands.find((each) => isDArray(each) || isNDArray(each)) as Typed | undefined;
  if (!first || !operands.every(isOperand)) {
    throw invalidArgument(
      "mapBlocks takes arrays made by this library, at least one, and single values; distribute(x, Blocks(...)) or fromArray(x) makes an array",
    );
  }
  const dtype = options.dtype === undefined ? first.dtype : checkDType(options.dtype);
  const ofBlock = fn as BlockFunction;
  if (operands.some(isDArray)) return new BlockArray(mapOverBlocks(ofBlock, operands, dtype));
  return ofLocal(ofBlock, operands as (NDArray | Value)[], dtype);
}

const isOperand = (value: unknown): boolean =>
  isDArray(value) ||
  isNDArray(value) ||
  typeof value === "number" ||
  typeof value === "boolean" ||
  (typeof value === "object" && value !== null && isComplexValue(value as Value));

const isOptions = (value: unknown): value is MapBlocksOptions =>
  Object.prototype.toString.call(value) === "[object Object]" && !isOperand(value);

async function ofLocal(
  fn: BlockFunction,
  operands: readonly (NDArray | Value)[],
  dtype: DType,
): Promise<NDArray> {
  const shapes = operands.filter(isNDArray).map((array) => array.shape);
  const place = wholeBlock(broadcastShapes(...shapes));
  return checkedBlock(await fn(...([...operands, place] as never[])), place, dtype);
}

const wholeBlock = (shape: Shape): Block =>
  blockAt(gridOfCuts(shape.map((length) => [0, length])), 0);
