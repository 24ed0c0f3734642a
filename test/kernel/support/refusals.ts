/** Kernels that must be refused, and what the message says. */

import type { ArgumentType } from "../../../src/kernel/compile.ts";
import type { Kernel } from "./cases.ts";

export interface Refusal {
  readonly what: string;
  readonly types: readonly ArgumentType[];
  readonly message: RegExp;
  readonly kernel: Kernel;
}

export const refusal = (
  what: string,
  types: readonly ArgumentType[],
  message: RegExp,
  kernel: Kernel,
): Refusal => ({ what, types, message, kernel });

export const f32: ArgumentType = { kind: "array", dtype: "f32" };
export const i32: ArgumentType = { kind: "array", dtype: "i32" };
export const u32: ArgumentType = { kind: "array", dtype: "u32" };
