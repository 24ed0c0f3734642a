/**
 * Formats for the elements of one array: all come out equally wide, so that their decimal points stand below one
 * another. The rules are NumPy's: as many digits as needed but no more than the precision, and one exponent
 * form for all where some are very large, very small or far apart.
 */

import type { DType } from "../memory/dtype.ts";
import { exponential, exponentialPlaces, isNegative, positional, specialText } from "./decimal.ts";

export interface ComplexText {
  readonly re: number;
  readonly im: number;
}

/** An element as it is shown. */
export type Showable = number | boolean | ComplexText;

type Format<T> = (value: T) => string;

export interface NumberStyle {
  /** Digits after the point. */
  readonly precision: number;
  /** The numbers have single precision. */
  readonly single: boolean;
  /** A sign also before positive numbers. */
  readonly signed: boolean;
}

/** A format for elements among which these are all that will be shown. */
export function columnFormat(
  dtype: DType,
  values: readonly Showable[],
  precision: number,
): Format<Showable> {
  const single = dtype === "f32" || dtype === "c64";
  switch (dtype) {
    case "c64":
    case "c128": {
      const parts = values as readonly ComplexText[];
      const style = { precision, single, signed: false };
      const re = floatColumn(
        parts.map((value) => value.re),
        style,
      );
      const im = floatColumn(
        parts.map((value) => value.im),
        { ...style, signed: true },
      );
      return (value) => {
        const { re: x, im: y } = value as ComplexText;
        return re(x) + im(y).replace(/( *)$/, "i$1");
      };
    }
    case "f64":
    case "f32":
      return floatColumn(values as readonly number[], {
        precision,
        single,
        signed: false,
      }) as Format<Showable>;
    case "bool":
      return (value) => String(value).padStart("false".length);
    default:
      return integerColumn(values as readonly number[]) as Format<Showable>;
  }
}

/** The largest of sizes, 0 for none. */
const most = (sizes: readonly number[]): number => sizes.reduce((a, b) => Math.max(a, b), 0);

function integerColumn(values: readonly number[]): Format<number> {
  const width = most(values.map((value) => String(value).length));
  return (value) => String(value).padStart(width);
}

function floatColumn(values: readonly number[], style: NumberStyle): Format<number> {
  const finite = values.filter(Number.isFinite);
  const plus = (x: number): string => (style.signed && !isNegative(x) ? "+" : "");
  const write = needsExponent(finite, style.single)
    ? exponentColumn(finite, style, plus)
    : pointColumn(finite, style, plus);
  const text = (x: number): string => {
    if (Number.isFinite(x)) return write(x);
    return plus(x) + specialText(x);
  };
  const width = most(values.map((x) => text(x).length));
  return (x) => text(x).padStart(width);
}

/** Whether plain digits would be too many or too few. Compares with the precision of the numbers. */
function needsExponent(finite: readonly number[], single: boolean): boolean {
  const sizes = finite.filter((x) => x !== 0).map(Math.abs);
  if (sizes.length === 0) return false;
  const round = single ? Math.fround : (x: number): number => x;
  const largest = most(sizes);
  const least = sizes.reduce((a, b) => Math.min(a, b));
  return largest >= (single ? 1e6 : 1e8) || least < round(1e-4) || round(largest / least) > 1000;
}

type Sign = (x: number) => string;

function pointColumn(
  finite: readonly number[],
  { precision, single }: NumberStyle,
  plus: Sign,
): Format<number> {
  const parts = (x: number) => positional(x, precision, single);
  const whole = most(finite.map((x) => (plus(x) + parts(x).whole).length));
  const fraction = most(finite.map((x) => parts(x).fraction.length));
  return (x) => {
    const own = parts(x);
    return `${(plus(x) + own.whole).padStart(whole)}.${own.fraction.padEnd(fraction)}`;
  };
}

function exponentColumn(
  finite: readonly number[],
  { precision, single }: NumberStyle,
  plus: Sign,
): Format<number> {
  const places = most(finite.map((x) => exponentialPlaces(x, precision, single)));
  const power = most(finite.map((x) => exponential(x, places).power.length));
  return (x) => {
    const own = exponential(x, places);
    return `${plus(x)}${own.mantissa}e${own.sign}${own.power.padStart(power, "0")}`;
  };
}
