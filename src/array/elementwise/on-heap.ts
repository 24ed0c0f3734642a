/**
 * Loops over elements as WebAssembly, where the arrays are in the heap and the functions can be compiled to a
 * kernel. Anything else is not for here: other loops give the same numbers (functions of `Math` within two
 * units of the last place).
 */

import { instantiateKernel, type RunItems } from "../../kernel/wasm/instance.ts";
import { wasmKernel } from "../../kernel/wasm/webassembly.ts";
import { findContext } from "../../runtime/context.ts";
import { type HeapMemory, heapMemory } from "../heap-memory.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { coalesce, type Operand, walk } from "../strided.ts";
import { compileProgram } from "./compile-program.ts";
import { numberOf, type Program, resultOf } from "./program.ts";
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

/**
 * By the last function, then by the rest of the program. Of functions that came to this thread, whose captured
 * variables do not change any more.
 */
const compiled = new WeakMap<ElementFunction, Map<string, CompiledLoop | undefined>>();

/** Runs a loop over `shape` here if that is possible. False: nothing was done. */
export function runOnHeap(
  program: Program,
  shape: Shape,
  output: Operand,
  inputs: readonly Operand[],
): boolean {
  const context = findContext();
  if (sizeOf(shape) < FEWEST || context?.heap.addressOf(output.data) === undefined) return false;
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
  const loop = loopOf(program, isFixed, memory);
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
  program: Program,
  isFixed: readonly boolean[],
  memory: HeapMemory,
): CompiledLoop | undefined {
  const last = program.functions.at(-1) as ElementFunction;
  let variants = compiled.get(last);
  if (!variants) compiled.set(last, (variants = new Map()));
  const others = program.functions.slice(0, -1).map(numberOf);
  const key = `${others.join()}/${program.key}:${isFixed.map(Number).join("")}`;
  if (!variants.has(key)) variants.set(key, compile(program, isFixed, memory));
  return variants.get(key);
}

function compile(
  program: Program,
  isFixed: readonly boolean[],
  memory: HeapMemory,
): CompiledLoop | undefined {
  const made = compileProgram(program);
  if ("reason" in made) return undefined;
  const { ir, captured } = made;
  const fixed = ir.parameters.flatMap(({ name }, k) => (isFixed[k] ? [name] : []));
  const kernel = wasmKernel(ir, fixed, resultOf(program).mode.fast);
  if (kernel.scratchBytes > memory.scratchBytes) return undefined;
  return { run: instantiateKernel(kernel, memory.memory), captured };
}
