/** How the tasks of an operation make its blocks, as far as it knows before they are submitted. */

import type { DType } from "../../memory/dtype.ts";
import type { Scope } from "../../task/scope.ts";
import { type Program, programOf, type Step } from "../elementwise/program.ts";
import type { Expression } from "./expression.ts";
import { nameOf, partsOf } from "./fused.ts";

export interface Making {
  /** Of its tasks. */
  readonly name: string;
  /** How many, in words. */
  readonly tasks: string;
  readonly scope: Scope | undefined;
  /** Functions of elements that they compute. */
  readonly pass?: Pass | undefined;
  /** What they do with the elements of each block, or with what those functions give. */
  readonly reduction?: BlockReduction | undefined;
}

/** Functions of elements that are computed together. */
export interface Pass {
  readonly names: readonly string[];
  readonly program: Program;
}

export interface BlockReduction {
  readonly name: string;
  /** Why no compiled loop reduces the elements of a block, if none does. */
  readonly reason: string | undefined;
}

/** `blocks` tasks, and others that join what they give. */
export function taskCount(blocks: number, joining: number = 0): string {
  if (blocks === 0 && joining === 0) return "no tasks";
  const each = blocks === 1 ? "1 task" : `${blocks} tasks, one a block`;
  return joining === 0 ? each : `${each}, and ${joining} that ${joining === 1 ? "ends" : "end"} it`;
}

/** What is computed with an expression whose tasks are not submitted yet. */
export function passOf(last: Expression): Pass & { readonly name: string } {
  const parts = partsOf(last);
  const numbers = new Map<unknown, number>(parts.map((part, at) => [part, at]));
  const operands: DType[] = [];
  const steps = parts.map(
    (part): Step => ({
      dtype: part.dtype,
      mode: part.mode,
      inputs: part.operands.map((operand, at) => {
        const step = numbers.get(operand);
        if (step !== undefined) return { step };
        return { operand: operands.push(part.operandTypes[at] as DType) - 1 };
      }),
    }),
  );
  const functions = parts.map(({ fn }) => fn);
  return {
    name: nameOf(parts),
    names: parts.map(({ name }) => name),
    program: programOf(functions, steps, operands),
  };
}
