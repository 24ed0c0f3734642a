/** How an array is cut into blocks, as users say it; `grid.ts` applies it to a shape. */

import { invalidArgument } from "../wire/errors.ts";

/** Blocks of a given size. */
export interface Blocks {
  readonly kind: "blocks";
  /** The block's length along each axis; null leaves an axis whole. */
  readonly sizes: readonly (number | null)[];
}

/** Blocks chosen to fit the processors. */
export interface AutoBlocks {
  readonly kind: "auto";
}

export type Partitioning = Blocks | AutoBlocks;

/**
 * Blocks of these lengths, one an axis; the last block along an axis may be smaller. `null` leaves an axis
 * whole: `Blocks(16, null)` cuts a matrix into bands of 16 rows.
 */
export function Blocks(...sizes: readonly (number | null)[]): Blocks {
  for (const size of sizes) {
    if (size === null || (Number.isSafeInteger(size) && size > 0)) continue;
    throw invalidArgument(
      `Blocks(${sizes.join(", ")}): ${String(size)} is not a length; use integers from 1, or null to leave an axis whole`,
    );
  }
  return Object.freeze({ kind: "blocks", sizes: Object.freeze([...sizes]) });
}

/** One block for each processor, cut along the last axis; all other axes stay whole. */
export function AutoBlocks(): AutoBlocks {
  return Object.freeze({ kind: "auto" });
}

export function isPartitioning(value: unknown): value is Partitioning {
  if (typeof value !== "object" || value === null) return false;
  const { kind, sizes } = value as Partial<Blocks>;
  return (kind === "blocks" && Array.isArray(sizes)) || (value as AutoBlocks).kind === "auto";
}
