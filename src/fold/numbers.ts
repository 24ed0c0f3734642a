/** Sums and products of what elements can be: numbers, booleans, big integers and complex numbers. */

import { describe } from "../util/describe.ts";
import { invalidArgument } from "../wire/errors.ts";

interface ComplexNumber {
  readonly re: number;
  readonly im: number;
}

export type Numeric = number | boolean | bigint | ComplexNumber;

export function plus(a: Numeric, b: Numeric): Numeric {
  if (typeof a === "number" && typeof b === "number") return a + b;
  return joined(
    a,
    b,
    "sum",
    0,
    (x, y) => x + y,
    (x, y) => ({ re: x.re + y.re, im: x.im + y.im }),
  );
}

export function times(a: Numeric, b: Numeric): Numeric {
  if (typeof a === "number" && typeof b === "number") return a * b;
  return joined(
    a,
    b,
    "prod",
    1,
    (x, y) => x * y,
    (x, y) => ({
      re: x.re * y.re - x.im * y.im,
      im: x.re * y.im + x.im * y.re,
    }),
  );
}

/** `neutral` is what the result of no elements is: a number that the first big integer takes the place of. */
function joined(
  a: Numeric,
  b: Numeric,
  verb: string,
  neutral: number,
  big: (x: bigint, y: bigint) => bigint,
  complex: (x: ComplexNumber, y: ComplexNumber) => ComplexNumber,
): Numeric {
  const [x, y] = [plain(a), plain(b)];
  if (typeof x === "number" && typeof y === "number") return verb === "sum" ? x + y : x * y;
  if (x === neutral && isNumeric(y)) return y;
  if (y === neutral && isNumeric(x)) return x;
  if (typeof x === "bigint" && typeof y === "bigint") return big(x, y);
  if (isNumeric(x) && isNumeric(y) && typeof x !== "bigint" && typeof y !== "bigint") {
    return complex(asComplex(x), asComplex(y));
  }
  const wrong = isNumeric(y) ? x : y;
  throw invalidArgument(
    typeof wrong === "bigint"
      ? `${verb}: big integers do not go with other numbers; convert one kind`
      : `${verb} takes numbers, not ${describe(wrong)}`,
  );
}

const plain = (value: Numeric): Exclude<Numeric, boolean> =>
  typeof value === "boolean" ? Number(value) : value;

const isNumeric = (value: unknown): value is number | bigint | ComplexNumber =>
  typeof value === "number" ||
  typeof value === "bigint" ||
  (typeof value === "object" && value !== null && "re" in value && "im" in value);

const asComplex = (value: number | ComplexNumber): ComplexNumber =>
  typeof value === "number" ? { re: value, im: 0 } : value;
