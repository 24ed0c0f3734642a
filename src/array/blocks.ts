/** How an array is cut into blocks, as users say it; `grid.ts` applies it to a shape. */

import type { Processor } from "../task/scope.ts";
import { invalidArgument } from "../wire/errors.ts";
import { checkNames } from "../wire/option-names.ts";

/** Blocks of a given size. */
export interface Blocks extends Placed {
  readonly kind: "blocks";
  /** The block's length along each axis; null leaves an axis whole, a list has the length of each block. */
  readonly sizes: readonly BlockLength[];
}

export type BlockLength = number | null | readonly number[];

/** Blocks chosen to fit the processors. */
export interface AutoBlocks extends Placed {
  readonly kind: "auto";
}

/** One block for each worker. */
export interface MPIBlocks {
  readonly kind: "ranks";
  /** The block's length along each axis; null has it chosen. */
  readonly sizes: readonly (number | null)[];
  readonly assignment?: undefined;
}

export type Partitioning = Blocks | AutoBlocks | MPIBlocks;

interface Placed {
  readonly assignment?: Assignment;
}

/**
 * Bands of rows or columns of blocks for each processor (`blockrow`, `blockcol`), or rows or columns in turn
 * (`cyclicrow`, `cycliccol`); `arbitrary` leaves it to the scheduler.
 */
export type NamedAssignment = (typeof ASSIGNMENTS)[number];

/** A worker, which its first thread stands for, or a processor. */
export type Place = number | Processor;
/** A grid of processors, as nested lists. */
export type Places = readonly (Place | Places)[];
export type Assignment = NamedAssignment | Places;

export interface BlocksOptions {
  /** Which processors make the blocks: by name, or a grid of processors that is repeated over that of the blocks. */
  readonly assignment?: Assignment | undefined;
}

const ASSIGNMENTS = ["arbitrary", "blockrow", "blockcol", "cyclicrow", "cycliccol"] as const;

export const isNamedAssignment = (value: Assignment): value is NamedAssignment =>
  typeof value === "string";

/**
 * Blocks of these lengths, one an axis; the last block along an axis may be smaller. `null` leaves an axis
 * whole: `Blocks(16, null)` cuts a matrix into bands of 16 rows. A list says the length of every block:
 * `Blocks([3, 3, 4], 5)`. Options may follow: `Blocks(16, 16, { assignment: "cyclicrow" })`.
 */
export function Blocks(
  ...args: readonly BlockLength[] | readonly [...BlockLength[], BlocksOptions]
): Blocks {
  const last = args.at(-1);
  const options = isOptions(last) ? last : undefined;
  const sizes = (options ? args.slice(0, -1) : args) as readonly BlockLength[];
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
  const lengths = Object.freeze(own as BlockLength[]);
  return Object.freeze({ kind: "blocks", sizes: lengths, ...checkOptions(options, "Blocks()") });
}

const isOptions = (value: unknown): value is BlocksOptions =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function checkOptions(options: BlocksOptions | undefined, caller: string): Placed {
  checkNames(options ?? {}, ["assignment"], caller);
  const { assignment } = options ?? {};
  if (assignment === undefined) return {};
  if (!Array.isArray(assignment) && !ASSIGNMENTS.includes(assignment as NamedAssignment)) {
    throw invalidArgument(
      `assignment: ${String(assignment)} is none of ${ASSIGNMENTS.map((name) => `"${name}"`).join(", ")}, nor a list of processors`,
    );
  }
  return { assignment };
}

/** As users write it. */
export const blocksText = (sizes: readonly BlockLength[]): string =>
  `Blocks(${sizes.map((size) => (Array.isArray(size) ? `[${size.join(", ")}]` : String(size))).join(", ")})`;

/** One block for each processor, cut along the last axis; all other axes stay whole. */
export function AutoBlocks(options?: BlocksOptions): AutoBlocks {
  return Object.freeze({ kind: "auto", ...checkOptions(options, "AutoBlocks()") });
}

/**
 * One block for each worker, which makes it: on an MPI job for each rank. `null` has the length along an axis chosen so that
 * there are as many blocks as workers: `MPIBlocks(64, null)`.
 */
export function MPIBlocks(...sizes: readonly (number | null)[]): MPIBlocks {
  const odd = sizes.find((size) => size !== null && !(Number.isSafeInteger(size) && size > 0));
  if (odd !== undefined) {
    throw invalidArgument(
      `MPIBlocks(${sizes.join(", ")}): ${String(odd)} is not a length; use integers from 1, or null to have it chosen`,
    );
  }
  return Object.freeze({ kind: "ranks", sizes: Object.freeze([...sizes]) });
}

export function isPartitioning(value: unknown): value is Partitioning {
  if (typeof value !== "object" || value === null) return false;
  const { kind, sizes } = value as Partial<Blocks | MPIBlocks>;
  const hasSizes = kind === "blocks" || kind === "ranks";
  return (hasSizes && Array.isArray(sizes)) || (value as AutoBlocks).kind === "auto";
}
