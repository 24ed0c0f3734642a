/**
 * Loops that apply a function to the elements of arrays, compiled for each function and dtypes, so that engines
 * inline the function into them. Numbers are computed in f64 and rounded when stored, unless the mode says
 * otherwise. Allocates no arrays and
 * knows only typed arrays, positions and strides.
 */

import { type DType, elementOf, type TypedArray } from "../../memory/dtype.ts";
import { compile } from "../../util/compile.ts";
import { FunctionCache } from "../../util/function-cache.ts";
import { loadSource } from "../element.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { coalesce, type Operand, walk } from "../strided.ts";
import { runByDType } from "./by-dtype.ts";
import { type ElementSource, elementSource } from "./element-source.ts";
import type { Mode } from "./mode.ts";
import { runOnHeap } from "./on-heap.ts";
import { programOfOne } from "./program.ts";
import type { ElementFunction } from "./result-type.ts";

export interface ElementwiseKernel {
  /** Dtype of the results. */
  readonly dtype: DType;
  /**
   * Sets each element of `output` to the function of the elements of `inputs` at the same index of `shape`.
   * The output may be one of the inputs, if it runs through it in the same way.
   */
  run(shape: Shape, output: Operand, inputs: readonly Operand[]): void;
}

const cache = new FunctionCache<Loops>();

/**
 * The kernel of a function. Where the user did not choose the dtype, what the function gives must be of the kind that
 * its source and inputs made expect: booleans do not become numbers.
 */
export function elementwiseKernel(
  fn: ElementFunction,
  inputs: readonly DType[],
  output: DType,
  mode: Mode = { declared: false },
): ElementwiseKernel {
  const types = { inputs, output, mode };
  const program = programOfOne(fn, inputs, output, mode);
  return {
    dtype: output,
    run: (shape, to, from) => {
      if (runOnHeap(program, shape, to, from)) return;
      if (mode.compute === "dtype") runByDType(fn, types, shape, to, from);
      else loopsOf(fn, types).run(fn, shape, to, from);
    },
  };
}

/** Of the operands of a loop. */
interface Types {
  readonly inputs: readonly DType[];
  readonly output: DType;
  readonly mode: Mode;
}

function loopsOf(fn: ElementFunction, { inputs, output, mode }: Types): Loops {
  const variant = `${inputs.join()}>${output}${mode.declared ? "!" : ""}`;
  return cache.get([fn], variant, () => new Loops(fn, inputs, output, mode.declared));
}

/** How an operand runs along the innermost axis: entry by entry, not at all, or with some stride. */
type Pace = "even" | "fixed" | "strided";

/** `n` elements without gaps. */
type FlatLoop = (f: ElementFunction, n: number, ...operands: TypedArray[]) => void;

/** `m` times `n` elements: for each operand its array, position, and the strides of both axes. */
type NestedLoop = (
  f: ElementFunction,
  m: number,
  n: number,
  ...operands: (TypedArray | number)[]
) => void;

/** Two axes that an operand runs through crosswise are cut into squares of this many elements a side. */
const TILE = 32;

/** The loops for one source text and dtypes; those for each layout are compiled when it comes up. */
class Loops {
  /** Of the output, then of the inputs. */
  readonly #dtypes: readonly DType[];
  readonly #lanes: readonly number[];
  readonly #element: ElementSource;
  /** By the paces of the operands. */
  readonly #flat: Map<string, FlatLoop> = new Map();
  readonly #nested: Map<string, NestedLoop> = new Map();

  constructor(fn: ElementFunction, inputs: readonly DType[], output: DType, declared: boolean) {
    this.#dtypes = [output, ...inputs];
    this.#lanes = this.#dtypes.map((dtype) => elementOf(dtype).lanes);
    this.#element = elementSource(fn, inputs, output, declared);
  }

  run(fn: ElementFunction, shape: Shape, output: Operand, inputs: readonly Operand[]): void {
    const size = sizeOf(shape);
    if (size === 0) return;
    const operands = [output, ...inputs];
    const { shape: lengths, strides } = coalesce(
      shape,
      operands.map((operand) => operand.strides),
    );
    const along = strides.map((own, k) => own.at(-1) ?? (k === 0 ? this.#lanes[0] : 0)) as number[];
    const paces = along.map((stride, k) => this.#pace(k, stride));
    if (lengths.length < 2 && !paces.includes("strided") && paces[0] === "even") {
      this.#runFlat(fn, size, operands, paces);
    } else {
      this.#runNested(fn, lengths, strides, operands, paces);
    }
  }

  #pace(operand: number, stride: number): Pace {
    if (stride === this.#lanes[operand]) return "even";
    return stride === 0 ? "fixed" : "strided";
  }

  #runFlat(
    fn: ElementFunction,
    size: number,
    operands: readonly Operand[],
    paces: readonly Pace[],
  ): void {
    const loop = compiled(this.#flat, paces, () => this.#compileFlat(paces));
    const parts = operands.map(({ data, offset }, k) => {
      const length = (paces[k] === "even" ? size : 1) * (this.#lanes[k] as number);
      const whole = offset === 0 && data.length === length;
      return whole ? data : (data.subarray(offset, offset + length) as TypedArray);
    });
    loop(fn, size, ...parts);
  }

  #runNested(
    fn: ElementFunction,
    lengths: readonly number[],
    strides: readonly (readonly number[])[],
    operands: readonly Operand[],
    paces: readonly Pace[],
  ): void {
    const small = operands.every(({ data }) => data.length < 2 ** 31);
    const loop = compiled(this.#nested, [...paces, small ? "int" : "number"], () =>
      this.#compileNested(paces, small),
    );
    const outer = Math.max(0, lengths.length - 2);
    const m = lengths.length > 1 ? (lengths[outer] as number) : 1;
    const n = lengths.at(-1) ?? 1;
    const across = strides.map((own) => (lengths.length > 1 ? (own[outer] as number) : 0));
    const along = strides.map((own) => own.at(-1) ?? 0);
    const at = operands.map((operand) => operand.offset);
    const apply = (i: number, j: number, rows: number, columns: number): void =>
      loop(
        fn,
        rows,
        columns,
        ...operands.flatMap(({ data }, k) => {
          const [down, right] = [across[k] as number, along[k] as number];
          return [data, (at[k] as number) + i * down + j * right, down, right];
        }),
      );
    const crosswise = across.some(
      (down, k) => down !== 0 && Math.abs(down) < Math.abs(along[k] as number),
    );
    const tiled = crosswise && m > TILE && n > TILE;
    const nest = {
      shape: lengths.slice(0, outer),
      strides: strides.map((own) => own.slice(0, outer)),
    };
    walk(nest, at, () => {
      if (!tiled) return apply(0, 0, m, n);
      for (let i = 0; i < m; i += TILE) {
        for (let j = 0; j < n; j += TILE) {
          apply(i, j, Math.min(TILE, m - i), Math.min(TILE, n - j));
        }
      }
    });
  }

  #compileFlat(paces: readonly Pace[]): FlatLoop {
    const names = this.#dtypes.map((_, k) => `a${k}`);
    const { before, values } = this.#reads(
      paces,
      (k) => this.#times("i", k),
      () => "0",
    );
    const body = `${before}
      for (let i = 0; i < n; i++) { ${this.#element.apply(values, "a0", this.#times("i", 0))} }`;
    return this.#compile(["f", "n", ...names], body);
  }

  /** `small`: positions fit 32 bits, and the loop may rely on it. */
  #compileNested(paces: readonly Pace[], small: boolean): NestedLoop {
    const operands = this.#dtypes.map((_, k) => k);
    const integers = small ? operands.map((k) => `at${k} |= 0;`).join(" ") : "";
    const position = (k: number): string =>
      paces[k] === "even" ? `at${k} + ${this.#times("j", k)}` : `p${k}`;
    const { before, values } = this.#reads(paces, position, (k) => `at${k}`);
    const moving = operands.filter((k) => paces[k] !== "even");
    const body = `${integers}
    for (let i = 0; i < m; i++) {
      ${before} ${moving.map((k) => `let p${k} = at${k};`).join(" ")}
      for (let j = 0; j < n; j++) {
        ${this.#element.apply(values, "a0", position(0))}
        ${moving.map((k) => `p${k} += right${k};`).join(" ")}
      }
      ${operands.map((k) => `at${k} += down${k};`).join(" ")}
    }`;
    return this.#compile(
      ["f", "m", "n", ...operands.flatMap((k) => [`a${k}`, `at${k}`, `down${k}`, `right${k}`])],
      body,
    );
  }

  #times(index: string, operand: number): string {
    return this.#lanes[operand] === 2 ? `2 * ${index}` : index;
  }

  /** Expressions of the inputs' elements; what does not move along the inner axis is read before it. */
  #reads(
    paces: readonly Pace[],
    position: (operand: number) => string,
    start: (operand: number) => string,
  ): { before: string; values: string[] } {
    const before: string[] = [];
    const values = this.#dtypes.slice(1).map((dtype, at) => {
      const k = at + 1;
      if (paces[k] !== "fixed") return loadSource(dtype, `a${k}`, position(k));
      before.push(`const s${k} = ${loadSource(dtype, `a${k}`, start(k))};`);
      return `s${k}`;
    });
    return { before: before.join(" "), values };
  }

  #compile<F>(parameters: readonly string[], body: string): F {
    const { refuse } = this.#element;
    return compile(`elementwise_${this.#dtypes[0]}`, parameters, body, { refuse });
  }
}

function compiled<F>(cache: Map<string, F>, variant: readonly string[], make: () => F): F {
  const key = variant.join();
  let loop = cache.get(key);
  if (!loop) cache.set(key, (loop = make()));
  return loop;
}
