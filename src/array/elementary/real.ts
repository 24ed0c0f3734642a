/**
 * The standard's functions of real numbers, as functions of elements: closed, so that each compiles to a kernel. Booleans
 * come as they are, and count as 0 and 1.
 */

type Table<E, R> = Readonly<Record<string, (a: E, b: E) => R>>;

/** Whatever the dtypes, unless `INTEGER` or `BOOLEAN` has an own one. */
export const REAL: Table<number, number | boolean> = {
  abs: (x) => Math.abs(x),
  acos: (x) => Math.acos(x),
  acosh: (x) => Math.acosh(x),
  asin: (x) => Math.asin(x),
  asinh: (x) => Math.asinh(x),
  atan: (x) => Math.atan(x),
  atanh: (x) => Math.atanh(x),
  ceil: (x) => Math.ceil(x),
  conj: (x) => +x,
  cos: (x) => Math.cos(x),
  cosh: (x) => Math.cosh(x),
  exp: (x) => Math.exp(x),
  expm1: (x) => Math.expm1(x),
  floor: (x) => Math.floor(x),
  imag: () => 0,
  isfinite: (x) => Number.isFinite(Number(x)),
  isinf: (x) => Math.abs(x) === Number.POSITIVE_INFINITY,
  isnan: (x) => Number.isNaN(Number(x)),
  log: (x) => Math.log(x),
  log10: (x) => Math.log10(x),
  log1p: (x) => Math.log1p(x),
  log2: (x) => Math.log2(x),
  logicalNot: (x) => Number(x) === 0,
  negative: (x) => -x,
  positive: (x) => +x,
  real: (x) => +x,
  reciprocal: (x) => 1 / x,
  /** Halves to the even neighbour. */
  round: (x) => {
    const nearest = Math.round(x);
    return Math.abs(x % 1) === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
  },
  sign: (x) => Math.sign(x),
  signbit: (x) => x < 0 || (Number(x) === 0 && 1 / x < 0),
  sin: (x) => Math.sin(x),
  sinh: (x) => Math.sinh(x),
  sqrt: (x) => Math.sqrt(x),
  square: (x) => x * x,
  tan: (x) => Math.tan(x),
  tanh: (x) => Math.tanh(x),
  trunc: (x) => Math.trunc(x),
  add: (a, b) => +a + +b,
  atan2: (a, b) => Math.atan2(a, b),
  copysign: (a, b) => (b < 0 || (Number(b) === 0 && 1 / b < 0) ? -Math.abs(a) : Math.abs(a)),
  divide: (a, b) => a / b,
  equal: (a, b) => Number(a) === Number(b),
  /** As Python: `a = q * b + remainder`, where `a / b` itself may round up to the next whole number. */
  floorDivide: (a, b) => {
    const rest = a % b;
    const exact = (a - rest) / b;
    const below = rest !== 0 && rest < 0 !== b < 0 ? exact - 1 : exact;
    const whole = Math.floor(below);
    const quotient = below - whole > 0.5 ? whole + 1 : whole;
    return Number(b) === 0 ? a / b : quotient === 0 ? 0 * (a / b) : quotient;
  },
  greater: (a, b) => Number(a) > Number(b),
  greaterEqual: (a, b) => Number(a) >= Number(b),
  hypot: (a, b) => Math.hypot(a, b),
  less: (a, b) => Number(a) < Number(b),
  lessEqual: (a, b) => Number(a) <= Number(b),
  logaddexp: (a, b) =>
    a === b ? +a + Math.LN2 : Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b))),
  logicalAnd: (a, b) => Number(a) !== 0 && Number(b) !== 0,
  logicalOr: (a, b) => Number(a) !== 0 || Number(b) !== 0,
  logicalXor: (a, b) => (Number(a) !== 0) !== (Number(b) !== 0),
  maximum: (a, b) => Math.max(a, b),
  minimum: (a, b) => Math.min(a, b),
  multiply: (a, b) => a * b,
  /**
   * A step of 5/8 to 5/4 of the distance to the neighbour is rounded to it. Small numbers take it larger, since steps
   * of theirs would themselves be rounded; the smallest are all equally far from each other.
   */
  nextafter: (a, b) => {
    const size = Math.abs(a);
    const grows = b > a === a > 0;
    const scale = size < 2 ** -900 ? 2 ** 100 : 1;
    const step = size * scale * (1.25 * 2 ** -53);
    const next =
      size === Number.POSITIVE_INFINITY
        ? Number.MAX_VALUE
        : size < 2 ** -1021
          ? size + (grows ? Number.MIN_VALUE : -Number.MIN_VALUE)
          : (size * scale + (grows ? step : -step)) / scale;
    const isSame = Number(a) === Number(b);
    if (isSame || Number.isNaN(Number(a)) || Number.isNaN(Number(b))) return isSame ? +b : +a + +b;
    return size === 0 ? (b > a ? Number.MIN_VALUE : -Number.MIN_VALUE) : a > 0 ? next : -next;
  },
  notEqual: (a, b) => Number(a) !== Number(b),
  pow: (a, b) =>
    Number(a) === 1 || Number(b) === 0
      ? 1
      : Number(a) === -1 && Math.abs(b) === Number.POSITIVE_INFINITY
        ? 1
        : a ** b,
  /** With the sign of `b`. */
  remainder: (a, b) => {
    const rest = a % b;
    const isNegative = b < 0 || (Number(b) === 0 && 1 / b < 0);
    return rest === 0 ? (isNegative ? -0 : 0) : rest < 0 !== isNegative ? rest + b : rest;
  },
  subtract: (a, b) => a - b,
};

/** Where all are integers: results wrap, and division by 0 gives 0. */
export const INTEGER: Table<number, number> = {
  bitwiseInvert: (x) => ~x,
  square: (x) => Math.imul(x, x),
  bitwiseAnd: (a, b) => a & b,
  bitwiseOr: (a, b) => a | b,
  bitwiseXor: (a, b) => a ^ b,
  bitwiseLeftShift: (a, b) => (b < 0 || b > 31 ? 0 : a << b),
  bitwiseRightShift: (a, b) => a >> (b < 0 || b > 31 ? 31 : b),
  floorDivide: (a, b) => (b === 0 ? 0 : Math.floor(a / b)),
  multiply: (a, b) => Math.imul(a, b),
  /** By squaring; of negative exponents what is left of the fraction. */
  pow: (a, b) => {
    if (b < 0) return a === 1 ? 1 : a === -1 ? ((b & 1) === 0 ? 1 : -1) : 0;
    let power = 1;
    let base = a | 0;
    let left = b >>> 0;
    while (left > 0) {
      if ((left & 1) === 1) power = Math.imul(power, base);
      base = Math.imul(base, base);
      left = left >>> 1;
    }
    return power;
  },
  remainder: (a, b) => {
    if (b === 0) return 0;
    const rest = a % b;
    return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
  },
};

/** Where all are f32. */
export const SINGLE: Table<number, number> = {
  nextafter: (a, b) => {
    const size = Math.abs(a);
    const grows = b > a === a > 0;
    const scale = size < 2 ** -100 ? 2 ** 50 : 1;
    const step = size * scale * (1.25 * 2 ** -24);
    const next =
      size === Number.POSITIVE_INFINITY
        ? 3.4028234663852886e38
        : size < 2 ** -125
          ? size + (grows ? 2 ** -149 : -(2 ** -149))
          : (size * scale + (grows ? step : -step)) / scale;
    if (a === b || Number.isNaN(a) || Number.isNaN(b)) return a === b ? b : a + b;
    return size === 0 ? (b > a ? 2 ** -149 : -(2 ** -149)) : a > 0 ? next : -next;
  },
};

export const UNSIGNED: Table<number, number> = {
  bitwiseRightShift: (a, b) => (b > 31 ? 0 : a >>> b),
};

export const BOOLEAN: Table<boolean, boolean> = {
  bitwiseInvert: (x) => !x,
  bitwiseAnd: (a, b) => a && b,
  bitwiseOr: (a, b) => a || b,
  bitwiseXor: (a, b) => a !== b,
};
