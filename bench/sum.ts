/** `sum` of distributed arrays of 8 MB and 256 MB, against C and a plain loop. */

import { arrayTopic } from "./arrays/topic.ts";
import type { Size, Topic } from "./support/topic.ts";

export const topic = (size: Size): Topic => arrayTopic("Sums", ["sum"], size);
