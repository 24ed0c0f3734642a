/** How a new array is cut: as users said, for the processors that its tasks may run on. */

import { currentMembers } from "../../cluster/members.ts";
import { DEFAULT_BOXES, processorsIn } from "../../sched/scope.ts";
import { here } from "../../task/data.ts";
import { scopedOptions } from "../../task/options.ts";
import { boxesOf } from "../../task/scope.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { isPartitioning, type Partitioning } from "../blocks.ts";
import { type BlockGrid, gridOf } from "../grid.ts";
import type { Shape } from "../shape.ts";

/** @throws where the partitioning does not fit the shape */
export function gridFor(shape: Shape, partitioning: Partitioning | number): BlockGrid {
  if (typeof partitioning !== "number" && !isPartitioning(partitioning)) {
    throw invalidArgument(
      `${String(partitioning)} does not say how to cut an array; use Blocks(...), AutoBlocks() or a number of parts`,
    );
  }
  const isAuto = typeof partitioning === "object" && partitioning.kind === "auto";
  return gridOf(shape, partitioning, isAuto ? processorCount() : 1);
}

/** How many processors there are for tasks that are spawned now. */
function processorCount(): number {
  here();
  const { computeScope, scope } = scopedOptions() ?? {};
  const asked = computeScope ?? scope;
  const boxes = asked ? boxesOf(asked) : DEFAULT_BOXES;
  return Math.max(1, processorsIn(boxes, currentMembers()).length);
}
