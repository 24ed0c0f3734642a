/** Whether functions of elements can be compiled to one kernel, or why not. Decides the same on every thread. */

import { type CompiledKernel, compileSteps } from "../../kernel/compile.ts";
import type { ElementStep } from "../../kernel/front/steps.ts";
import type { ElementDType, KernelIR } from "../../kernel/ir.ts";
import { expressionsIn } from "../../kernel/walk.ts";
import { cannotCompile } from "../../kernel/wasm/webassembly.ts";
import { KernelError } from "../../wire/errors.ts";
import { isComplex } from "../element.ts";
import { type Program, resultOf } from "./program.ts";

/** A program as a kernel that can become WebAssembly, or why there is none. All steps compute alike. */
export function compileProgram(program: Program): CompiledKernel | { readonly reason: string } {
  const { operands, steps, functions } = program;
  const complex = [...operands, ...steps.map(({ dtype }) => dtype)].find(isComplex);
  if (complex) return { reason: `kernels have no ${complex}` };
  const { mode } = resultOf(program);
  const parts = steps.map(({ inputs, dtype }, k) => ({ fn: functions[k], inputs, dtype }));
  try {
    const made = compileSteps(
      parts as readonly ElementStep[],
      operands as readonly ElementDType[],
      {
        meaning: mode.compute ?? "javascript",
      },
    );
    // Booleans that nobody asked to have as numbers are refused, by the other loop.
    const mayRefuse =
      mode.compute === undefined && steps.some((own) => !own.mode.declared && own.dtype !== "bool");
    if (mayRefuse && usesBooleansAsNumbers(made.ir)) {
      return { reason: "a boolean may become a number that no dtype was named for" };
    }
    const reason = cannotCompile(made.ir);
    return reason === undefined ? made : { reason };
  } catch (error) {
    // It says what kernels cannot do: a loop in JavaScript can.
    if (error instanceof KernelError) return { reason: error.message };
    throw error;
  }
}

/** Whether a boolean becomes a number somewhere: perhaps on its way to the output. */
const usesBooleansAsNumbers = ({ body }: KernelIR): boolean =>
  [...expressionsIn(body)].some((each) => each.kind === "cast" && each.operand.type === "bool");
