/** Reductions of distributed arrays of 8 MB and 256 MB to a number, against C and a plain loop. */

import { arrayTopic } from "./arrays/topic.ts";
import type { Size, Topic } from "./support/topic.ts";

export const topic = (size: Size): Topic =>
  arrayTopic(
    "Reductions",
    {
      f64: { sum: [8, 256], mean: [256], max: [8, 256], var: [8, 256] },
      f32: { sum: [256], max: [256] },
    },
    size,
  );
