/** The reference back end: kernels as JavaScript over typed arrays. */

import { compile } from "../../util/compile.ts";
import type { KernelIR } from "../ir.ts";
import type { Range } from "../range.ts";
import { atomics } from "./atomics.ts";
import { groupsText } from "./groups.ts";
import { itemsText } from "./items.ts";

/** The typed array of an element type; `bool` is held in a `Uint8Array`. */
export type KernelArray =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

export interface JavaScriptSource {
  /** Names of arrays and scalars in the order of the kernel's parameters, then those of the range. */
  readonly parameters: readonly string[];
  readonly body: string;
  /** What `from` and `to` count: items do not depend on each other, or groups. */
  readonly unit: "items" | "groups";
}

/** A part of a launch: the items or groups from `from` up to `to`. */
export type RunPart = (
  args: readonly (KernelArray | number)[],
  range: Range,
  from: number,
  to: number,
) => void;

/** Whether a kernel must be run group by group. */
export const unitOf = ({ facts, shared }: KernelIR): "items" | "groups" =>
  facts.hasBarriers || shared.length > 0 ? "groups" : "items";

export function toJavaScript(ir: KernelIR): JavaScriptSource {
  const unit = unitOf(ir);
  // Numbers come as they are; a kernel holds them as their type does.
  const scalars = ir.parameters.flatMap((each) => {
    if (each.kind === "scalar" && each.type === "bool") return [`${each.name} = !!${each.name};`];
    if (each.kind === "scalar" && each.type === "f32")
      return [`${each.name} = fround(${each.name});`];
    return [];
  });
  const lines = [
    "const { fround, imul } = Math;",
    ...scalars,
    "const q0 = Math.ceil(n0 / g0), q1 = Math.ceil(n1 / g1), q2 = Math.ceil(n2 / g2);",
    ...(unit === "groups" ? groupsText(ir) : itemsText(ir)),
  ];
  return {
    parameters: [...ir.parameters.map((each) => each.name), ...RANGE],
    body: lines.join("\n"),
    unit,
  };
}

const RANGE = ["n0", "n1", "n2", "g0", "g1", "g2", "from", "to"];

const runners = new WeakMap<KernelIR, RunPart>();

/** The compiled kernel. It may be called from many threads at once, each with its own part. */
export function javascriptKernel(ir: KernelIR): RunPart {
  let run = runners.get(ir);
  if (!run) {
    const { parameters, body } = toJavaScript(ir);
    const call = compile<(...args: unknown[]) => void>(`kernel_${ir.name}`, parameters, body, {
      atomics,
    });
    run = (args, { size, group }, from, to) => call(...args, ...size, ...group, from, to);
    runners.set(ir, run);
  }
  return run;
}
