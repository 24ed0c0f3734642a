/**
 * Reductions on a device. Partial results are made there, in rounds; the last few of each line are joined on the
 * host's side, in f64, to the states that reductions have everywhere. What WGSL could not do exactly is none of this
 * and runs on the host's side: products, moments and norms of integers, and folds of them.
 */

import { computedAs, type DeviceArray } from "../../gpu/arrays.ts";
import type { ComputeDevice } from "../../gpu/compute.ts";
import type { ElementType } from "../../memory/dtype.ts";
import { KernelError } from "../../wire/errors.ts";
import type { ReductionState, States } from "../reductions/reduction.ts";
import { type FoldFunctions, type ReductionSpec, reductionFrom } from "../reductions/spec.ts";
import { sizeOf } from "../shape.ts";
import { coalesce, type Nest } from "../strided.ts";
import { launch, rowMajorSteps } from "./moving.ts";
import * as kernels from "./reduction-kernels.ts";

type Join = (a: number, b: number) => number;

/** The state of an array's elements, along `spec.axes` or all; undefined where that is for the host's side. */
export async function reduceOnDevice(
  device: ComputeDevice,
  spec: ReductionSpec,
  functions: FoldFunctions,
  array: DeviceArray,
): Promise<ReductionState | undefined> {
  if (array.size > device.mostElements) return reduceParts(device, spec, functions, array);
  const type = computedAs(array.element, device.f64);
  const run = new Run(device, array, spec.axes);
  const states = type === "f32" ? run.floats(spec, functions) : run.integers(spec.name, type);
  if (!states) return undefined;
  const { count } = run;
  if (count === 0) return { count, states: new Float64Array(0) };
  try {
    return { count, states: await states() };
  } catch (error) {
    // A function of the user that kernels cannot say.
    if (spec.name === "fold" && error instanceof KernelError) return undefined;
    throw error;
  }
}

/** Of an array that no kernel can be given whole: parts of it along its first axis, one after the other. */
async function reduceParts(
  device: ComputeDevice,
  spec: ReductionSpec,
  functions: FoldFunctions,
  array: DeviceArray,
): Promise<ReductionState | undefined> {
  const isAll = spec.axes === undefined || spec.axes.length === array.shape.length;
  const [length = 1, ...rest] = isAll ? [array.size] : array.shape;
  const axes = isAll ? [0] : (spec.axes as readonly number[]);
  const row = sizeOf(rest);
  const rows = Math.floor(device.mostElements / row);
  const states: ReductionState[] = [];
  for (let at = 0; at < length; at += Math.max(1, rows)) {
    const shape = rows === 0 ? rest : [Math.min(rows, length - at), ...rest];
    const part = device.part(array, at * row, shape);
    // A row of its own has one axis less.
    const inner = axes.flatMap((axis) => (axis > 0 ? [axis - 1] : []));
    const own = { ...spec, axes: rows === 0 ? inner : axes };
    const state = await reduceOnDevice(device, own, functions, part);
    if (!state) return undefined;
    states.push(state);
  }
  const reduction = reductionFrom(spec, functions);
  if (axes.includes(0)) return states.reduce((a, b) => reduction.combine(a, b));
  const all = states.flatMap((state) => Array.from<unknown>(state.states));
  const { count } = states[0] as ReductionState;
  return { count, states: spec.name === "fold" ? all : Float64Array.from(all as number[]) };
}

/** Lengths and steps along at most three axes. */
type Axes = readonly [number, number, number, number, number];

interface Parts {
  readonly array: DeviceArray;
  /** Of each line. */
  readonly count: number;
  readonly isAcross: boolean;
}

const MOST_AXES = 3;
/** Rounds after which the parts are few enough; of integers so that their sums cannot outgrow 32 bits. */
const ROUNDS = 2;
/** Parts that follow one another in memory are read together by items that do. */
const STEP = 64;

class Run {
  /** Elements of a line. */
  readonly count: number;
  readonly #device: ComputeDevice;
  readonly #array: DeviceArray;
  readonly #lines: number;
  readonly #kept: Nest;
  readonly #reduced: Nest;

  constructor(device: ComputeDevice, array: DeviceArray, axes?: readonly number[]) {
    this.#device = device;
    this.#array = array;
    const { shape } = array;
    const steps = rowMajorSteps(shape);
    const isReduced = (_: unknown, axis: number): boolean => axes?.includes(axis) ?? true;
    const isKept = (each: unknown, axis: number): boolean => !isReduced(each, axis);
    this.#reduced = coalesce(shape.filter(isReduced), [steps.filter(isReduced)]);
    this.#kept = coalesce(shape.filter(isKept), [steps.filter(isKept)]);
    this.#lines = sizeOf(shape.filter(isKept));
    this.count = sizeOf(shape.filter(isReduced));
  }

  get #isTooNested(): boolean {
    return this.#kept.shape.length > MOST_AXES || this.#reduced.shape.length > MOST_AXES;
  }

  /** How the states of f32 are made. */
  floats(spec: ReductionSpec, functions: FoldFunctions): (() => Promise<States>) | undefined {
    if (this.#isTooNested) return undefined;
    const { sum, prod, min, max } = kernels;
    switch (spec.name) {
      case "sum":
      case "mean":
        return () => this.#joined(sum, sum, "f32", add);
      case "prod":
        return () => this.#joined(prod, prod, "f32", (a, b) => a * b);
      case "min":
        return () => this.#joined(min, min, "f32", Math.min);
      case "max":
        return () => this.#joined(max, max, "f32", Math.max);
      case "any":
      case "all":
        return () => this.#truths(spec.name === "all");
      case "var":
      case "std":
        return () => this.#moments();
      case "norm":
        return () => this.#norms();
      case "fold":
        return this.#fold(spec, functions);
    }
  }

  /** How the states of integers are made. */
  integers(name: ReductionSpec["name"], type: "i32" | "u32"): (() => Promise<States>) | undefined {
    if (this.#isTooNested) return undefined;
    const { min, max } = kernels;
    switch (name) {
      case "sum":
      case "mean":
        return () => this.#sumsOfHalves(type);
      case "min":
        return () => this.#joined(min, min, type, Math.min);
      case "max":
        return () => this.#joined(max, max, type, Math.max);
      case "any":
      case "all":
        return () => this.#truths(name === "all");
      default:
        return undefined;
    }
  }

  async #truths(isAll: boolean): Promise<States> {
    const first = isAll ? kernels.falsehoods : kernels.truths;
    const found = await this.#joined(first, kernels.max, "i32", Math.max);
    return isAll ? found.map((each) => 1 - each) : found;
  }

  /** Sums of the halves fit 32 bits, and their sum is exact in f64. */
  async #sumsOfHalves(type: "i32" | "u32"): Promise<States> {
    const upper = type === "i32" ? kernels.signedUpperHalves : kernels.upperHalves;
    const low = await this.#joined(kernels.lowerHalves, kernels.sum, "i32", add);
    const high = await this.#joined(upper, kernels.sum, "i32", add);
    return low.map((each, line) => each + (high[line] as number) * 2 ** 16);
  }

  /** Around a mean that need not be exact: what is left of the distances from it corrects it. */
  async #moments(): Promise<States> {
    const { count } = this;
    const totals = await this.#rounds(kernels.sum, kernels.sum, "f32", Number.POSITIVE_INFINITY);
    const means = this.#device.create([this.#lines], "f32");
    await launch(this.#device, kernels.divideAll, this.#lines, [means, totals.array, count]);
    const middle = await this.#device.read(means);
    const left = await this.#joined(kernels.distances, kernels.sum, "f32", add, means);
    const squares = await this.#joined(kernels.squaredDistances, kernels.sum, "f32", add, means);
    const states = new Float64Array(2 * this.#lines);
    for (let line = 0; line < this.#lines; line++) {
      const rest = (left[line] as number) / count;
      states[2 * line] = (middle[line] as number) + rest;
      states[2 * line + 1] = Math.max(0, (squares[line] as number) - rest * rest * count);
    }
    return states;
  }

  /** In units of the largest magnitude, so that no square is too large or too small. */
  async #norms(): Promise<States> {
    const { max, magnitudes, scaledSquares, sum } = kernels;
    const largest = await this.#rounds(magnitudes, max, "f32", Number.POSITIVE_INFINITY);
    const units = await this.#device.read(largest.array);
    const squares = await this.#joined(scaledSquares, sum, "f32", add, largest.array);
    const states = new Float64Array(3 * this.#lines);
    squares.forEach((each, line) => {
      const unit = units[line] as number;
      states[3 * line + 1] = unit === 0 ? 0 : each * unit * unit;
    });
    return states;
  }

  /** A fold with functions of the user, in the order of the elements; undefined where they are no kernels of f32. */
  #fold(
    { dtype }: ReductionSpec,
    { join, map = (x: never) => x }: FoldFunctions,
  ): (() => Promise<States>) | undefined {
    if (dtype !== "f32" && dtype !== "f64") return undefined;
    const own = join as Join;
    const first = kernels.folder(own, map as unknown as (x: number) => number);
    const again = kernels.folder(own, (x) => x);
    return async () => {
      const parts = await this.#rounds(first, again, "f32", ROUNDS, undefined, true);
      return Array.from(
        await this.#folded<unknown>(parts, join as (a: unknown, b: unknown) => unknown),
      );
    };
  }

  /** One number for each line. */
  async #joined(
    first: kernels.Reducer,
    again: kernels.Reducer,
    element: ElementType,
    join: Join,
    each?: DeviceArray,
  ): Promise<Float64Array> {
    const parts = await this.#rounds(first, again, element, ROUNDS, each);
    return Float64Array.from(await this.#folded(parts, join));
  }

  async #folded<T>({ array, count, isAcross }: Parts, join: (a: T, b: T) => T): Promise<T[]> {
    const found = (await this.#device.read(array)) as unknown as ArrayLike<T>;
    return Array.from({ length: this.#lines }, (_, line) => {
      const [from, step] = isAcross ? [line, this.#lines] : [line * count, 1];
      let joined = found[from] as T;
      for (let part = 1; part < count; part++)
        joined = join(joined, found[from + part * step] as T);
      return joined;
    });
  }

  /**
   * Joins elements, then parts, until each line has one or so many rounds are over. `each` has a number for each
   * line; `isOrdered`: only neighbours are joined.
   */
  async #rounds(
    first: kernels.Reducer,
    again: kernels.Reducer,
    element: ElementType,
    most: number,
    each?: DeviceArray,
    isOrdered = false,
  ): Promise<Parts> {
    const lines = this.#lines;
    let kept = this.#kept;
    let reduced = this.#reduced;
    let from = this.#array;
    for (let round = 1; ; round++) {
      const count = sizeOf(reduced.shape);
      const near = reduced.strides[0]?.at(-1) ?? 1;
      const isAcross = lines > 1 && (kept.strides[0]?.at(-1) ?? 1) < near;
      const step = isOrdered || isAcross || count <= kernels.RUN ? 1 : STEP;
      const parts = partsOf(count, step);
      const to = this.#device.create(isAcross ? [parts, lines] : [lines, parts], element);
      const where = [
        lines,
        parts,
        Number(isAcross),
        count,
        step,
        ...axesOf(kept),
        ...axesOf(reduced),
      ];
      const kernel = round === 1 ? first : again;
      const numbers = (round === 1 ? each : undefined) ?? from;
      await launch(this.#device, kernel, lines * parts, [to, from, numbers, ...where]);
      if (parts === 1 || round >= most) return { array: to, count: parts, isAcross };
      from = to;
      kept = { shape: [lines], strides: [[isAcross ? 1 : parts]] };
      reduced = { shape: [parts], strides: [[isAcross ? lines : 1]] };
    }
  }
}

const add: Join = (a, b) => a + b;

const partsOf = (count: number, step: number): number => {
  const whole = step * kernels.RUN;
  return Math.floor(count / whole) * step + Math.min(step, count % whole);
};

/** As kernels take them: a single axis is the first. */
function axesOf({ shape, strides }: Nest): Axes {
  const [lengths, steps] = [[...shape], [...(strides[0] ?? [])]];
  if (lengths.length <= 1) return [1, 1, steps[0] ?? 0, 0, 0];
  while (lengths.length < MOST_AXES) {
    lengths.unshift(1);
    steps.unshift(0);
  }
  return [lengths[1], lengths[2], steps[0], steps[1], steps[2]] as unknown as Axes;
}
