/** A table whose partitions tasks make. */

import type { Chunk } from "../task/chunk.ts";
import type { Task } from "../task/task.ts";
import type { Schema } from "./columns/field.ts";
import type { Packed } from "./columns/packing.ts";

/** What stands for a partition or a dictionary among the arguments of a task. */
export type PackedSource = Task<Packed> | Chunk<Packed>;

export interface Stored {
  readonly parts: readonly PackedSource[];
  /** Those that partitions share: every task that reads a part is given them all. */
  readonly dictionaries: readonly PackedSource[];
  /** Of a table without partitions, which nothing else knows. */
  readonly schema?: Schema;
}
