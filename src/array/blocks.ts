/** How an array is cut into blocks, as users say it; `grid.ts` applies it to a shape. */

import { invalidArgument } from "../wire/errors.ts";

/** Blocks of a given size. */
export interface Blocks {
  readonly kind: "blocks";
  /** The block's length along each axis; null leaves an axis whole, a list has the length of each block. */
  readonly sizes: readonly BlockLength[];
}

export type BlockLength = number | null | readonly number[];

/** Blocks chosen to fit the processors. */
export interface AutoBlocks {
  readonly kind: "auto";
}

export type Partitioning = Blocks | AutoBlocks;

/**
 * Blocks of these lengths, one an axis; the last block along an axis may be smaller. `null` leaves an axis
 * whole: `Blocks(16, null)` cuts a matrix into bands of 16 rows. A list says the length of every block:
 * `Blocks([3, 3, 4], 5)`.
 */
export function Blocks(...sizes: readonly BlockLength[]): Blocks {
  for (const size of sizes) {
    const lengths = Array.isArray(size) ? size : [size];
    for (const length of lengths as readonly (number | null)[]) {
      if (Number.isSafeInteger(length) && (length as number) > 0) continue;
      if (length === null && size === null) continue;
      throw invalidArgument(
        `${blocksText(sizes)}: ${String(length)} is not a length; use integers from 1, or null to leave an axis whole`,
      );
    }
  }
  const own = sizes.map((size) => (Array.isArray(size) ? Object.freeze([...size]) : size));
  return Object.freeze({ kind: "blocks", sizes: Object.freeze(own as BlockLength[]) });
}

/** As users write it. */
export const blocksText = (sizes: readonly BlockLength[]): string =>
  `Blocks(${sizes.map((size) => (Array.isArray(size) ? `[${size.join(", ")}]` : String(size))).join(", ")})`;

/** One block for each processor, cut along the last axis; all other axes stay whole. */
export function AutoBlocks(): AutoBlocks {
  return Object.freeze({ kind: "auto" });
}

export function isPartitioning(value: unknown): value is Partitioning {
  if (typeof value !== "object" || value === null) return false;
  const { kind, sizes } = value as Partial<Blocks>;
  return (kind === "blocks" && Array.isArray(sizes)) || (value as AutoBlocks).kind === "auto";
}
