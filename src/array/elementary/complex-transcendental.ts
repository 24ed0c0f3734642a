/**
 * Exponential, trigonometric and hyperbolic functions of complex numbers and their inverses, with the branch cuts and
 * signed zeros of C99 and the array API standard. After W. Kahan, Branch cuts for complex elementary functions, or much
 * ado about nothing's sign bit (1987), save that numbers near the ends of the range of floating-point ones may overflow.
 */

import type { Complex } from "../element.ts";

type Function1 = (z: Complex) => Complex;

const turned: Function1 = ({ re, im }) => ({ re: -im, im: re });
const turnedBack: Function1 = ({ re, im }) => ({ re: im, im: -re });

/** `f` of what is turned by a right angle, turned back: sin of sinh, tan of tanh, and so on. */
const around =
  (f: Function1): Function1 =>
  (z) =>
    turnedBack(f(turned(z)));

const exp: Function1 = (z) => {
  const size = Math.exp(z.re);
  return { re: size * Math.cos(z.im), im: z.im === 0 ? z.im : size * Math.sin(z.im) };
};

const log: Function1 = (z) => ({
  re: Math.log(Math.hypot(z.re, z.im)),
  im: Math.atan2(z.im, z.re),
});

const scaledLog =
  (scale: number): Function1 =>
  (z) => {
    const { re, im } = log(z);
    return { re: re * scale, im: im * scale };
  };

const sqrt: Function1 = (z) => {
  const size = Math.hypot(z.re, z.im);
  const half = Math.sqrt((size + Math.abs(z.re)) / 2);
  if (half === 0) return { re: 0, im: z.im };
  const other = Math.abs(z.im) / (2 * half);
  const isBehind = z.im < 0 || Object.is(z.im, -0);
  return z.re >= 0
    ? { re: half, im: isBehind ? -other : other }
    : { re: other, im: isBehind ? -half : half };
};

/** Of `1 + z`, near `z = 0` without forming that. */
const log1p: Function1 = ({ re, im }) => {
  const isSmall = Math.abs(re) < 0.5 && Math.abs(im) < 0.5;
  const size = isSmall ? Math.log1p(re * (2 + re) + im * im) / 2 : Math.log(Math.hypot(1 + re, im));
  return { re: size, im: Math.atan2(im, 1 + re) };
};

const expm1: Function1 = ({ re, im }) => {
  const half = Math.sin(im / 2);
  return {
    re: Math.expm1(re) * Math.cos(im) - 2 * half * half,
    im: im === 0 ? im : Math.exp(re) * Math.sin(im),
  };
};

const sinh: Function1 = ({ re, im }) => ({
  re: im === 0 ? Math.sinh(re) : Math.sinh(re) * Math.cos(im),
  im: im === 0 ? im : Math.cosh(re) * Math.sin(im),
});

const cosh: Function1 = ({ re, im }) => ({
  re: im === 0 ? Math.cosh(re) : Math.cosh(re) * Math.cos(im),
  im: im === 0 || re === 0 ? re * im : Math.sinh(re) * Math.sin(im),
});

const tanh: Function1 = ({ re, im }) => {
  if (Math.abs(re) > 20) {
    const end = 4 * Math.sin(im) * Math.cos(im) * Math.exp(-2 * Math.abs(re));
    return { re: Math.sign(re), im: Number.isNaN(end) ? 0 : end };
  }
  const tangent = im === 0 ? im : Math.tan(im);
  const slope = 1 + tangent * tangent;
  const s = Math.sinh(re);
  const below = 1 + slope * s * s;
  return { re: (slope * Math.sqrt(1 + s * s) * s) / below, im: tangent / below };
};

/** The square roots of `1 - z` and `1 + z`. */
const roots = ({ re, im }: Complex): readonly [Complex, Complex] => [
  sqrt({ re: 1 - re, im: -im }),
  sqrt({ re: 1 + re, im }),
];

const acos: Function1 = (z) => {
  const [less, more] = roots(z);
  return {
    re: 2 * Math.atan2(less.re, more.re),
    im: Math.asinh(more.re * less.im - more.im * less.re),
  };
};

const asin: Function1 = (z) => {
  const [less, more] = roots(z);
  return {
    re: Math.atan2(z.re, less.re * more.re - less.im * more.im),
    im: Math.asinh(less.re * more.im - less.im * more.re),
  };
};

const acosh: Function1 = (z) => {
  const less = sqrt({ re: z.re - 1, im: z.im });
  const more = sqrt({ re: z.re + 1, im: z.im });
  return {
    re: Math.asinh(less.re * more.re + less.im * more.im),
    im: 2 * Math.atan2(less.im, more.re),
  };
};

const atanh: Function1 = ({ re, im }) => {
  const [less, more] = [1 - re, 1 + re];
  const isPole = im === 0 && Math.abs(re) === 1;
  return {
    re: isPole ? re * Number.POSITIVE_INFINITY : Math.log1p((4 * re) / (less * less + im * im)) / 4,
    im: isPole ? im : Math.atan2(2 * im, less * more - im * im) / 2,
  };
};

/** Of small whole exponents by multiplication, which is exact where products are. */
const pow = (a: Complex, b: Complex): Complex => {
  if (b.im === 0 && Number.isInteger(b.re) && Math.abs(b.re) < 100) return wholePower(a, b.re);
  if (a.re === 0 && a.im === 0) {
    const value = b.re > 0 ? 0 : Number.NaN;
    return { re: value, im: value };
  }
  const { re, im } = log(a);
  return exp({ re: re * b.re - im * b.im, im: re * b.im + im * b.re });
};

function wholePower(base: Complex, exponent: number): Complex {
  let [result, power]: [Complex, Complex] = [{ re: 1, im: 0 }, base];
  for (let left = Math.abs(exponent); left > 0; left >>= 1) {
    if (left & 1) result = product(result, power);
    power = product(power, power);
  }
  if (exponent >= 0) return result;
  const size = result.re * result.re + result.im * result.im;
  return { re: result.re / size, im: -result.im / size };
}

const product = (a: Complex, b: Complex): Complex => ({
  re: a.re * b.re - a.im * b.im,
  im: a.re * b.im + a.im * b.re,
});

export const TRANSCENDENTAL: Readonly<Record<string, (a: Complex, b: Complex) => Complex>> = {
  acos,
  acosh,
  asin,
  asinh: around(asin),
  atan: around(atanh),
  atanh,
  cos: (z) => cosh(turned(z)),
  cosh,
  exp,
  expm1,
  log,
  log10: scaledLog(Math.LOG10E),
  log1p,
  log2: scaledLog(Math.LOG2E),
  pow,
  sin: around(sinh),
  sinh,
  sqrt,
  tan: around(tanh),
  tanh,
};
