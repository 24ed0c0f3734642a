/**
 * Reductions: how the elements of an array, or of each line along some axes, come to one value. A block is brought
 * to a state; states of neighbouring blocks are combined in order; the last state gives the value. States
 * are plain numbers (for folds with functions of the user: plain values), so they travel like any data.
 */

import type { ReductionKind } from "../../kernel/wasm/reductions.ts";
import type { DType, TypedArray } from "../../memory/dtype.ts";
import { invalidArgument } from "../../wire/errors.ts";
import type { Value } from "../element.ts";
import { sizeOf } from "../shape.ts";
import type { Strided } from "../strided.ts";
import { reduceView } from "./tree.ts";

/** Numbers, or any values. */
export type States = Float64Array | unknown[];

export interface ReductionState {
  /** How many elements went into each of the states. */
  readonly count: number;
  /** One state a result, in row-major order of the axes that are kept; none where `count` is 0. */
  readonly states: States;
}

export interface Reduction {
  readonly name: string;
  /** Dtype of the results, where they become an array. */
  readonly dtype: DType;
  /** What does the same to all elements of an array in the heap, if anything does. */
  readonly onHeap: ReductionKind | undefined;
  /** The state of no elements. */
  init(): ReductionState;
  /** The state of a view's elements: one for all, or one for each index of the axes not in `axes`. */
  step(view: Strided, axes?: readonly number[]): ReductionState;
  /** The state of the elements of `a` followed by those of `b`. */
  combine(a: ReductionState, b: ReductionState): ReductionState;
  /**
   * As many values as `results` says. `init` is what the elements are added to, once for each result.
   * @throws where there are no elements and the reduction has no value for none.
   */
  finish(state: ReductionState, results: number, init?: Value): Value[];
}

/** The loops of a reduction for one dtype. Positions in `data` count entries, those in `states` numbers. */
export interface Loops<S extends States> {
  /** Numbers of a state. */
  readonly width: number;
  /** What does the same to arrays in the heap, if anything does. */
  readonly onHeap?: ReductionKind | undefined;
  /** Elements that `run` takes in one go. */
  readonly leaf: number;
  create(length: number): S;
  /** Sets the state at `at` to that of `n` (at least one) consecutive elements. */
  run(data: TypedArray, start: number, n: number, states: S, at: number): void;
  /** Takes one element into each of `n` consecutive states, which have `seen` elements so far (0: sets them). */
  row(data: TypedArray, start: number, n: number, states: S, at: number, seen: number): void;
  /** Combines `n` states of `count` elements each with those of the `otherCount` elements that follow. */
  merge(
    states: S,
    at: number,
    others: S,
    from: number,
    n: number,
    count: number,
    otherCount: number,
  ): void;
}

/** What makes loops a reduction. */
export interface ReductionParts<S extends States> {
  readonly name: string;
  readonly dtype: DType;
  readonly loops: Loops<S>;
  /** The value of no elements; undefined where there is none. */
  readonly empty: Value | undefined;
  value(states: S, at: number, count: number): Value;
  /** The state of one element that is `init`; absent where a value to begin with has no meaning. */
  lift?(init: Value): S;
}

export function makeReduction<S extends States>(parts: ReductionParts<S>): Reduction {
  return new LoopReduction(parts);
}

class LoopReduction<S extends States> implements Reduction {
  readonly name: string;
  readonly dtype: DType;
  readonly onHeap: ReductionKind | undefined;
  readonly #parts: ReductionParts<S>;
  readonly #loops: Loops<S>;

  constructor(parts: ReductionParts<S>) {
    this.name = parts.name;
    this.dtype = parts.dtype;
    this.#parts = parts;
    this.#loops = parts.loops;
    this.onHeap = parts.loops.onHeap;
  }

  init(): ReductionState {
    return { count: 0, states: this.#loops.create(0) };
  }

  step(view: Strided, axes?: readonly number[]): ReductionState {
    const all = view.shape.map((_, axis) => axis);
    const reduced = axes ?? all;
    const count = sizeOf(reduced.map((axis) => view.shape[axis] as number));
    return count === 0 ? this.init() : { count, states: reduceView(view, reduced, this.#loops) };
  }

  combine(a: ReductionState, b: ReductionState): ReductionState {
    if (a.count === 0) return b;
    if (b.count === 0) return a;
    const { width, merge } = this.#loops;
    const states = a.states.slice() as S;
    merge(states, 0, b.states as S, 0, states.length / width, a.count, b.count);
    return { count: a.count + b.count, states };
  }

  finish(state: ReductionState, results: number, init?: Value): Value[] {
    const { name, empty, value, lift } = this.#parts;
    const { width, merge } = this.#loops;
    if (init !== undefined && !lift) {
      throw invalidArgument(
        `${name} takes no init; it has a meaning for sum, prod, min, max, any, all and reduce, nansum, nanmin and nanmax`,
      );
    }
    const { count } = state;
    if (count === 0) {
      const nothing = init ?? empty;
      if (nothing !== undefined) return new Array<Value>(results).fill(nothing);
      throw invalidArgument(
        `${name} of no elements has no value${lift ? "; give one to begin with, as { init: 0 }" : ""}`,
      );
    }
    const states = state.states as S;
    if (init === undefined || !lift) {
      return Array.from({ length: results }, (_, at) => value(states, at * width, count));
    }
    const start = lift(init);
    return Array.from({ length: results }, (_, at) => {
      const begun = start.slice() as S;
      merge(begun, 0, states, at * width, 1, 1, count);
      return value(begun, 0, count + 1);
    });
  }
}
