/**
 * Durations in buckets, eight to each doubling, so that a quantile is known to within a sixteenth of itself however
 * many there were. From a sixteenth of a microsecond to four minutes; what is outside is counted at the ends.
 */

import { BUCKETS } from "./layout.ts";

const FLOAT = new Float64Array(1);
const WORDS = new Uint32Array(FLOAT.buffer);
const LITTLE_ENDIAN: boolean = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
const HIGH = LITTLE_ENDIAN ? 1 : 0;
/** Exponent of 1/16 µs in milliseconds: 2⁻¹⁴. */
const FIRST = (1023 - 14) << 3;

/** The bucket of a duration: its exponent and the first three bits behind. */
export function bucketOf(milliseconds: number): number {
  FLOAT[0] = milliseconds;
  const at = ((WORDS[HIGH] as number) >>> 17) - FIRST;
  return milliseconds > 0 ? Math.min(Math.max(at, 0), BUCKETS - 1) : 0;
}

/** The middle of a bucket, in milliseconds. */
export function middleOf(bucket: number): number {
  return 2 ** ((bucket >> 3) - 14) * (1 + ((bucket & 7) + 0.5) / 8);
}

/** The duration that `share` of all are no longer than; 0 where there are none. */
export function quantileOf(counts: ArrayLike<number>, share: number): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i] as number;
  let left = Math.max(1, Math.ceil(total * share));
  for (let i = 0; i < counts.length; i++) {
    left -= counts[i] as number;
    if (left <= 0) return middleOf(i);
  }
  return 0;
}
