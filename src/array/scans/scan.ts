/**
 * Scans: each element of a line becomes what it and all before it come to. Lines begin with the state of what lies before
 * them, so that blocks of a line can be scanned apart. Sums and products are kept in f64 and rounded when stored.
 */

import type { DType, TypedArray } from "../../memory/dtype.ts";
import { compile } from "../../util/compile.ts";
import { packed } from "../copy.ts";
import { isComplex, readElement, type Value, writeElement } from "../element.ts";
import type { Join } from "../reductions/fold.ts";
import { numberSource, perDType } from "../reductions/loops.ts";
import type { States } from "../reductions/reduction.ts";
import { sizeOf } from "../shape.ts";
import type { Strided } from "../strided.ts";

export interface ScanSpec {
  readonly name: "sum" | "prod" | "fold";
  readonly axis: number;
  /** Of the result. */
  readonly dtype: DType;
  /** Each line begins with the state before its first element. */
  readonly includeInitial: boolean;
}

type ScanLoop = (
  data: TypedArray,
  at: number,
  out: TypedArray,
  to: number,
  carry: Float64Array,
  lines: number,
  n: number,
  inner: number,
  initial: boolean,
) => void;

/** The shape of a scan of an array. */
export const scannedShape = (shape: readonly number[], spec: ScanSpec): number[] =>
  shape.with(spec.axis, (shape[spec.axis] as number) + (spec.includeInitial ? 1 : 0));

/**
 * Scans `source` along an axis into `target`, which is row-major. `carry` is the state before each line, in row-major order of
 * the other axes; for a fold it may be missing. It is changed.
 */
export function scanInto(
  target: Strided,
  source: Strided,
  spec: ScanSpec,
  join: Join | undefined,
  carry: States | undefined,
): void {
  const { shape, dtype } = source;
  const n = shape[spec.axis] as number;
  const inner = sizeOf(shape.slice(spec.axis + 1));
  const lines = sizeOf(shape.slice(0, spec.axis));
  const own = packed(source);
  if (spec.name === "fold") {
    foldLines(target, own, spec, join as AnyJoin, carry as unknown[] | undefined);
    return;
  }
  const lanes = isComplex(dtype) ? 2 : 1;
  const loop = isComplex(target.dtype)
    ? complexLoop(spec.name, dtype)
    : (LOOPS[spec.name](dtype) as ScanLoop);
  const states = (carry as Float64Array | undefined) ?? identity(spec.name, lines * inner, lanes);
  loop(
    own.data,
    own.offset,
    target.data,
    target.offset,
    states,
    lines,
    n,
    inner,
    spec.includeInitial,
  );
}

/** States of lines without elements. */
function identity(name: "sum" | "prod", lines: number, lanes: number): Float64Array {
  const states = new Float64Array(lines * lanes);
  if (name === "prod") for (let at = 0; at < states.length; at += lanes) states[at] = 1;
  return states;
}

const PARAMETERS = ["data", "at", "out", "to", "carry", "lines", "n", "inner", "initial"];

const realLoop = (name: "sum" | "prod", operator: string): ((dtype: DType) => ScanLoop) =>
  perDType((dtype) =>
    compile<ScanLoop>(
      `cum${name}_${dtype}`,
      PARAMETERS,
      `for (let line = 0; line < lines; line++) {
        if (inner === 1) {
          let s = carry[line];
          if (initial) out[to++] = s;
          for (let i = 0; i < n; i++) { s = s ${operator} ${numberSource(dtype, "at++")}; out[to++] = s; }
          carry[line] = s;
          continue;
        }
        const first = line * inner;
        if (initial) for (let j = 0; j < inner; j++) out[to++] = carry[first + j];
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < inner; j++) {
            const s = carry[first + j] ${operator} ${numberSource(dtype, "at++")};
            carry[first + j] = s; out[to++] = s;
          }
        }
      }`,
    ),
  );

const LOOPS = { sum: realLoop("sum", "+"), prod: realLoop("prod", "*") };

/** Results are complex; elements may be real, in which case states are so too. */
function complexLoop(name: "sum" | "prod", dtype: DType): ScanLoop {
  const isPair = isComplex(dtype);
  const lanes = isPair ? 2 : 1;
  return (data, at, out, to, carry, lines, n, inner, initial) => {
    const store = (k: number): void => {
      out[to++] = carry[k * lanes] as number;
      out[to++] = isPair ? (carry[k * lanes + 1] as number) : 0;
    };
    for (let line = 0; line < lines; line++) {
      const first = line * inner;
      if (initial) for (let j = 0; j < inner; j++) store(first + j);
      for (let i = 0; i < n * inner; i++, at += lanes) {
        const k = first + (i % inner);
        const x = Number(data[at]);
        const y = isPair ? (data[at + 1] as number) : 0;
        const [re, im] = [
          carry[k * lanes] as number,
          isPair ? (carry[k * lanes + 1] as number) : 0,
        ];
        carry[k * lanes] = name === "sum" ? re + x : re * x - im * y;
        if (isPair) carry[k * lanes + 1] = name === "sum" ? im + y : re * y + im * x;
        store(k);
      }
    }
  };
}

type AnyJoin = (a: unknown, b: unknown) => unknown;

function foldLines(
  target: Strided,
  source: Strided,
  { axis, includeInitial }: ScanSpec,
  join: AnyJoin,
  carry: unknown[] | undefined,
): void {
  const { shape, dtype, data } = source;
  const n = shape[axis] as number;
  const inner = sizeOf(shape.slice(axis + 1));
  const lines = sizeOf(shape.slice(0, axis));
  const lanes = isComplex(dtype) ? 2 : 1;
  const step = isComplex(target.dtype) ? 2 : 1;
  let [at, to] = [source.offset, target.offset];
  const store = (value: unknown): void => {
    writeElement(target.data, target.dtype, to, value as Value);
    to += step;
  };
  for (let line = 0; line < lines; line++) {
    const states = carry?.slice(line * inner, (line + 1) * inner) ?? [];
    if (includeInitial) states.forEach(store);
    for (let i = 0; i < n * inner; i++, at += lanes) {
      const k = i % inner;
      const x = readElement(data, dtype, at);
      states[k] = i < inner && !carry ? x : join(states[k], x);
      store(states[k]);
    }
  }
}
