/**
 * Which processor makes which block of a new array, where its partitioning says so. Rows and columns are those of the
 * grid of blocks; the columns of an array of more than two dimensions are along its last axis.
 */

import { currentMembers } from "../../cluster/members.ts";
import { DEFAULT_BOXES, type ProcessorId, processorsIn } from "../../sched/scope.ts";
import { here } from "../../task/data.ts";
import { scopedOptions } from "../../task/options.ts";
import { boxesOf, type Processor, type Scope, scope } from "../../task/scope.ts";
import { invalidArgument } from "../../wire/errors.ts";
import {
  isNamedAssignment,
  type NamedAssignment,
  type Partitioning,
  type Places,
} from "../blocks.ts";
import { indicesOf } from "../flat.ts";
import type { BlockGrid } from "../grid.ts";

/** The processors that tasks which are spawned now may run on. */
export function currentProcessors(): readonly ProcessorId[] {
  here();
  const { computeScope, scope: own } = scopedOptions() ?? {};
  const asked = computeScope ?? own;
  return processorsIn(asked ? boxesOf(asked) : DEFAULT_BOXES, currentMembers());
}

/** The scope of the task of a block; undefined where the scheduler chooses. */
export type Placement = (index: number) => Scope | undefined;

/** @throws where the assignment does not fit the array */
export function placementOf({ counts }: BlockGrid, partitioning: Partitioning | number): Placement {
  if (typeof partitioning === "object" && partitioning.kind === "ranks") {
    const owners = currentMembers().map(({ worker }) => scope({ worker }));
    return (index) => owners[index];
  }
  const assignment = typeof partitioning === "object" ? partitioning.assignment : undefined;
  if (assignment === undefined || assignment === "arbitrary") return () => undefined;
  const position = (index: number): number[] => indicesOf(index, counts);
  if (!isNamedAssignment(assignment)) {
    const grid = processorGrid(assignment, counts.length);
    return (index) => grid.scopeAt(position(index));
  }
  const scopes = currentProcessors().map(scopeOfProcessor);
  if (scopes.length === 0) return () => undefined; // the tasks say what is wrong
  const place = along(assignment, counts, scopes.length);
  return (index) => scopes[place(position(index))];
}

/** The number of the processor for a block at a position. */
function along(
  assignment: Exclude<NamedAssignment, "arbitrary">,
  counts: readonly number[],
  processors: number,
): (position: readonly number[]) => number {
  const axis = assignment.endsWith("row") ? 0 : counts.length - 1;
  const at = (position: readonly number[]): number => position[axis] ?? 0;
  if (assignment.startsWith("cyclic")) return (position) => at(position) % processors;
  // The first processors have one band more each, if they cannot all have as many.
  const bands = counts[axis] ?? 1;
  const least = Math.floor(bands / processors);
  const larger = bands % processors;
  return (position) => {
    const band = at(position);
    const inLarger = larger * (least + 1);
    if (band < inLarger) return Math.floor(band / (least + 1));
    return larger + Math.floor((band - inLarger) / least);
  };
}

const scopeOfProcessor = ({ kind, worker, unit }: ProcessorId): Scope =>
  scope(kind === "gpu" ? { worker, gpu: unit } : { worker, thread: unit });

/** A grid of processors, repeated over the grid of blocks. */
function processorGrid(places: Places, dimensions: number) {
  const shape: number[] = [];
  for (let each: unknown = places; Array.isArray(each); each = each[0]) shape.push(each.length);
  if (shape.length !== dimensions) {
    throw invalidArgument(
      `the processors of the assignment are a grid of ${shape.length} dimensions, but the array has ${dimensions}; nest as many lists`,
    );
  }
  const scopes = (places as readonly unknown[]).flat(shape.length - 1).map(scopeOfPlace);
  if (shape.includes(0) || scopes.length !== shape.reduce((all, length) => all * length, 1)) {
    throw invalidArgument(
      "the processors of the assignment must be a full grid: lists of equal lengths",
    );
  }
  return {
    scopeAt: (position: readonly number[]): Scope | undefined =>
      scopes[
        position.reduce(
          (at, block, axis) => at * (shape[axis] as number) + (block % (shape[axis] as number)),
          0,
        )
      ],
  };
}

function scopeOfPlace(place: unknown): Scope {
  // A worker's first thread stands for it.
  if (typeof place === "number") return scope({ worker: place, thread: 1 });
  const { worker, thread, device } = (place ?? {}) as Partial<Processor>;
  if (worker !== undefined && device !== undefined) return scope({ worker, gpu: device });
  if (worker !== undefined) return scope({ worker, thread: thread ?? 1 });
  throw invalidArgument(`${String(place)} is no processor; use numbers of workers, or processors`);
}
