/**
 * Functions of a row as WebAssembly over columns of the heap, where the kernel compiler takes them and the columns hold
 * numbers or booleans without nulls. They give the bits that the loops in JavaScript give: functions of `Math` that
 * could differ in the last place are left to those.
 */

import { type HeapMemory, heapMemory } from "../../array/heap-memory.ts";
import { type CompiledKernel, compileRecord } from "../../kernel/compile.ts";
import type { RecordShape } from "../../kernel/front/records.ts";
import type { KernelIR } from "../../kernel/ir.ts";
import { expressionsIn } from "../../kernel/walk.ts";
import { instantiateKernel, type RunItems } from "../../kernel/wasm/instance.ts";
import { cannotCompile, wasmKernel } from "../../kernel/wasm/webassembly.ts";
import { findContext } from "../../runtime/context.ts";
import { KernelError } from "../../wire/errors.ts";
import type { Column, ColumnArray, Partition } from "../columns/column.ts";
import { inputColumns, type RowFunction } from "./loop.ts";
import type { Pass } from "./view.ts";

/** Fewer rows are not worth finding out. */
const FEWEST = 256;

type FieldType = RecordShape["fields"][number]["dtype"];

const TYPES: ReadonlySet<string> = new Set<FieldType>([
  ...(["i8", "i16", "i32", "u8", "u16", "u32", "f32", "f64", "bool"] as const),
]);

/** Of the functions of `Math` that kernels have, those that engines compute alike. */
const EXACT: ReadonlySet<string> = new Set([
  ...["abs", "ceil", "floor", "trunc", "round", "sign", "sqrt", "min", "max", "fround", "clz"],
]);

interface Loop {
  readonly run: RunItems;
  readonly captured: readonly number[];
  readonly types: Pass["types"];
}

/** Of functions that came to this thread, whose variables do not change any more. */
const loops = new WeakMap<RowFunction, Map<string, Loop | undefined>>();

/** What computes columns of these names, or the one value; undefined where it has to be done in another way. */
export function compiledPass(
  partition: Partition,
  f: RowFunction,
  wanted: RecordShape["wanted"],
): Pass | undefined {
  const context = findContext();
  const { rows } = partition;
  if (!context || rows < FEWEST) return undefined;
  const columns = inputColumns(partition, f);
  if (!columns.every(isPlain)) return undefined;
  const memory = heapMemory(context);
  const addresses = columns.map(({ values }) => addressOf(memory, values));
  if (addresses.includes(undefined)) return undefined;
  const fields = columns.map(({ name, type }) => ({ name, dtype: type as FieldType }));
  const loop = loopOf(f, { fields, wanted }, memory);
  if (!loop) return undefined;
  const range = { size: [rows, 1, 1], group: [1, 1, 1] } as const;
  return {
    types: loop.types,
    run: (outs) => {
      const all = [...addresses, ...outs.map((out) => addressOf(memory, out))] as number[];
      const args = [...all.flatMap((address) => [address, rows]), ...loop.captured];
      loop.run(args, range, 0, rows, memory.scratch);
    },
  };
}

const isPlain = ({ type, nulls }: Column): boolean => nulls === 0 && TYPES.has(type);

const addressOf = (memory: HeapMemory, data: ColumnArray): number | undefined =>
  memory.addressOf({ data: data as Float64Array, offset: 0, strides: [1] });

function loopOf(f: RowFunction, shape: RecordShape, memory: HeapMemory): Loop | undefined {
  let own = loops.get(f);
  if (!own) loops.set(f, (own = new Map()));
  const key = JSON.stringify(shape);
  if (!own.has(key)) own.set(key, compiledLoop(f, shape, memory));
  return own.get(key);
}

function compiledLoop(f: RowFunction, shape: RecordShape, memory: HeapMemory): Loop | undefined {
  const made = compileRows(f, shape);
  if ("reason" in made) return undefined;
  const { ir, captured } = made;
  const kernel = wasmKernel(ir);
  if (kernel.scratchBytes > memory.scratchBytes) return undefined;
  const arrays = ir.parameters.filter((each) => each.kind === "array");
  const types = arrays.slice(shape.fields.length).map(({ dtype }) => dtype as "f64" | "bool");
  return { run: instantiateKernel(kernel, memory.memory), captured, types };
}

/** The kernel of a function, or why there is none. */
export function compileRows(
  f: RowFunction,
  shape: RecordShape,
): CompiledKernel | { readonly reason: string } {
  try {
    const made = compileRecord(f, shape);
    const reason = cannotCompile(made.ir) ?? inexact(made.ir);
    return reason === undefined ? made : { reason };
  } catch (error) {
    // It says what kernels cannot do: a loop in JavaScript can.
    if (error instanceof KernelError) return { reason: error.message };
    throw error;
  }
}

function inexact({ body }: KernelIR): string | undefined {
  for (const each of expressionsIn(body)) {
    if (each.kind === "math" && !EXACT.has(each.function)) {
      return `Math.${each.function} could differ in the last place`;
    }
  }
  return undefined;
}
