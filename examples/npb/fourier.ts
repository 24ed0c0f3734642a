/**
 * Fourier transforms of many lines at once, by the radix-2 method of Stockham: no reordering at the end, and the
 * innermost loops run over neighbouring lines. (C. Van Loan: Computational Frameworks for the Fast Fourier
 * Transform. SIAM 1992, section 1.7.)
 */

/** Lines of complex numbers, as positions in an array of interleaved parts. */
export interface Lines {
  /** Numbers in a line: a power of 2. */
  readonly length: number;
  /** From one number of a line to the next. */
  readonly step: number;
  /** First numbers of the lines: those of each run are neighbours at this distance. */
  readonly runs: readonly number[];
  readonly count: number;
  readonly distance: number;
}

/** Lines that are transformed together: they fit the first-level cache. */
const AT_ONCE = 16;

/** Replaces the lines by their transforms, with e^(2πi·sign/n); not scaled. */
export function transform(data: Float64Array, lines: Lines, sign: 1 | -1): void {
  const { length, step, runs, count, distance } = lines;
  const roots = rootsOf(length, sign);
  let from = new Float64Array(2 * length * AT_ONCE);
  let to = new Float64Array(2 * length * AT_ONCE);
  for (const run of runs) {
    for (let first = 0; first < count; first += AT_ONCE) {
      const width = Math.min(AT_ONCE, count - first);
      const start = run + first * distance;
      for (let i = 0; i < length; i++) {
        for (let k = 0; k < width; k++) {
          const at = 2 * (start + i * step + k * distance);
          from[2 * (i * width + k)] = data[at]!;
          from[2 * (i * width + k) + 1] = data[at + 1]!;
        }
      }
      for (let half = length / 2, blocks = 1; half >= 1; half /= 2, blocks *= 2) {
        butterflies(from, to, half, blocks, width, roots);
        [from, to] = [to, from];
      }
      for (let i = 0; i < length; i++) {
        for (let k = 0; k < width; k++) {
          const at = 2 * (start + i * step + k * distance);
          data[at] = from[2 * (i * width + k)]!;
          data[at + 1] = from[2 * (i * width + k) + 1]!;
        }
      }
    }
  }
}

/** One level: `half` butterflies for each of `blocks` neighbours, of `width` lines each. */
function butterflies(
  from: Float64Array,
  to: Float64Array,
  half: number,
  blocks: number,
  width: number,
  roots: Float64Array,
): void {
  const size = 2 * blocks * width;
  const across = half * size;
  for (let p = 0; p < half; p++) {
    const re = roots[2 * p * blocks]!;
    const im = roots[2 * p * blocks + 1]!;
    const source = p * size;
    const target = 2 * p * size;
    for (let q = 0; q < size; q += 2) {
      const aRe = from[source + q]!;
      const aIm = from[source + q + 1]!;
      const bRe = from[source + across + q]!;
      const bIm = from[source + across + q + 1]!;
      const dRe = aRe - bRe;
      const dIm = aIm - bIm;
      to[target + q] = aRe + bRe;
      to[target + q + 1] = aIm + bIm;
      to[target + size + q] = dRe * re - dIm * im;
      to[target + size + q + 1] = dRe * im + dIm * re;
    }
  }
}

function rootsOf(length: number, sign: 1 | -1): Float64Array {
  const roots = new Float64Array(length);
  for (let p = 0; p < length / 2; p++) {
    const angle = (2 * Math.PI * p * sign) / length;
    roots[2 * p] = Math.cos(angle);
    roots[2 * p + 1] = Math.sin(angle);
  }
  return roots;
}
