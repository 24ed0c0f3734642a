/** Expressions that are computed in one pass: each after those that it takes, the one whose blocks are made last. */

import type { Chunk } from "../../task/chunk.ts";
import type { ElementFunction } from "../elementwise/result-type.ts";
import { blockAt } from "../grid.ts";
import type { NDArray } from "../ndarray.ts";
import type { MapSpec, MapStep } from "./block-tasks.ts";
import type { Expression } from "./expression.ts";
import { regionOf } from "./operands.ts";
import type { BlockSource, Shared } from "./submit.ts";

/** Names are listed up to this many. */
const MOST_NAMES = 4;

/** An expression and those that are computed with it, each after those that it takes. */
export function partsOf(last: Expression): readonly Expression[] {
  const parts = new Set<Expression>();
  const visit = (part: Expression): void => {
    if (parts.has(part)) return;
    for (const each of part.absorbed) visit(each);
    parts.add(part);
  };
  visit(last);
  return [...parts];
}

export function nameOf(parts: readonly Expression[]): string {
  const names = parts.map(({ name }) => name);
  if (names.length > MOST_NAMES) names.splice(1, names.length - MOST_NAMES + 1, "…");
  return names.join(" → ");
}

export class Fused {
  readonly parts: readonly Expression[];
  readonly #numbers: ReadonlyMap<unknown, number>;
  readonly #specs = new Map<string, Chunk<MapSpec>>();

  constructor(last: Expression) {
    this.parts = partsOf(last);
    for (const part of this.parts) if (part !== last) part.noteAbsorbed();
    this.#numbers = new Map(this.parts.map((part, at) => [part, at]));
  }

  /** What its tasks are called. */
  get name(): string {
    return nameOf(this.parts);
  }

  /** What the task of a block is given. */
  arguments(shared: Shared, index: number): [MapSpec, ...(ElementFunction | NDArray)[]] {
    const blocks: BlockSource[] = [];
    const steps = this.parts.map((part) => this.#stepOf(part, index, blocks));
    const functions = this.parts.map(({ shipped }) => shipped);
    // Chunks and tasks stand for their values.
    return [this.#specOf(shared, steps), ...functions, ...blocks] as unknown as [
      MapSpec,
      ...(ElementFunction | NDArray)[],
    ];
  }

  #stepOf(part: Expression, index: number, blocks: BlockSource[]): MapStep {
    const { dtype, mode, grid, operands, operandTypes, parts } = part;
    const block = blockAt(grid, index);
    const inputs = operands.map((operand, at) => {
      const step = this.#numbers.get(operand);
      if (step !== undefined) return { step };
      const own = parts.part(at, regionOf(operand, block), blocks);
      return "value" in own ? { ...own, dtype: operandTypes[at] as typeof dtype } : own;
    });
    return { dtype, mode, inputs };
  }

  /** Most blocks have the same. */
  #specOf(shared: Shared, steps: readonly MapStep[]): MapSpec | Chunk<MapSpec> {
    if (steps.some(({ inputs }) => inputs.some((each) => "assembly" in each))) return { steps };
    const key = JSON.stringify(steps);
    let spec = this.#specs.get(key);
    if (!spec) this.#specs.set(key, (spec = shared.share({ steps })));
    return spec;
  }
}
