/**
 * The random numbers of the NAS Parallel Benchmarks: x ← a·x mod 2^46, as fractions of 2^46. A number is kept as
 * two halves of 23 bits, whose products a double holds exactly. (D. Bailey et al.: The NAS Parallel Benchmarks.
 * NASA RNR-94-007, section 2.3.)
 */

const HALF = 2 ** 23;
const WHOLE = 2 ** 46;

/** The factor of all four benchmarks. */
export const FACTOR: number = 5 ** 13;

/** a·b mod 2^46. */
export function multiply(a: number, b: number): number {
  const a1 = Math.floor(a / HALF);
  const a0 = a - a1 * HALF;
  const b1 = Math.floor(b / HALF);
  const b0 = b - b1 * HALF;
  return (((a1 * b0 + a0 * b1) % HALF) * HALF + a0 * b0) % WHOLE;
}

/** a^n mod 2^46. */
export function power(a: number, n: number): number {
  let result = 1;
  for (let square = a, rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiply(result, square);
    square = multiply(square, square);
  }
  return result;
}

/** Fills `numbers` with those that follow a seed, and gives the seed of the next. */
export function fillRandom(numbers: Float64Array, seed: number): number {
  const a1 = Math.floor(FACTOR / HALF);
  const a0 = FACTOR - a1 * HALF;
  let high = Math.floor(seed / HALF);
  let low = seed - high * HALF;
  for (let i = 0; i < numbers.length; i++) {
    const product = a0 * low;
    const carry = Math.floor(product / HALF);
    const upper = a1 * low + a0 * high + carry;
    high = upper - Math.floor(upper / HALF) * HALF;
    low = product - carry * HALF;
    numbers[i] = (high * HALF + low) / WHOLE;
  }
  return high * HALF + low;
}
