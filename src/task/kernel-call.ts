/**
 * Running a kernel on CPU threads: as WebAssembly on the heap where it can be, else as JavaScript. A launch that is
 * worth it is cut into one part for each thread of the task's scope; all of them write the same memory.
 */

import type { AnyFunction } from "../closure/codec.ts";
import { currentMembers } from "../cluster/members.ts";
import {
  type ArgumentType,
  type CompiledKernel,
  compileKernel,
  scalarTypeOf,
} from "../kernel/compile.ts";
import type { ElementDType, KernelIR } from "../kernel/ir.ts";
import { javascriptKernel, type KernelArray, unitOf } from "../kernel/js/javascript.ts";
import { type Range, rangeOf } from "../kernel/range.ts";
import { expressionsIn, statementsIn } from "../kernel/walk.ts";
import { instantiateKernel } from "../kernel/wasm/instance.ts";
import { cannotCompile, wasmKernel } from "../kernel/wasm/webassembly.ts";
import { type ElementType, elementOf } from "../memory/dtype.ts";
import { context } from "../runtime/context.ts";
import { arrayParts } from "../runtime/values.ts";
import { ALL_THREADS, intersect, processorsIn, type ScopeBoxes } from "../sched/scope.ts";
import { invalidArgument } from "../wire/errors.ts";
import type { LaunchRange } from "./kernel.ts";
import { scopeOf } from "./scope.ts";
import { submit } from "./submit.ts";
import { fetchAll } from "./wait.ts";

/** What a kernel task is given besides the function and its arguments; plain data. */
export interface KernelSpec {
  readonly launch?: LaunchRange;
  /** The scope that was asked for. */
  readonly boxes?: ScopeBoxes;
  /** Sums of products may be rounded once. */
  readonly isFast?: boolean;
  /** Positions of arguments that a region names as written. */
  readonly written?: readonly number[];
}

/** Elements of the heap, for threads that get no reference to them. */
interface HeapArray {
  readonly address: number;
  readonly length: number;
  readonly element: ElementType;
}

interface PartSpec {
  readonly range: LaunchRange;
  readonly args: readonly (HeapArray | number | boolean)[];
  readonly from: number;
  readonly to: number;
  readonly isFast: boolean;
}

/** Run as the task of a kernel. */
export function runKernel(
  fn: AnyFunction,
  spec: KernelSpec | undefined,
  ...args: readonly unknown[]
): undefined | Promise<undefined> {
  const operands = args.map((arg, i) => operandOf(arg, i));
  const range = launchRange(spec?.launch, operands);
  const isFast = spec?.isFast ?? false;
  const kernel = compiled(fn, operands, isFast);
  for (const [i, operand] of operands.entries()) {
    if (typeof operand === "object") checkWritten(kernel.ir, spec, operand.data, i);
  }
  const whole = kernel.unit === "items" ? range.items : range.groupCount;
  const here = threadsHere(spec?.boxes);
  const parts = Math.min(whole, partsOf(kernel.ir, range, here));
  const shared = parts > 1 ? operands.map(inHeap) : [];
  if (parts <= 1 || shared.includes(undefined)) {
    kernel.run(range, 0, whole);
    return undefined;
  }
  const { size, group } = sizes(range);
  const cut = (part: number): number => Math.round((whole * part) / parts);
  const options = { name: fn.name || "kernel", computeScope: scopeOf(here) };
  const others = Array.from({ length: parts - 1 }, (_, i) => {
    const part: PartSpec = {
      range: { size, group },
      args: shared as PartSpec["args"],
      from: cut(i + 1),
      to: cut(i + 2),
      isFast,
    };
    return submit(runKernelPart as AnyFunction, [fn, part], options);
  });
  kernel.run(range, 0, cut(1));
  return fetchAll(others).then(() => undefined);
}

// What a kernel without a name is called in errors and logs.
Object.defineProperty(runKernel, "name", { value: "kernel" });

/** Run as a task of another thread for a task that holds the arrays meanwhile. */
export function runKernelPart(fn: AnyFunction, part: PartSpec): void {
  const { heap } = context();
  const operands = part.args.map((arg): Operand => {
    if (typeof arg !== "object") return arg;
    const { address, length, element } = arg;
    const data = new (elementOf(element).array)(heap.share.data.buffer, address, length);
    return { data: data as KernelArray, shape: [length], element };
  });
  const { size, group } = part.range;
  compiled(fn, operands, part.isFast).run(rangeOf(size, group), part.from, part.to);
}

// --- Arguments -----------------------------------------------------------------------------------

interface ArrayOperand {
  readonly data: KernelArray;
  readonly shape: readonly number[];
  readonly element: ElementType;
}

type Operand = ArrayOperand | number | boolean;

function operandOf(arg: unknown, position: number): Operand {
  if (typeof arg === "number" || typeof arg === "boolean") return arg;
  const parts = arrayParts(arg);
  if (parts) return parts as ArrayOperand;
  throw wrongArgument(arg, position);
}

export const wrongArgument = (arg: unknown, position: number): Error =>
  invalidArgument(
    `argument ${position + 1} of the kernel is ${arg === null ? "null" : `a value of type ${typeof arg}`}; kernels take arrays, numbers and booleans`,
  );

/** @throws BodkinError where a kernel writes its argument `at`, which is `what`: changes of it would be lost */
export function refuseWriting(
  ir: KernelIR,
  at: number,
  what: string,
  remedy: string = "Make it with mutable(() => …), or say Out(…) or InOut(…) of it within spawnDatadeps",
): void {
  const parameter = ir.parameters[at];
  if (parameter?.kind !== "array" || !parameter.isWritten) return;
  const name = parameter.name.replace(/_\d+$/, "");
  throw invalidArgument(
    `kernel '${ir.name}' writes its argument ${at + 1} ('${name}'), which is ${what}: the changes would be lost. ${remedy}`,
  );
}

/** Checks that what the kernel writes to an argument stays. */
function checkWritten(
  ir: KernelIR,
  spec: KernelSpec | undefined,
  data: KernelArray,
  at: number,
): void {
  const { values, heap } = context();
  if (values.isMutable(data)) return;
  if (heap.addressOf(data) === undefined) {
    refuseWriting(
      ir,
      at,
      "a part of an array with gaps in it, and kernels get a copy of such",
      "Pass the whole array, and let the kernel find the elements",
    );
  } else if (!spec?.written?.includes(at)) refuseWriting(ir, at, "not mutable data");
}

/** What the compiler needs to know of an argument. */
export function argumentType(
  arg: { readonly element: ElementType } | number | boolean,
): ArgumentType {
  if (typeof arg === "object") return { kind: "array", dtype: arg.element as ElementDType };
  return { kind: "scalar", type: scalarTypeOf(arg) };
}

/** The items of a launch: as asked for, else one for each element of the first array. */
export function launchRange(
  launch: LaunchRange | undefined,
  args: readonly ({ readonly shape: readonly number[] } | number | boolean)[],
): Range {
  if (launch) return rangeOf(launch.size, launch.group);
  const first = args.find((arg) => typeof arg === "object");
  if (!first) {
    throw invalidArgument(
      "a kernel without an array among its arguments has no range; give one, as in spawn(k.range([n]), …)",
    );
  }
  const { shape } = first;
  const isDirect = shape.length >= 1 && shape.length <= 3;
  return rangeOf(isDirect ? shape : [shape.reduce((all, length) => all * length, 1)]);
}

const inHeap = (operand: Operand): HeapArray | number | boolean | undefined => {
  if (typeof operand !== "object") return operand;
  const address = context().heap.addressOf(operand.data);
  if (address === undefined) return undefined;
  return { address, length: operand.data.length, element: operand.element };
};

const sizes = ({ size, group, axes }: Range): { size: number[]; group: number[] } => ({
  size: size.slice(0, axes),
  group: group.slice(0, axes),
});

// --- Parts ---------------------------------------------------------------------------------------

/** About so many operations are worth another thread. */
const PART_OPERATIONS = 200_000;
const LOOP_TURNS = 16;

function partsOf(ir: KernelIR, range: Range, boxes: ScopeBoxes): number {
  const operations = range.items * operationsOf(ir);
  if (operations < 2 * PART_OPERATIONS) return 1;
  const threads = processorsIn(boxes, currentMembers());
  return Math.min(threads.length, Math.floor(operations / PART_OPERATIONS));
}

const counted = new WeakMap<KernelIR, number>();

/** About how much an item does: what is within loops counts for several turns. */
function operationsOf(ir: KernelIR): number {
  let count = counted.get(ir);
  if (count === undefined) {
    count = 1 + [...expressionsIn(ir.body)].length;
    for (const each of statementsIn(ir.body)) {
      if (each.kind === "loop") count += LOOP_TURNS * [...expressionsIn(each.body)].length;
    }
    counted.set(ir, count);
  }
  return count;
}

/** The threads of this worker in a scope. */
const threadsHere = (boxes: ScopeBoxes = ALL_THREADS): ScopeBoxes =>
  intersect(boxes, [{ kind: "thread", workers: [context().worker], units: "all" }]);

// --- Compiled ------------------------------------------------------------------------------------

const kernels = new WeakMap<AnyFunction, Map<string, CompiledKernel>>();

/** The kernel of a function that came to this thread: what it captured does not change any more. */
export function kernelOf(fn: AnyFunction, types: readonly ArgumentType[]): CompiledKernel {
  let own = kernels.get(fn);
  if (!own) kernels.set(fn, (own = new Map()));
  const key = types.map((each) => (each.kind === "array" ? each.dtype : `=${each.type}`)).join();
  let kernel = own.get(key);
  if (!kernel) own.set(key, (kernel = compileKernel(fn, types)));
  return kernel;
}

interface RunnableKernel {
  readonly ir: KernelIR;
  readonly unit: "items" | "groups";
  run(range: Range, from: number, to: number): void;
}

function compiled(fn: AnyFunction, operands: readonly Operand[], isFast: boolean): RunnableKernel {
  const { ir, captured } = kernelOf(fn, operands.map(argumentType));
  const own = operands.map((arg) => (typeof arg === "object" ? arg.data : Number(arg)));
  const { heap } = context();
  const addresses = own.map((arg) => (typeof arg === "object" ? heap.addressOf(arg) : 0));
  if (cannotCompile(ir) !== undefined || addresses.includes(undefined)) {
    const run = javascriptKernel(ir);
    return { ir, unit: unitOf(ir), run: (...part) => run([...own, ...captured], ...part) };
  }
  const wasm = wasmKernel(ir, [], isFast);
  const run = instantiateKernel(wasm, heap.share.data);
  const args = own.flatMap((arg, i) =>
    typeof arg === "object" ? [addresses[i] as number, arg.length] : [arg],
  );
  return {
    ir,
    unit: "items",
    run: (range, from, to) => {
      if (wasm.scratchBytes === 0) {
        run([...args, ...captured], range, from, to);
        return;
      }
      const scratch = heap.allocate({ kind: "value", bytes: wasm.scratchBytes });
      try {
        run([...args, ...captured], range, from, to, heap.get(scratch, "address"));
      } finally {
        heap.release(scratch);
      }
    },
  };
}
