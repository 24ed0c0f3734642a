/** Reductions of distributed arrays: to a value, or to an array of what is left when some axes are reduced. */

import type { DType } from "../../memory/dtype.ts";
import { postpone } from "../../task/postponed.ts";
import type { Task } from "../../task/task.ts";
import type { Value } from "../element.ts";
import type { NDArray } from "../ndarray.ts";
import { checkReduction, type ReductionOptions } from "../reductions/options.ts";
import type { FoldFunctions, ReductionSpec } from "../reductions/spec.ts";
import { normalizeAxes, sizeOf } from "../shape.ts";
import type { Blocked } from "./blocked.ts";
import { DeferredBlocks } from "./deferred.ts";
import type { Making } from "./making.ts";
import { Reducer } from "./reducer.ts";

/** A promise of the value, or an array where axes are kept. Wrong calls throw before anything runs. */
export function reduceBlocks(
  array: Blocked,
  spec: ReductionSpec,
  functions: FoldFunctions,
  options: ReductionOptions = {},
): Promise<unknown> | Blocked {
  checkReduction(spec, options);
  const { axis, keepdims = false, signal } = options;
  const init = options.init as Value | undefined;
  const { shape } = array.grid;
  const axes = normalizeAxes(axis, shape.length);
  const reducer = new Reducer(array, { ...spec, axes }, functions, init);
  const { reduction } = reducer;
  const empties = sizeOf(axes.map((each) => shape[each] as number)) === 0;
  // What has no value for no elements says so now.
  if (empties || init !== undefined) reduction.finish(reduction.init(), 1, init);
  if (axis === undefined && !keepdims) return eventualValue(reducer, signal);
  return new Reduced(reducer, axes, keepdims, reduction.dtype).begin();
}

/** The value, for which tasks are submitted now, or when those of the array are. */
function eventualValue(reducer: Reducer, signal: AbortSignal | undefined): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const settle = (): void => {
    using own = reducer;
    try {
      resolve(own.value(signal));
    } catch (thrown) {
      reject(thrown);
    }
  };
  if (reducer.isDeferred) postpone({ settle });
  else settle();
  return promise;
}

class Reduced extends DeferredBlocks<DType> {
  /** With the blocks that it takes; none when tasks have them. */
  #reducer: Reducer | undefined;
  readonly #along: readonly [axes: readonly number[], keepdims: boolean];

  constructor(reducer: Reducer, axes: readonly number[], keepdims: boolean, dtype: DType) {
    super(dtype, reducer.gridAlong(axes, keepdims));
    this.#reducer = reducer;
    this.#along = [axes, keepdims];
  }

  get #own(): Reducer {
    return this.#reducer as Reducer;
  }

  protected override get isLater(): boolean {
    return this.#own.isDeferred;
  }

  protected override submit(): readonly Task<NDArray>[] {
    return this.#own.along(...this.#along);
  }

  protected override describe(): Making {
    return this.#own.making(...this.#along);
  }

  protected override release(): void {
    this.#reducer?.[Symbol.dispose]();
    this.#reducer = undefined;
  }
}
