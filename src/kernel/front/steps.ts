/**
 * Several functions of elements as one kernel: each takes elements of the operands or what functions before it give,
 * and what it gives is rounded to a dtype, as if an array had held it in between.
 */

import { binary, cast, compare, constant, index } from "../build.ts";
import { type ElementDType, type Expression, valueTypeOf } from "../ir.ts";
import type { Argument } from "./finish.ts";
import { inline } from "./inline.ts";
import type { Lowering } from "./lowering.ts";
import type { NumberRules } from "./meaning.ts";
import type { ArrayBinding, Frame, Typed } from "./scope.ts";
import { type AnyFunction, type FunctionSource, kernelError } from "./source.ts";

/** An operand, or the step whose result it is, by number. */
export type StepInput = { readonly operand: number } | { readonly step: number };

/** A function of elements among others; the last one gives the result. */
export interface ElementStep {
  readonly fn: AnyFunction;
  /** What its parameters are given. */
  readonly inputs: readonly StepInput[];
  /** Of what it gives. */
  readonly dtype: ElementDType;
}

export const stepsText = (steps: readonly ElementStep[]): string =>
  steps
    .map(({ inputs, dtype }) => {
      const given = inputs.map((each) => ("step" in each ? `#${each.step}` : each.operand));
      return `${given.join()}>${dtype}`;
    })
    .join(";");

/** Writes a kernel that sets each element of its last parameter. `rules`: what numbers mean in each function. */
export function writeSteps(
  cx: Lowering,
  sources: readonly FunctionSource[],
  steps: readonly ElementStep[],
  operands: readonly ElementDType[],
  rules: readonly NumberRules[],
): readonly Argument[] {
  const array = (base: string, dtype: ElementDType): Argument & { kind: "array" } => ({
    kind: "array",
    name: cx.fresh(base),
    dtype,
  });
  const args = operands.map((dtype, k) => array(nameOfOperand(k, sources, steps), dtype));
  const arrays = args.map(bindingOf);
  cx.weakFloat = rules.some((own) => own.concrete("float") === "f64") ? "f64" : "f32";
  const at = index("globalIndex");
  const values: Typed[] = [];
  steps.forEach(({ inputs, dtype }, k) => {
    const source = sources[k] as FunctionSource;
    cx.frame = frameOf(source, k);
    cx.numbers = rules[k] as NumberRules;
    const given = inputs.map((each) =>
      "step" in each
        ? (values[each.step] as Typed)
        : cx.load(arrays[each.operand] as ArrayBinding, at),
    );
    const { node } = source;
    const result = inline(cx, { source, node, owner: k, scope: undefined }, given, node);
    if (!result) {
      throw kernelError(
        source,
        node,
        "the function gives no value",
        "Let it return a number or a boolean",
      );
    }
    const value = dtype === "bool" ? asTruth(result) : result;
    values.push(k === steps.length - 1 ? value : asStored(cx, value, dtype));
  });
  const out = array("out", (steps.at(-1) as ElementStep).dtype);
  cx.store(bindingOf(out), at, values.at(-1) as Typed);
  return [...args, out];
}

/** As the parameter of the first function that takes it. */
function nameOfOperand(
  operand: number,
  sources: readonly FunctionSource[],
  steps: readonly ElementStep[],
): string {
  for (const [k, { inputs }] of steps.entries()) {
    const at = inputs.findIndex((each) => "operand" in each && each.operand === operand);
    const parameter = sources[k]?.node.params[at];
    if (parameter?.type === "Identifier") return parameter.name;
  }
  return "x";
}

const bindingOf = ({ name, dtype }: Argument & { kind: "array" }): ArrayBinding => ({
  kind: "array",
  name,
  dtype,
  storage: "parameter",
  length: undefined,
  key: undefined,
});

/** A function of elements is inlined into a kernel around it. */
export const frameOf = (source: FunctionSource, owner: number): Frame => ({
  source,
  node: { ...source.node },
  owner,
  path: `${owner}`,
  assigned: new Set(),
  result: undefined,
  caller: undefined,
  targets: [],
});

/** Arrays of truth hold whether a number is not zero, so NaN is true, unlike in conditions. */
function asTruth({ type, ir }: Typed): Typed {
  if (ir.type === "bool") return { type, ir };
  return { type: "bool", ir: compare("ne", ir, constant(ir.type, 0)) };
}

/** A value after an array of the dtype has held it. */
function asStored(cx: Lowering, value: Typed, dtype: ElementDType): Typed {
  const type = valueTypeOf(dtype);
  const kept = cx.settled(wrapped(cx.convert(value, type), dtype));
  const read = cx.numbers.meaning === "javascript" && type === "f32" ? "f64" : type;
  return { type: read, ir: cast(kept, cx.concrete(read)) };
}

/** Narrow integers keep their low bits. */
function wrapped(value: Expression, dtype: ElementDType): Expression {
  const extended = (bits: number): Expression => {
    const count = constant("i32", bits);
    return binary("shr", binary("shl", value, count), count);
  };
  switch (dtype) {
    case "u8":
      return binary("and", value, constant("i32", 0xff));
    case "u16":
      return binary("and", value, constant("i32", 0xffff));
    case "i8":
      return extended(24);
    case "i16":
      return extended(16);
    default:
      return value;
  }
}
