/** Numbers as decimal text with as few digits as tell them apart from their neighbours, up to a precision. */

/** The parts of a number in positional form: sign and whole part, and what follows the point. */
export interface Positional {
  readonly whole: string;
  readonly fraction: string;
}

/** The parts of a number in exponent form. */
export interface Exponential {
  /** Sign, one digit, the point, and what follows it. */
  readonly mantissa: string;
  readonly sign: string;
  /** At least two digits. */
  readonly power: string;
}

interface Digits {
  /** Significant digits without trailing zeros; at least one. */
  readonly digits: string;
  /** Power of ten of the first digit. */
  readonly exponent: number;
}

/** The number whose shortest text is that of `x` among numbers of single precision. */
export function shortestSingle(x: number): number {
  const withPlaces = (places: number): number =>
    Number(rounded((count) => x.toExponential(count), places));
  for (let places = 0; places < 8; places++) {
    const candidate = withPlaces(places);
    if (Math.fround(candidate) === x) return candidate;
  }
  return withPlaces(8);
}

/** The shortest digits that stand for this number alone; `single`: among numbers of single precision. */
function shortest(size: number, single: boolean): Digits {
  const text = (single ? shortestSingle(size) : size).toExponential();
  const [mantissa, exponent] = text.split("e") as [string, string];
  return { digits: mantissa.replace(".", ""), exponent: Number(exponent) };
}

export const isNegative = (x: number): boolean => x < 0 || Object.is(x, -0);

/** A number that has no digits. */
export function specialText(x: number): string {
  return Number.isNaN(x) ? "nan" : x < 0 ? "-inf" : "inf";
}

const signOf = (x: number): string => (isNegative(x) ? "-" : "");

/** A finite number of moderate size with at most `precision` digits after the point. */
export function positional(x: number, precision: number, single: boolean): Positional {
  const size = Math.abs(x);
  const { digits, exponent } = shortest(size, single);
  const [whole, fraction = ""] =
    digits.length - 1 - exponent <= precision
      ? place(digits, exponent)
      : rounded((places) => size.toFixed(places), precision).split(".");
  return { whole: signOf(x) + whole, fraction: fraction.replace(/0+$/, "") };
}

function place(digits: string, exponent: number): [string, string] {
  if (exponent < 0) return ["0", "0".repeat(-exponent - 1) + digits];
  const padded = digits.padEnd(exponent + 1, "0");
  return [padded.slice(0, exponent + 1), padded.slice(exponent + 1)];
}

/** How many places after the point a number needs in exponent form, `precision` at most. */
export function exponentialPlaces(x: number, precision: number, single: boolean): number {
  const { digits } = shortest(Math.abs(x), single);
  if (digits.length - 1 <= precision) return digits.length - 1;
  const [mantissa] = rounded((places) => Math.abs(x).toExponential(places), precision).split("e");
  return (mantissa as string).replace(/\.?0*$/, "").slice(2).length;
}

/** A finite number with this many places after the point. */
export function exponential(x: number, places: number): Exponential {
  const text = rounded((count) => Math.abs(x).toExponential(count), places);
  const [mantissa, power] = text.split("e") as [string, string];
  return {
    mantissa: signOf(x) + mantissa + (places === 0 ? "." : ""),
    sign: power.slice(0, 1),
    power: power.slice(1).padStart(2, "0"),
  };
}

/** Rounds to `precision` places; what lies in the middle goes to the even digit. */
function rounded(format: (places: number) => string, precision: number): string {
  const [longer = "", power = ""] = format(precision + 1).split(/(?=e)/);
  const exact = format(Math.min(100, precision + 60)).split("e")[0] as string;
  const middle =
    longer.endsWith("5") && exact.startsWith(longer) && /^0*$/.test(exact.slice(longer.length));
  const down = longer.slice(0, -1);
  return middle && /[02468]\.?$/.test(down) ? down.replace(/\.$/, "") + power : format(precision);
}
