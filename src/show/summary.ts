/** The line that stands for an array: its shape, class and dtype, and how it is cut into blocks. */

import type { DType } from "../memory/dtype.ts";

/** How an array is cut, as far as it is shown. */
export interface BlockSummary {
  /** Blocks along each axis. */
  readonly counts: readonly number[];
  /** The longest block along each axis. */
  readonly shape: readonly number[];
  /** All blocks have that shape. */
  readonly even: boolean;
}

export interface ArraySummary {
  /** `NDArray`, `DArray`, … */
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly blocks?: BlockSummary;
}

export const times = (lengths: readonly number[]): string => lengths.join("×");

/** `64×64 DArray<f64> with 4×4 blocks of 16×16`, `10-element NDArray<i32>`, `0-dimensional NDArray<f64>` */
export function arraySummary({ name, shape, dtype, blocks }: ArraySummary): string {
  const what = `${extent(shape)} ${name}<${dtype}>`;
  return blocks ? `${what} with ${blockText(blocks)}` : what;
}

/** How far the blocks of an array are. */
export interface BlockProgress {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  /** For each block that is done but not here the worker that has it. */
  readonly elsewhere: readonly number[];
}

/** A line on blocks that cannot be shown; undefined where all can. */
export function blockStatus({ total, done, failed, elsewhere }: BlockProgress): string | undefined {
  const ended = done + failed;
  if (failed > 0) return `${failed} of ${total} blocks failed; collect() says why`;
  if (ended < total) return `~${Math.floor((100 * done) / total)}% completed`;
  const workers = [...new Set(elsewhere)].sort((a, b) => a - b);
  if (workers.length === 0) return undefined;
  const some = elsewhere.length < total ? "partly " : "";
  const names = workers.length === 1 ? `worker ${workers[0]}` : `workers ${listed(workers)}`;
  return `${some}on ${names}; collect() brings it here`;
}

const listed = (numbers: readonly number[]): string =>
  `${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}`;

function extent(shape: readonly number[]): string {
  if (shape.length === 0) return "0-dimensional";
  return shape.length === 1 ? `${shape[0]}-element` : times(shape);
}

function blockText({ counts, shape, even }: BlockSummary): string {
  const count = counts.reduce((product, own) => product * own, 1);
  if (count === 0) return "no blocks";
  if (count === 1) return "1 block";
  return `${times(counts)} blocks of ${even ? "" : "up to "}${times(shape)}`;
}
