/** How the blocks of an array are made, in words. Asking computes nothing and submits nothing. */

import { wasmKernel } from "../../kernel/wasm/webassembly.ts";
import type { DType } from "../../memory/dtype.ts";
import { arraySummary } from "../../show/summary.ts";
import type { Scope } from "../../task/scope.ts";
import { compileProgram } from "../elementwise/compile-program.ts";
import { type Program, programOf, programOfOne, type Step } from "../elementwise/program.ts";
import { blockShape } from "../grid.ts";
import type { Expression } from "./expression.ts";
import { nameOf, partsOf } from "./fused.ts";

/** What one pass over the blocks computes. */
export interface Pass {
  readonly name: string;
  /** The names of its functions. */
  readonly names: readonly string[];
  readonly program: Program;
  readonly scope: Scope | undefined;
}

/** The pass of an expression whose tasks are not submitted yet. */
export function passOf(last: Expression): Pass {
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
    scope: last.site.scope,
  };
}

/** What `explain` looks at. */
export interface Explained {
  readonly dtype: DType;
  readonly grid: Parameters<typeof blockShape>[0];
  /** Of functions of elements. */
  readonly pass: Pass | undefined;
  /** What made it otherwise. */
  readonly name: string;
  readonly isView: boolean;
}

export function explanationOf({ dtype, grid, pass, name, isView }: Explained): string {
  const blocks = { counts: grid.counts, ...blockShape(grid) };
  const tasks = grid.length === 1 ? "1 task" : `${grid.length} tasks, one a block`;
  const lines = [arraySummary({ name: "DArray", shape: grid.shape, dtype, blocks })];
  if (isView) lines.push("a view: its blocks are parts of another array's");
  else lines.push(`${pass?.name ?? name}: ${tasks}${pass?.scope ? ` in ${pass.scope}` : ""}`);
  if (pass) lines.push(...loopsOf(pass).map((line) => `  ${line}`));
  return lines.join("\n");
}

/** The loops of a pass: one, or one a function where they are not compiled together. */
function loopsOf({ program, names, scope }: Pass): string[] {
  const whole = compiledText(program, scope);
  const { steps, functions, operands } = program;
  if (whole.isCompiled || steps.length === 1) {
    return [steps.length > 1 ? `one pass of ${steps.length} functions: ${whole.text}` : whole.text];
  }
  return steps.map(({ inputs, dtype, mode }, at) => {
    const types = inputs.map((each) =>
      "step" in each ? (steps[each.step] as Step).dtype : (operands[each.operand] as DType),
    );
    const own = programOfOne(functions[at] as (typeof functions)[number], types, dtype, mode);
    return `${names[at]}, in turns on tiles: ${compiledText(own, scope).text}`;
  });
}

function compiledText(
  program: Program,
  scope: Scope | undefined,
): { readonly isCompiled: boolean; readonly text: string } {
  const made = compileProgram(program);
  if ("reason" in made) return { isCompiled: false, text: `JavaScript, because ${made.reason}` };
  const isFast = program.steps.at(-1)?.mode.fast === true;
  if (scope !== undefined && String(scope).includes("gpu"))
    return { isCompiled: true, text: "WGSL on a GPU" };
  const { lanes } = wasmKernel(made.ir, [], isFast);
  const width = lanes > 1 ? `, ${lanes} elements at a time` : ", one element at a time";
  return { isCompiled: true, text: `WebAssembly${width}${isFast ? ", fast" : ""}` };
}
