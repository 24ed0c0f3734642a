/** The elementwise functions of the standard in chains, by what they take. */

import { call, type Move, X } from "./calls.ts";

const UNARY =
  "abs acos acosh asin asinh atan atanh ceil conj cos cosh exp expm1 floor imag isfinite isinf isnan log log10 log1p log2 " +
  "logicalNot negative positive real reciprocal round sign signbit sin sinh sqrt square tan tanh trunc";
const BINARY =
  "add atan2 copysign divide equal floorDivide greater greaterEqual hypot less lessEqual logaddexp logicalAnd logicalOr " +
  "logicalXor maximum minimum multiply nextafter notEqual pow remainder subtract";
const BITS = "bitwiseAnd bitwiseLeftShift bitwiseOr bitwiseRightShift bitwiseXor";

const each = (names: string, move: (name: string) => Move): [string, Move][] =>
  names.split(" ").map((name) => [name, move(name)]);

const isInteger = (dtype: string): boolean => dtype === "i32" || dtype === "u8";

export const ELEMENTARY: Readonly<Record<string, Move>> = Object.fromEntries([
  ...each(UNARY, (name) => () => call(name, X)),
  ...each(BINARY, (name) => (x, choose) => {
    const other = choose.array(choose.smaller(x.shape));
    return call(
      name,
      ...choose.pick([
        [X, other],
        [other, X],
        [X, 3],
        [X, X],
      ]),
    );
  }),
  ...each(BITS, (name) => (x, choose) => {
    if (!isInteger(x.dtype)) return undefined;
    return call(name, X, choose.pick([choose.array(choose.smaller(x.shape), x.dtype), 3, X]));
  }),
  ["bitwiseInvert", (x) => (isInteger(x.dtype) ? call("bitwiseInvert", X) : undefined)],
]);
