/** How the blocks of an array are made, in words. Asking computes nothing and submits nothing. */

import { wasmKernel } from "../../kernel/wasm/webassembly.ts";
import type { DType } from "../../memory/dtype.ts";
import { arraySummary } from "../../show/summary.ts";
import { boxesOf, type Scope } from "../../task/scope.ts";
import { compileProgram } from "../elementwise/compile-program.ts";
import { type Program, programOfOne, resultOf, type Step } from "../elementwise/program.ts";
import { blockShape } from "../grid.ts";
import { DeferredBlocks } from "./deferred.ts";
import type { BlockReduction, Making, Pass } from "./making.ts";
import { type BlockStore, OwnBlocks } from "./store.ts";
import { ViewBlocks } from "./view-blocks.ts";

/** What the array is, then a line an operation, each with the loops of its tasks below it. */
export function explanationOf(store: BlockStore): string {
  const { dtype, grid } = store;
  const blocks = { counts: grid.counts, ...blockShape(grid) };
  const head = arraySummary({ name: "DArray", shape: grid.shape, dtype, blocks });
  return [head, ...origin(store)].join("\n");
}

function origin(store: BlockStore): readonly string[] {
  if (store instanceof ViewBlocks) return ["a view of", ...indented([explanationOf(store.base)])];
  const own = store instanceof OwnBlocks ? store.current : undefined;
  if (own instanceof DeferredBlocks) return linesOf(own.making);
  const names = [...new Set(store.sources.map(({ name }) => name))];
  return names.length === 0 ? [] : [`made by ${names.join(", ")}`];
}

function linesOf({ name, tasks, scope, pass, reduction }: Making): readonly string[] {
  const place = scope ? ` in ${scope}` : "";
  const loops = [
    ...(pass ? loopsOf(pass, scope) : []),
    ...(reduction ? [reductionText(reduction, scope)] : []),
  ];
  return [`${name}: ${tasks}${place}`, ...indented(loops)];
}

const indented = (texts: readonly string[]): string[] =>
  texts.flatMap((text) => text.split("\n").map((line) => `  ${line}`));

/** The loops of a pass: one, or one a function where they are not compiled together. */
function loopsOf({ program, names }: Pass, scope: Scope | undefined): string[] {
  const whole = loopOf(program, scope);
  const { steps, functions, operands } = program;
  if (steps.length === 1) return [`${names[0]}: ${whole.text}`];
  if (whole.isCompiled) return [`one pass of ${steps.length} functions: ${whole.text}`];
  return steps.map(({ inputs, dtype, mode }, at) => {
    const types = inputs.map((each) =>
      "step" in each ? (steps[each.step] as Step).dtype : (operands[each.operand] as DType),
    );
    const own = programOfOne(functions[at] as (typeof functions)[number], types, dtype, mode);
    return `${names[at]}, in turns on tiles: ${loopOf(own, scope).text}`;
  });
}

/** The kinds of processors on which tasks may run. */
function kindsIn(scope: Scope | undefined): { readonly onGPU: boolean; readonly onCPU: boolean } {
  const kinds = new Set(scope && boxesOf(scope).map(({ kind }) => kind));
  return { onGPU: kinds.has("gpu"), onCPU: scope === undefined || kinds.has("thread") };
}

function loopOf(
  program: Program,
  scope: Scope | undefined,
): { readonly isCompiled: boolean; readonly text: string } {
  const { onGPU, onCPU } = kindsIn(scope);
  const made = compileProgram(program);
  if ("reason" in made) {
    const text = onCPU ? "JavaScript" : "refused on a GPU";
    return { isCompiled: false, text: `${text}, because ${made.reason}` };
  }
  if (!onCPU) return { isCompiled: true, text: "WGSL on a GPU" };
  const isFast = resultOf(program).mode.fast === true;
  const { lanes } = wasmKernel(made.ir, [], isFast);
  const width = lanes > 1 ? `, ${lanes} elements at a time` : ", one element at a time";
  const text = `WebAssembly${width}${isFast ? ", fast" : ""}`;
  return { isCompiled: true, text: onGPU ? `${text}; WGSL on a GPU` : text };
}

function reductionText({ name, reason }: BlockReduction, scope: Scope | undefined): string {
  const { onGPU, onCPU } = kindsIn(scope);
  const device = "WGSL on a GPU where that is exact, else JavaScript beside it";
  const thread = reason === undefined ? "WebAssembly" : `JavaScript, because ${reason}`;
  return `${name}: ${[...(onCPU ? [thread] : []), ...(onGPU ? [device] : [])].join("; ")}`;
}
