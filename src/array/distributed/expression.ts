/**
 * Functions of elements that were called and whose tasks may be submitted later. One whose result is used by a single
 * operation before that is computed within the tasks of that operation, block by block, and its own blocks are never
 * made, unless somebody asks for them after all.
 */

import type { DType } from "../../memory/dtype.ts";
import { withFrame } from "../../runtime/frame.ts";
import { outside } from "../../task/queues.ts";
import type { Task } from "../../task/task.ts";
import type { Value } from "../element.ts";
import { isValue } from "../elementwise/apply.ts";
import { compileProgram } from "../elementwise/compile-program.ts";
import { type Mode, valueDType } from "../elementwise/mode.ts";
import { programOfOne } from "../elementwise/program.ts";
import type { ElementFunction } from "../elementwise/result-type.ts";
import { type BlockGrid, blocksOf, sameGrid } from "../grid.ts";
import { isNDArray, type NDArray } from "../ndarray.ts";
import type { Strided } from "../strided.ts";
import { keepBlock, mapBlock } from "./block-tasks.ts";
import { blocked, isBlocked } from "./blocked.ts";
import { type CallSite, DeferredBlocks } from "./deferred.ts";
import { Fused } from "./fused.ts";
import { type Making, passOf, taskCount } from "./making.ts";
import { type AnyArray, PartCutter, regionOf } from "./operands.ts";
import { Operation, Shared } from "./submit.ts";

/** Functions in one pass, and operands: code for more would have too many values at once. */
const MOST_FUNCTIONS = 16;
const MOST_OPERANDS = 16;

export interface ElementwiseCall {
  readonly name: string;
  readonly fn: ElementFunction;
  /** Blocks of distributed ones do not change. */
  readonly operands: readonly (AnyArray | Value)[];
  readonly grid: BlockGrid;
  readonly dtype: DType;
  readonly mode: Mode;
}

/** An operation that uses blocks. */
export interface Consumer {
  readonly site: CallSite;
  readonly grid: BlockGrid;
  /** How it computes; absent: as what it takes. */
  readonly mode?: Mode;
}

export class Expression extends DeferredBlocks<DType> {
  readonly name: string;
  readonly fn: ElementFunction;
  readonly mode: Mode;
  readonly operandTypes: readonly DType[];
  /** The function as it is at the call. */
  readonly shipped: ElementFunction;
  /** Of the operands. */
  readonly parts: PartCutter;
  /** Functions and operands of the pass, if all is computed in one that may be. */
  readonly #functions: number;
  readonly #leaves: number;
  readonly #shared: Shared;
  #operands: (AnyArray | Value)[];
  #consumers = 0;
  #isWithin = false;
  #isPure: boolean | undefined;
  #isNoted = false;

  /** @throws BodkinError where the function cannot travel */
  constructor({ name, fn, operands, grid, dtype, mode }: ElementwiseCall) {
    super(dtype, grid);
    this.name = name;
    this.fn = fn;
    this.mode = mode;
    this.operandTypes = typesOf(operands, mode);
    this.#operands = [...operands];
    this.#shared = new Shared(name);
    this.shipped = this.#shared.ship(fn);
    this.parts = new PartCutter(this.#shared, this.#operands);
    this.#cutLocal();
    let [functions, leaves] = [1, operands.length];
    for (const operand of new Set(operands)) {
      if (!(operand instanceof Expression)) continue;
      if (operand.use(this, MOST_FUNCTIONS - functions, MOST_OPERANDS - leaves)) {
        functions += operand.#functions;
        leaves += operand.#leaves;
      }
    }
    this.#functions = functions;
    this.#leaves = leaves;
  }

  /** Takes local arrays as they are now. */
  #cutLocal(): void {
    this.#operands.forEach((operand, at) => {
      if (!isNDArray(operand)) return;
      for (const block of blocksOf(this.grid)) this.parts.part(at, regionOf(operand, block), []);
    });
  }

  get operands(): ElementwiseCall["operands"] {
    return this.#operands;
  }

  /** Operands that are computed in the same pass. */
  get absorbed(): readonly Expression[] {
    return this.#operands.filter((each) => each instanceof Expression && each.isAbsorbed) as never;
  }

  /** Notes an operation that uses it. True: it is computed within that one, if no other comes. */
  use(by: Consumer, functions: number = MOST_FUNCTIONS, operands: number = MOST_OPERANDS): boolean {
    this.checkHeld();
    this.#consumers++;
    if (this.isSubmitted || this.#consumers > 1) return false;
    const { site, grid, mode } = this;
    this.#isWithin =
      this.#functions <= functions &&
      this.#leaves <= operands &&
      site.equals(by.site) &&
      sameGrid(grid, by.grid) &&
      (by.mode === undefined || isAlike(mode, by.mode)) &&
      this.isPure;
    return this.#isWithin;
  }

  /** It is computed within the one operation that uses it. */
  get isAbsorbed(): boolean {
    return this.#isWithin && this.#consumers === 1 && !this.isSubmitted;
  }

  /**
   * The function has no effects and gives the same whenever it is called: so it is if it can be compiled. Others are
   * called once for each element.
   */
  get isPure(): boolean {
    const { fn, operandTypes, dtype, mode } = this;
    this.#isPure ??= !("reason" in compileProgram(programOfOne(fn, operandTypes, dtype, mode)));
    return this.#isPure;
  }

  /** It was computed within another. It may be asked for yet, so that it keeps its operands. */
  noteAbsorbed(): void {
    if (this.#isNoted) return;
    this.#isNoted = true;
    noted.add(new WeakRef(this));
    if (noted.size < 2 * live) return;
    for (const each of noted) if (!each.deref()) noted.delete(each);
    live = Math.max(FEWEST_NOTED, noted.size);
  }

  /** Some tasks are about to be given up: what they gave is kept by others. */
  keep(given: ReadonlySet<Task<unknown>>): void {
    if (this.isSubmitted || !this.site.isOpen) return;
    this.#operands.forEach((operand, at) => {
      if (!isBlocked(operand) || (operand instanceof Expression && operand.isAbsorbed)) return;
      const { dtype, grid, chunks } = operand;
      if (!chunks.some((task) => given.has(task))) return;
      // Of no task, and wherever the blocks are.
      const kept = withFrame(undefined, () =>
        outside(() => {
          using operation = new Operation(this.name, this.#shared.site);
          return chunks.map((task) => (given.has(task) ? operation.submit(keepBlock, task) : task));
        }),
      );
      this.#operands[at] = blocked(dtype, grid, kept);
    });
  }

  override settle(): void {
    if (!this.isAbsorbed) super.settle();
  }

  protected override describe(): Making {
    const { name, ...pass } = passOf(this);
    return { name, tasks: taskCount(this.grid.length), scope: this.site.scope, pass };
  }

  protected override submit(): readonly Task<NDArray>[] {
    const fused = new Fused(this);
    using operation = new Operation(fused.name, this.#shared.site);
    return Array.from({ length: this.grid.length }, (_, index) =>
      operation.submit(mapBlock, ...fused.arguments(operation, index)),
    );
  }

  protected override release(): void {
    this.#shared[Symbol.dispose]();
    this.#operands.length = 0;
  }
}

/** Expressions that were computed within others and whose own blocks were never made, as far as they are around. */
const noted = new Set<WeakRef<Expression>>();
const FEWEST_NOTED = 64;
let live = FEWEST_NOTED;

/** Tasks are about to be given up, or what they made to be overwritten: such expressions keep what they need of it. */
export function keepForAbsorbed(tasks: readonly Task<unknown>[]): void {
  if (noted.size === 0) return;
  const given = new Set(tasks);
  for (const each of noted) each.deref()?.keep(given);
}

const isAlike = (a: Mode, b: Mode): boolean => a.compute === b.compute && a.fast === b.fast;

/** What the function is given of each operand. */
function typesOf(given: ElementwiseCall["operands"], mode: Mode): DType[] {
  const operands = given as readonly (Strided | Value)[];
  const arrays = operands.flatMap((each) => (isValue(each) ? [] : [each.dtype]));
  return operands.map((each) => (isValue(each) ? valueDType(each, arrays, mode) : each.dtype));
}
