/**
 * `map`, `broadcast` and chains of them on distributed arrays that fit the caches and that do not, and functions of
 * `Math` on them, against C and a plain loop.
 */

import { arrayTopic } from "./arrays/topic.ts";
import type { Size, Topic } from "./support/topic.ts";

const LARGE = [256];
const BOTH = [8, ...LARGE];
/** What computes longer than it moves is the same for every size. */
const COMPUTED = [32];

export const topic = (size: Size): Topic =>
  arrayTopic(
    "Elementwise operations",
    {
      f64: {
        scale: BOTH,
        axpy: BOTH,
        fused: BOTH,
        exp: COMPUTED,
        log: COMPUTED,
        sin: COMPUTED,
        tanh: COMPUTED,
        pow: COMPUTED,
      },
      f32: { scale: LARGE, axpy: LARGE, fused: LARGE, exp: COMPUTED, sin: COMPUTED },
    },
    size,
  );
