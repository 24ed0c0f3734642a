/** How a new array is cut: as users said, for the processors that its tasks may run on. */

import { workers } from "../../cluster/session.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { isPartitioning, type Partitioning } from "../blocks.ts";
import { type BlockGrid, gridOf } from "../grid.ts";
import type { Shape } from "../shape.ts";
import { currentProcessors } from "./placement.ts";

/** @throws where the partitioning does not fit the shape */
export function gridFor(shape: Shape, partitioning: Partitioning | number): BlockGrid {
  if (typeof partitioning !== "number" && !isPartitioning(partitioning)) {
    throw invalidArgument(
      `${String(partitioning)} does not say how to cut an array; use Blocks(...), AutoBlocks() or a number of parts`,
    );
  }
  const kind = typeof partitioning === "object" ? partitioning.kind : undefined;
  if (kind === "ranks") return gridOf(shape, partitioning, workers().length);
  return gridOf(shape, partitioning, kind === "auto" ? Math.max(1, currentProcessors().length) : 1);
}
