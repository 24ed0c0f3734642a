/**
 * Products of distributed arrays. A block of the product is cut as the operands are; it is the sum of the products of
 * their blocks along the axes that are summed, which are taken one after the other, so that no task has more than
 * one block of each operand and of the product. Only where the product has few blocks are there several such
 * chains for each, whose sums are added at the end.
 */

import type { DType } from "../../memory/dtype.ts";
import type { Chunk } from "../../task/chunk.ts";
import { GivenTask } from "../../task/given-task.ts";
import type { Task } from "../../task/task.ts";
import type { Operand } from "../distributed/block-tasks.ts";
import { type Blocked, blocked, isBlocked } from "../distributed/blocked.ts";
import { type AnyArray, PartCutter, shapeOf } from "../distributed/operands.ts";
import { type BlockSource, Operation } from "../distributed/submit.ts";
import { type Block, type BlockGrid, blocksOf, gridOfCuts, type Region } from "../grid.ts";
import type { NDArray } from "../ndarray.ts";
import { addBlocks, multiplyBlocks, type ProductSpec } from "./block-tasks.ts";
import { type Contraction, type Labels, lengthsOf, rolesOf } from "./contraction.ts";

/** Chains that there are in all, if the product has fewer blocks: enough for many processors. */
const CHAINS = 16;

type Cuts = readonly number[];

/** The product of two arrays, at least one of them distributed. */
export function contractBlocks<D extends DType>(
  name: string,
  contraction: Contraction,
  a: AnyArray,
  b: AnyArray,
  dtype: D,
): Blocked<D> {
  using operation = new Operation(name);
  const product = new Product(operation, contraction, [a, b], dtype);
  const chunks = blocksOf(product.grid).map((block) => product.block(block));
  return blocked(dtype, product.grid, chunks);
}

class Product {
  readonly grid: BlockGrid;
  readonly #operation: Operation;
  readonly #contraction: Contraction;
  readonly #operands: readonly [AnyArray, AnyArray];
  readonly #dtype: DType;
  readonly #parts: PartCutter;
  readonly #summed: Labels;
  /** The blocks of the axes that are summed. */
  readonly #steps: readonly Block[];
  readonly #chains: number;
  /** Of two blocks, and of one with itself. */
  readonly #ofWholeBlocks: Chunk<ProductSpec>[] = [];

  constructor(
    operation: Operation,
    contraction: Contraction,
    operands: readonly [AnyArray, AnyArray],
    dtype: DType,
  ) {
    const [a, b] = operands;
    const lengths = lengthsOf("a product", contraction, [shapeOf(a), shapeOf(b)]);
    const cutsOf = (label: number): Cuts =>
      commonCuts(lengths.get(label) as number, [
        ...cutsAlong(a, contraction.a, label),
        ...cutsAlong(b, contraction.b, label),
      ]);
    this.#operation = operation;
    this.#contraction = contraction;
    this.#operands = operands;
    this.#dtype = dtype;
    this.#parts = new PartCutter(operation, operands);
    this.grid = gridOfCuts(contraction.out.map(cutsOf));
    this.#summed = rolesOf(contraction).summed;
    this.#steps = blocksOf(gridOfCuts(this.#summed.map(cutsOf)));
    const most = Math.floor(CHAINS / Math.max(1, this.grid.length));
    this.#chains = Math.max(1, Math.min(most, this.#steps.length));
  }

  block(block: Block): Task<NDArray> {
    const count = this.#steps.length;
    const sums = Array.from({ length: this.#chains }, (_, chain) => {
      const from = Math.floor((chain * count) / this.#chains);
      const to = Math.floor(((chain + 1) * count) / this.#chains);
      return this.#chain(block, this.#steps.slice(from, to));
    });
    return this.#sum(sums);
  }

  /** One product after the other; without any, zeros. */
  #chain(block: Block, steps: readonly Block[]): Task<NDArray> {
    let sum = this.#step(block, steps[0], undefined);
    for (const step of steps.slice(1)) {
      sum = this.#step(block, step, GivenTask.of(sum));
    }
    return sum;
  }

  #step(block: Block, step: Block | undefined, before: Task<NDArray> | undefined): Task<NDArray> {
    const blocks: BlockSource[] = [];
    const { a, b } = this.#contraction;
    const left = this.#parts.part(0, this.#region(0, a, block, step), blocks);
    const right = this.#parts.part(1, this.#region(1, b, block, step), blocks);
    return this.#operation.submit(
      multiplyBlocks,
      this.#spec(left, right),
      before as (Task<NDArray> & NDArray) | undefined,
      ...(blocks as (BlockSource & NDArray)[]),
    );
  }

  /** Most products are of whole blocks, and say the same but for which the second one is: 1, or 0 as the first. */
  #spec(left: Operand, right: Operand): ProductSpec | Chunk<ProductSpec> {
    const spec = { dtype: this.#dtype, contraction: this.#contraction, left, right };
    if (!("block" in left && "block" in right)) return spec;
    return (this.#ofWholeBlocks[right.block] ??= this.#operation.share<ProductSpec>(spec));
  }

  /** What a product of blocks needs of an operand. An axis that repeats has length 1. */
  #region(at: 0 | 1, labels: Labels, block: Block, step: Block | undefined): Region {
    const shape = shapeOf(this.#operands[at]);
    const places = labels.map((label, axis) => {
      if (shape[axis] === 1) return [0, 1] as const;
      const out = this.#contraction.out.indexOf(label);
      const own = out >= 0 ? block : step;
      const index = out >= 0 ? out : this.#summed.indexOf(label);
      return [own?.start[index] ?? 0, own?.shape[index] ?? 0] as const;
    });
    return { start: places.map(([start]) => start), shape: places.map(([, length]) => length) };
  }

  /** Neighbours first. */
  #sum(sums: readonly Task<NDArray>[]): Task<NDArray> {
    if (sums.length === 1) return sums[0] as Task<NDArray>;
    const middle = sums.length >> 1;
    const [first, second] = [sums.slice(0, middle), sums.slice(middle)].map(
      (own) => GivenTask.of(this.#sum(own)) as Task<NDArray> & NDArray,
    );
    return this.#operation.submit(
      addBlocks,
      first as Task<NDArray> & NDArray,
      second as Task<NDArray> & NDArray,
    );
  }
}

/** Where an array is cut along its axes with a label. */
const cutsAlong = (array: AnyArray, labels: Labels, label: number): Cuts[] =>
  isBlocked(array) ? array.grid.cuts.filter((_, axis) => labels[axis] === label) : [];

/** Cut wherever one is: so every piece lies in one block of both. */
function commonCuts(length: number, given: readonly Cuts[]): Cuts {
  const places = new Set([0, length]);
  for (const cuts of given) {
    if (cuts.at(-1) === length) for (const place of cuts) places.add(place);
  }
  return [...places].toSorted((a, b) => a - b);
}
