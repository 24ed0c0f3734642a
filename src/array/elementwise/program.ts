/**
 * What a pass over elements computes: one function, or several of which some take what others give. What a function
 * gives is rounded to its dtype, whether an array holds it in between or not.
 */

import type { StepInput } from "../../kernel/front/steps.ts";
import type { DType } from "../../memory/dtype.ts";
import { type Mode, modeKey } from "./mode.ts";
import type { ElementFunction } from "./result-type.ts";

/** A function of elements among others. */
export interface Step {
  /** What its parameters are given: elements of an operand, or what an earlier step gives. */
  readonly inputs: readonly StepInput[];
  /** Of what it gives. */
  readonly dtype: DType;
  readonly mode: Mode;
}

/** The last step gives the result. */
export interface Program {
  /** Their dtypes. */
  readonly operands: readonly DType[];
  readonly steps: readonly Step[];
  /** Of the steps. */
  readonly functions: readonly ElementFunction[];
  /** The same for programs that differ in their functions only. */
  readonly key: string;
}

export function programOf(
  functions: readonly ElementFunction[],
  steps: readonly Step[],
  operands: readonly DType[],
): Program {
  const texts = steps.map(({ inputs, dtype, mode }) => {
    const given = inputs.map((each) => ("step" in each ? `#${each.step}` : each.operand));
    return `${given.join()}>${dtype}${modeKey(mode)}`;
  });
  return { functions, steps, operands, key: `${operands.join()}:${texts.join(";")}` };
}

/** One function of all operands in their order. */
export function programOfOne(
  fn: ElementFunction,
  operands: readonly DType[],
  dtype: DType,
  mode: Mode,
): Program {
  const inputs = operands.map((_, operand) => ({ operand }));
  return programOf([fn], [{ inputs, dtype, mode }], operands);
}

export const resultOf = ({ steps }: Program): Step => steps.at(-1) as Step;

const numbers = new WeakMap<ElementFunction, number>();
let next = 0;

/** Tells functions of this thread apart in keys. */
export function numberOf(fn: ElementFunction): number {
  let number = numbers.get(fn);
  if (number === undefined) numbers.set(fn, (number = next++));
  return number;
}
