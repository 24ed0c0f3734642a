/**
 * Loops that apply a function to the elements of arrays, one compiled for each function and dtypes, so that
 * engines inline the function into it. Numbers are computed in f64 and rounded when stored. Allocates nothing
 * and knows only typed arrays, positions and strides.
 */

import { type DType, elementOf, type TypedArray } from "../../memory/dtype.ts";
import { compile } from "../../util/compile.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { isComplex, loadSource } from "../element.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { coalesce, type Operand, walk } from "../strided.ts";
import { type Kind, resultKind } from "./result-kind.ts";
import { type ElementFunction, kindOfDType } from "./result-type.ts";

export interface ElementwiseKernel {
  /** Dtype of the results. */
  readonly dtype: DType;
  /**
   * Sets each element of `output` to the function of the elements of `inputs` at the same index of `shape`.
   * The output may be one of the inputs, if it runs through it in the same way.
   */
  run(shape: Shape, output: Operand, inputs: readonly Operand[]): void;
}

/** For each function its kernels by their dtypes. */
const kernels = new WeakMap<ElementFunction, Map<string, ElementwiseKernel>>();

/**
 * The kernel of a function. `declared` says that the user chose the dtype: booleans may then become numbers.
 * Otherwise what the function gives must be of the kind that its source and inputs made expect.
 */
export function elementwiseKernel(
  fn: ElementFunction,
  inputs: readonly DType[],
  output: DType,
  declared: boolean = false,
): ElementwiseKernel {
  let own = kernels.get(fn);
  if (!own) kernels.set(fn, (own = new Map()));
  const key = `${inputs.join()}>${output}${declared ? "!" : ""}`;
  let kernel = own.get(key);
  if (!kernel) own.set(key, (kernel = new CompiledKernel(fn, inputs, output, declared)));
  return kernel;
}

/** `n` elements without gaps; an input marked as repeated gives its first element each time. */
type FlatLoop = (n: number, out: TypedArray, ...inputs: TypedArray[]) => void;

/** `m` times `n` elements: for each operand its array, position, and the strides of both axes. */
type NestedLoop = (m: number, n: number, ...operands: (TypedArray | number)[]) => void;

/** Two axes that an operand runs through crosswise are cut into squares of this many elements a side. */
const TILE = 32;

class CompiledKernel implements ElementwiseKernel {
  readonly dtype: DType;
  readonly #fn: ElementFunction;
  readonly #inputs: readonly DType[];
  readonly #element: ElementSource;
  /** By which inputs repeat, as bits. */
  readonly #flat: FlatLoop[] = [];
  #nested: NestedLoop | undefined;

  constructor(fn: ElementFunction, inputs: readonly DType[], output: DType, declared: boolean) {
    this.dtype = output;
    this.#fn = fn;
    this.#inputs = inputs;
    this.#element = elementSource(fn, inputs, output, declared);
  }

  run(shape: Shape, output: Operand, inputs: readonly Operand[]): void {
    const size = sizeOf(shape);
    if (size === 0) return;
    const operands = [output, ...inputs];
    const nest = coalesce(
      shape,
      operands.map((operand) => operand.strides),
    );
    const repeated = this.#repeatedInFlat(nest.strides, nest.shape.length);
    if (repeated >= 0) this.#runFlat(size, repeated, operands);
    else this.#runNested(nest.shape, nest.strides, operands);
  }

  /** Which inputs repeat, as bits; −1 where the loop is not a flat one. */
  #repeatedInFlat(strides: readonly (readonly number[])[], ndim: number): number {
    if (ndim > 1) return -1;
    let repeated = 0;
    for (let k = 0; k < strides.length; k++) {
      const stride = ndim === 0 ? (k === 0 ? this.#lanes(0) : 0) : strides[k]?.[0];
      if (k > 0 && stride === 0) repeated |= 1 << (k - 1);
      else if (stride !== this.#lanes(k)) return -1;
    }
    return repeated;
  }

  #lanes(operand: number): number {
    return elementOf(operand === 0 ? this.dtype : (this.#inputs[operand - 1] as DType)).lanes;
  }

  #runFlat(size: number, repeated: number, operands: readonly Operand[]): void {
    const loop = (this.#flat[repeated] ??= this.#compileFlat(repeated));
    const [out, ...inputs] = operands.map(({ data, offset }, k) => {
      const count = k > 0 && (repeated >> (k - 1)) & 1 ? 1 : size;
      return data.subarray(offset, offset + count * this.#lanes(k)) as TypedArray;
    });
    loop(size, out as TypedArray, ...inputs);
  }

  #runNested(
    shape: readonly number[],
    strides: readonly (readonly number[])[],
    operands: readonly Operand[],
  ): void {
    const loop = (this.#nested ??= this.#compileNested());
    const outer = Math.max(0, shape.length - 2);
    const n = shape.at(-1) as number;
    const m = shape.length > 1 ? (shape[outer] as number) : 1;
    const across = strides.map((own) => (shape.length > 1 ? (own[outer] as number) : 0));
    const along = strides.map((own) => own.at(-1) as number);
    const at = operands.map((operand) => operand.offset);
    const apply = (i: number, j: number, rows: number, columns: number): void =>
      loop(
        rows,
        columns,
        ...operands.flatMap(({ data }, k) => {
          const [down, right] = [across[k] as number, along[k] as number];
          return [data, (at[k] as number) + i * down + j * right, down, right];
        }),
      );
    const crosswise = across.some((down, k) => Math.abs(down) < Math.abs(along[k] as number));
    const tiled = crosswise && m > TILE && n > TILE;
    const nest = {
      shape: shape.slice(0, outer),
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

  #compileFlat(repeated: number): FlatLoop {
    const before: string[] = [];
    const values = this.#inputs.map((dtype, k) => {
      const position = elementOf(dtype).lanes === 2 ? "2 * i" : "i";
      if (!((repeated >> k) & 1)) return loadSource(dtype, `a${k}`, position);
      before.push(`const s${k} = ${loadSource(dtype, `a${k}`, "0")};`);
      return `s${k}`;
    });
    const to = elementOf(this.dtype).lanes === 2 ? "2 * i" : "i";
    const body = `${before.join(" ")}
      for (let i = 0; i < n; i++) { ${this.#element.apply(values, to)} }`;
    const names = this.#inputs.map((_, k) => `a${k}`);
    return this.#compile(["n", "out", ...names], body);
  }

  #compileNested(): NestedLoop {
    const operands = ["out", ...this.#inputs.map((_, k) => `a${k}`)];
    const parameters = operands.flatMap((a) => [a, `${a}At`, `${a}Down`, `${a}Right`]);
    const values = this.#inputs.map((dtype, k) => loadSource(dtype, `a${k}`, `p${k}`));
    const body = `for (let i = 0; i < m; i++) {
      let o = outAt, ${operands
        .slice(1)
        .map((a, k) => `p${k} = ${a}At`)
        .concat("_")
        .join(", ")};
      for (let j = 0; j < n; j++) {
        ${this.#element.apply(values, "o")}
        o += outRight; ${operands
          .slice(1)
          .map((a, k) => `p${k} += ${a}Right;`)
          .join(" ")}
      }
      ${operands.map((a) => `${a}At += ${a}Down;`).join(" ")}
    }`;
    return this.#compile(["m", "n", ...parameters], body);
  }

  #compile<F>(parameters: readonly string[], body: string): F {
    const { refuse } = this.#element;
    return compile(`elementwise_${this.dtype}`, parameters, body, { f: this.#fn, refuse });
  }
}

interface ElementSource {
  /** Statements that apply the function `f` to the values and store the result at `to`. */
  apply(values: readonly string[], to: string): string;
  /** Throws; named `refuse` in the statements. */
  refuse(value: unknown): never;
}

function elementSource(
  fn: ElementFunction,
  inputs: readonly DType[],
  output: DType,
  declared: boolean,
): ElementSource {
  const kind = resultKind(fn, inputs.map(kindOfDType));
  const wanted = kindOfDType(output);
  const name = fn.name ? `'${fn.name}'` : "the function";
  const refuse = (value: unknown): never => {
    const what = value === null || value === undefined ? String(value) : `a ${typeof value}`;
    throw invalidArgument(
      `${name} gave ${what} for an element of dtype ${output}; ${remedy(value, declared)}`,
    );
  };
  if (kind === "complex" && wanted !== "complex") refuse({});
  const check = kind === undefined ? checkSource(wanted, declared) : "";
  const store = storeSource(output, kind);
  return {
    apply: (values, to) => `const v = f(${values.join(", ")}); ${check} ${store(to)}`,
    refuse,
  };
}

function remedy(value: unknown, declared: boolean): string {
  if (value === undefined) return "does it lack a return?";
  if (declared) return "let it return what that dtype holds";
  const dtypes = { boolean: "bool", number: "f64", object: "c128" };
  const dtype = dtypes[typeof value as keyof typeof dtypes];
  return dtype
    ? `say which dtype you mean, such as { dtype: "${dtype}" }`
    : "let it return a number";
}

/** A statement that refuses values of the wrong kind; engines drop it where they know the kind. */
function checkSource(wanted: Kind, declared: boolean): string {
  const number = 'typeof v !== "number"';
  const scalar = declared ? `${number} && typeof v !== "boolean"` : number;
  const complex = '(v === null || typeof v !== "object" || typeof v.re !== "number")';
  if (wanted === "complex") return `if (${complex}${declared ? ` && ${scalar}` : ""}) refuse(v);`;
  return `if (${scalar}) refuse(v);`;
}

function storeSource(output: DType, kind: Kind | undefined): (to: string) => string {
  if (output === "bool") return (to) => `out[${to}] = v ? 1 : 0;`;
  if (!isComplex(output)) return (to) => `out[${to}] = v;`;
  const parts = (to: string) => `out[${to}] = v.re; out[${to} + 1] = v.im;`;
  const real = (to: string) => `out[${to}] = v; out[${to} + 1] = 0;`;
  if (kind === "complex") return parts;
  if (kind !== undefined) return real;
  return (to) => `if (typeof v === "object") { ${parts(to)} } else { ${real(to)} }`;
}
