/** The least and greatest number of a column, from which engines choose their plans. */

import { compile } from "../../util/compile.ts";
import type { ColumnArray } from "./column.ts";
import type { ColumnType } from "./field.ts";

/** Of numbers and times; nulls and NaN do not count. Undefined of other types, and where no value counts. */
export function rangeIn(
  type: ColumnType,
  values: ColumnArray,
  validity?: Uint8Array,
): readonly [number, number] | undefined {
  if (type === "bool" || type === "utf8" || type === "dictionary") return undefined;
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    return wideRange(values, validity);
  }
  const found = new Float64Array([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  loopFor(values)(values, validity, found);
  const [low, high] = found as unknown as readonly [number, number];
  return low <= high ? [low, high] : undefined;
}

type Loop = (x: ColumnArray, bits: Uint8Array | undefined, found: Float64Array) => void;
const LOOPS = new Map<unknown, Loop>();

const PLAIN = [
  "if (x.length === 0) return;",
  "let a = x[0], b = x[0];",
  "for (let row = 1; row < x.length; row++) { const v = x[row]; a = v < a ? v : a; b = v > b ? v : b; }",
  "found[0] = a; found[1] = b;",
].join("\n");

/** Each class of arrays has a loop of its own: one for all is several times slower. */
function loopFor(values: ColumnArray): Loop {
  const of = values.constructor;
  let loop = LOOPS.get(of);
  if (!loop) {
    // Integers are compared as such where none is null: without a number that is none.
    const isPlain = !(values instanceof Float64Array) && !(values instanceof Float32Array);
    const body = [
      ...(isPlain ? [`if (bits === undefined) { ${PLAIN} return; }`] : []),
      "let low = found[0], high = found[1];",
      "for (let row = 0; row < x.length; row++) {",
      "if (bits !== undefined && ((bits[row >> 3] >> (row & 7)) & 1) === 0) continue;",
      "const value = x[row]; if (value < low) low = value; if (value > high) high = value;",
      "}",
      "found[0] = low; found[1] = high;",
    ].join("\n");
    loop = compile<Loop>("rangeOf", ["x", "bits", "found"], body);
    LOOPS.set(of, loop);
  }
  return loop;
}

/** Integers of 64 bits by their halves, which needs no bigints but for the two that are found. */
function wideRange(
  values: BigInt64Array | BigUint64Array,
  validity: Uint8Array | undefined,
): readonly [number, number] | undefined {
  const { buffer, byteOffset, length } = values;
  const lows = new Uint32Array(buffer, byteOffset, 2 * length);
  const highs =
    values instanceof BigInt64Array ? new Int32Array(buffer, byteOffset, 2 * length) : lows;
  let least = -1;
  let greatest = -1;
  for (let row = 0; row < length; row++) {
    if (validity && (((validity[row >> 3] as number) >> (row & 7)) & 1) === 0) continue;
    if (least < 0) least = greatest = row;
    else if (isLess(lows, highs, row, least)) least = row;
    else if (isLess(lows, highs, greatest, row)) greatest = row;
  }
  if (least < 0) return undefined;
  return [outwards(values[least] as bigint, -1), outwards(values[greatest] as bigint, 1)];
}

function isLess(lows: Uint32Array, highs: Uint32Array | Int32Array, a: number, b: number): boolean {
  const [x, y] = [highs[2 * a + 1] as number, highs[2 * b + 1] as number];
  return x < y || (x === y && (lows[2 * a] as number) < (lows[2 * b] as number));
}

/** The nearest float that is not on the inner side. */
function outwards(value: bigint, direction: 1 | -1): number {
  const float = Number(value);
  const isInside = direction > 0 ? BigInt(float) < value : BigInt(float) > value;
  return isInside
    ? float + direction * 2 ** Math.max(0, Math.floor(Math.log2(Math.abs(float))) - 52)
    : float;
}
