/**
 * Kernels as WebAssembly on the shared heap: items one by one, and, where consecutive items touch no elements but
 * their own, several side by side in vectors. Both give the same bits, so a result does not depend on how a
 * range is cut. Arrays are given by address and length.
 */

import { type Callable, ModuleBuilder } from "../../wasm/module.ts";
import { brIf, type Expr, i32, iff, type Local, loop, ret, select, set } from "../../wasm/ops.ts";
import { f64x2 } from "../../wasm/simd.ts";
import type { KernelIR, LocalArray, Statement } from "../ir.ts";
import { fromLibrary } from "../library.ts";
import { Code, type Host, type HostName } from "../math/code.ts";
import { expressionsIn, statementsIn } from "../walk.ts";
import { bytesOf, elementAddress } from "./elements.ts";
import { Frame, type GivenParameters, parametersOf, scratchOf } from "./frame.ts";
import { ItemWriter } from "./items.ts";
import { LaneOperations } from "./lanes.ts";
import { LaneWriter } from "./masks.ts";
import { narrowStatements } from "./narrow.ts";
import { ScalarOperations } from "./scalar.ts";
import { canSpread, type Uniformity, uniformityOf } from "./uniformity.ts";

/** 4 GiB, whatever the memory is that the module is used with. */
const MEMORY_PAGES = 65536;

export interface WasmKernel {
  /** May be sent to other threads and used with any memory. */
  readonly module: WebAssembly.Module;
  /** Memory that each thread lends the kernel while it runs it, from an address divisible by 16. */
  readonly scratchBytes: number;
  /** Items computed side by side; 1 where each is computed by itself. */
  readonly lanes: number;
}

/** Why a kernel has to run in another way; undefined where it can be compiled. */
export function cannotCompile(ir: KernelIR): string | undefined {
  if (ir.facts.hasBarriers) return "it has barriers";
  if (ir.shared.length > 0) return "it has arrays shared by a group";
  return undefined;
}

const compiled = new WeakMap<KernelIR, Map<string, WasmKernel>>();

/**
 * Compiles a kernel without barriers and shared arrays, once for each form. Of the arrays in `fixed`, which it
 * must not write, every item reads the first element, whatever index it asks for: single values in a broadcast.
 * `isFast`: sums of products are rounded once where the processor can.
 */
export function wasmKernel(
  ir: KernelIR,
  fixed: readonly string[] = [],
  isFast: boolean = false,
): WasmKernel {
  let forms = compiled.get(ir);
  if (!forms) compiled.set(ir, (forms = new Map()));
  const key = `${fixed.join()}${isFast ? "!" : ""}`;
  let kernel = forms.get(key);
  if (!kernel) {
    const make = (): WasmKernel => {
      const { bytes, ...facts } = toWebAssembly(ir, new Set(fixed), isFast && canFuse());
      return { module: new WebAssembly.Module(bytes), ...facts };
    };
    kernel = ir.id === undefined ? make() : fromLibrary(`wasm ${ir.id} ${key}`, make);
    forms.set(key, kernel);
  }
  return kernel;
}

export function toWebAssembly(
  ir: KernelIR,
  fixed: ReadonlySet<string>,
  isFused: boolean,
): { bytes: Uint8Array<ArrayBuffer>; scratchBytes: number; lanes: number } {
  const reason = cannotCompile(ir);
  if (reason) throw new Error(`internal: kernel '${ir.name}' has no WebAssembly: ${reason}`);
  const body = narrowStatements(ir.body);
  const privates = privateArrays(body);
  const scratch = scratchOf(privates);
  const scalars = new Set(
    ir.parameters.flatMap((each) => (each.kind === "scalar" ? [each.name] : [])),
  );
  const uniformity = uniformityOf(body, scalars, fixed);
  const isSpread = ir.facts.isElementwise && canSpread(body, uniformity.isUniform);
  const lanes = isSpread ? lanesFor(body, ir) : 1;

  const m = new ModuleBuilder(MEMORY_PAGES);
  const host = Object.fromEntries(
    HOST_NAMES.map((name) => [name, m.import(name, ["f64"], "f64")]),
  ) as Host;
  const remainder = m.import("remainder", ["f64", "f64"], "f64");
  m.export("run", parametersOf(ir), "void", (params, scope) => {
    const c = new Code(scope, host, isFused);
    const frame = new Frame(ir, c, params as GivenParameters, fixed);
    if (lanes > 1) writeSpread(c, frame, body, uniformity, lanes, remainder);
    const places = new Map(
      privates.map((array) => [
        array.name,
        { array, offset: scratch.offsets.get(array.name) as number },
      ]),
    );
    const items = new ItemWriter(c, new ScalarOperations(c, remainder), frame, places);
    frame.forEachItem(() => items.writeItem(body));
    return c.body();
  });
  return { bytes: m.bytes(), scratchBytes: scratch.bytes, lanes };
}

let fuses: boolean | undefined;

/** Whether the engine knows the instructions of relaxed SIMD. */
function canFuse(): boolean {
  if (fuses === undefined) {
    const m = new ModuleBuilder(1);
    const zero = f64x2.const(0, 0);
    m.export("fused", {}, "f64", () => [
      ret(f64x2.extract(f64x2.relaxedMadd(zero, zero, zero), 0)),
    ]);
    fuses = WebAssembly.validate(m.bytes());
  }
  return fuses;
}

const HOST_NAMES: readonly HostName[] = ["sin", "cos", "tan"];

const privateArrays = (body: readonly Statement[]): LocalArray[] =>
  [...statementsIn(body)].flatMap((each) => (each.kind === "private" ? [each.array] : []));

/** Few operations want several vectors a turn; many have enough to do, and registers are few. */
function lanesFor(body: readonly Statement[], ir: KernelIR): number {
  let cost = 0;
  for (const e of expressionsIn(body)) cost += e.kind === "math" ? 8 : 1;
  for (const each of statementsIn(body)) cost += each.kind === "loop" ? 16 : 0;
  if (cost > 24) return 4;
  const widest = Math.max(
    ...ir.parameters.map((each) => (each.kind === "array" ? bytesOf(each.dtype) : 0)),
  );
  return widest >= 8 ? 8 : 16;
}

/** As many turns of `lanes` items as there are elements for, in every array. */
function writeSpread(
  c: Code,
  frame: Frame,
  body: readonly Statement[],
  uniformity: Uniformity,
  lanes: number,
  remainder: Callable<"f64">,
): void {
  const used = arraysIn(body).filter((name) => !frame.arrays.get(name)?.isFixed);
  const limit = c.let(frame.last);
  const pointers = new Map<string, Local<"i32">>();
  for (const name of used) {
    const place = frame.arrays.get(name);
    if (!place) throw new Error(`internal: array '${name}' of the kernel is not declared`);
    c.emit(set(limit, select(i32.ltS(limit, place.length), limit as Expr<"i32">, place.length)));
    pointers.set(name, c.let(elementAddress(place.dtype, place.base, frame.item)));
  }
  const single = new ItemWriter(c, new ScalarOperations(c, remainder), frame);
  const on = new LaneOperations(c, lanes);
  // What depends on the launch only is computed once, but only where there is a turn.
  const isThere = i32.geS(i32.sub(limit, frame.item), lanes);
  const turns = c.nested(() => {
    const writer = new LaneWriter(c, on, single, frame, uniformity, lanes, pointers);
    const run = loop((again) =>
      c.nested(() => {
        writer.writeItems(body);
        for (const [name, pointer] of pointers) {
          const { dtype } = frame.arrays.get(name) as { dtype: "f64" };
          c.emit(set(pointer, i32.add(pointer, lanes * bytesOf(dtype))));
        }
        c.emit(set(frame.item, i32.add(frame.item, lanes)));
        c.emit(brIf(again, isThere));
      }),
    );
    c.emit(run);
  });
  c.emit(iff(isThere, turns));
}

function arraysIn(body: readonly Statement[]): string[] {
  const names = new Set<string>();
  for (const each of statementsIn(body)) if (each.kind === "store") names.add(each.array);
  for (const e of expressionsIn(body)) if (e.kind === "load") names.add(e.array);
  return [...names];
}
