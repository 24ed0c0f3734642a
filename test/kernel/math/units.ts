/** Units of the last place. */

const wide = new DataView(new ArrayBuffer(8));

/** Distance of neighbouring numbers in the binade of `x`; also for infinite ones, that of the largest. */
export function ulp64(x: number): number {
  wide.setFloat64(0, Math.min(Math.abs(x), Number.MAX_VALUE));
  const exponent = Math.max(1, wide.getUint16(0) >>> 4);
  return 2 ** (exponent - 1075);
}

const SMALLEST_EXPONENT = -126;

export function ulp32(x: number): number {
  const size = Math.min(Math.abs(x), 2 ** 127);
  wide.setFloat64(0, size);
  const exponent = (wide.getUint16(0) >>> 4) - 1023;
  return 2 ** (Math.max(SMALLEST_EXPONENT, exponent) - 23);
}
