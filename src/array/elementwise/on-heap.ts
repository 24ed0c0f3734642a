/**
 * Loops over elements as WebAssembly, where the arrays are in the heap and the function is one that can be compiled
 * to a kernel. Anything else is not for here: other loops give the same numbers (functions of `Math` within two
 * units of the last place).
 */

import { compileElementwise } from "../../kernel/compile.ts";
import type { ElementDType, KernelIR } from "../../kernel/ir.ts";
import { expressionsIn } from "../../kernel/walk.ts";
import { instantiateKernel, type RunItems } from "../../kernel/wasm/instance.ts";
import { cannotCompile, wasmKernel } from "../../kernel/wasm/webassembly.ts";
import type { DType } from "../../memory/dtype.ts";
import { findContext } from "../../runtime/context.ts";
import { KernelError } from "../../wire/errors.ts";
import { isComplex } from "../element.ts";
import { type HeapMemory, heapMemory } from "../heap-memory.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { coalesce, type Operand, walk } from "../strided.ts";
import { type Mode, modeKey } from "./mode.ts";
import type { ElementFunction } from "./result-type.ts";

/** Fewer elements are not worth finding out whether the function can be compiled. */
const FEWEST = 256;
/** Shorter rows are not worth a call each. */
const SHORTEST_ROW = 64;

interface CompiledLoop {
  readonly run: RunItems;
  /** What the function captured, after the arrays. */
  readonly captured: readonly number[];
}

/** Of functions that came to this thread, whose captured variables do not change any more. */
const compiled = new WeakMap<ElementFunction, Map<string, CompiledLoop | undefined>>();

/** Of the operands of a loop. */
export interface Types {
  readonly inputs: readonly DType[];
  readonly output: DType;
  readonly mode: Mode;
}

/** Runs a loop over `shape` here if that is possible. False: nothing was done. */
export function runOnHeap(
  fn: ElementFunction,
  types: Types,
  shape: Shape,
  output: Operand,
  inputs: readonly Operand[],
): boolean {
  const context = findContext();
  if (sizeOf(shape) < FEWEST || context?.heap.addressOf(output.data) === undefined) return false;
  if ([types.output, ...types.inputs].some(isComplex)) return false;
  const operands = [...inputs, output];
  const nest = coalesce(
    shape,
    operands.map(({ strides }) => strides),
  );
  const along = nest.strides.map((strides) => strides.at(-1) ?? 0);
  const n = nest.shape.at(-1) ?? 1;
  const isFixed = along.map((stride) => stride === 0);
  const isEven = along.every((stride, k) => stride === 1 || (isFixed[k] && k < inputs.length));
  if (!isEven || (nest.shape.length > 1 && n < SHORTEST_ROW)) return false;
  const memory = heapMemory(context);
  const addresses = operands.map((operand, k) =>
    isFixed[k] && nest.shape.length === 1 ? memory.place(operand, k) : memory.addressOf(operand),
  );
  if (addresses.includes(undefined)) return false;
  const loop = loopOf(fn, types, isFixed, memory);
  if (!loop) return false;
  const range = { size: [n, 1, 1], group: [1, 1, 1] } as const;
  const outer = {
    shape: nest.shape.slice(0, -1),
    strides: nest.strides.map((strides, k) => {
      const { BYTES_PER_ELEMENT: bytes } = (operands[k] as Operand).data;
      return strides.slice(0, -1).map((stride) => stride * bytes);
    }),
  };
  const at = addresses as number[];
  walk(outer, at, () => {
    const arrays = at.flatMap((address, k) => [address, isFixed[k] ? 1 : n]);
    loop.run([...arrays, ...loop.captured], range, 0, n, memory.scratch);
  });
  return true;
}

function loopOf(
  fn: ElementFunction,
  types: Types,
  isFixed: readonly boolean[],
  memory: HeapMemory,
): CompiledLoop | undefined {
  let variants = compiled.get(fn);
  if (!variants) compiled.set(fn, (variants = new Map()));
  const { inputs, output, mode } = types;
  const key = `${inputs.join()}>${output}${modeKey(mode)}:${isFixed.map(Number).join("")}`;
  if (!variants.has(key)) variants.set(key, compile(fn, types, isFixed, memory));
  return variants.get(key);
}

function compile(
  fn: ElementFunction,
  { inputs, output, mode }: Types,
  isFixed: readonly boolean[],
  memory: HeapMemory,
): CompiledLoop | undefined {
  try {
    const { ir, captured } = compileElementwise(
      fn,
      inputs as readonly ElementDType[],
      output as ElementDType,
      { meaning: mode.compute ?? "javascript" },
    );
    // Booleans that nobody asked to have as numbers are refused, by the other loop.
    const mayRefuse = mode.compute === undefined && !mode.declared && output !== "bool";
    const isRefused = mayRefuse && usesBooleansAsNumbers(ir);
    if (isRefused || cannotCompile(ir) !== undefined) return undefined;
    const fixed = ir.parameters.flatMap(({ name }, k) => (isFixed[k] ? [name] : []));
    const kernel = wasmKernel(ir, fixed, mode.fast);
    if (kernel.scratchBytes > memory.scratchBytes) return undefined;
    return { run: instantiateKernel(kernel, memory.memory), captured };
  } catch (error) {
    // It says what kernels cannot do: a loop in JavaScript can.
    if (error instanceof KernelError) return undefined;
    throw error;
  }
}

/** Whether a boolean becomes a number somewhere: perhaps on its way to the output. */
const usesBooleansAsNumbers = ({ body }: KernelIR): boolean =>
  [...expressionsIn(body)].some((each) => each.kind === "cast" && each.operand.type === "bool");
