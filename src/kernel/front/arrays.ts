/** Elements of arrays, and the arrays that a kernel makes itself. */

import type { AnyNode } from "acorn";
import { constant } from "../build.ts";
import type { ElementDType, Expression, LocalArray } from "../ir.ts";
import type { Lowering } from "./lowering.ts";
import { pathOf, staticNumber, unwrapped, valueAt } from "./names.ts";
import { toIndex } from "./operators.ts";
import type { ArrayBinding } from "./scope.ts";

/** The index `[node]` of an element. */
export function indexOf(cx: Lowering, array: ArrayBinding, node: AnyNode): Expression {
  const value = cx.expression(node);
  if (value.type === "bool") {
    throw cx.error(
      node,
      `an element of '${array.name.replace(/_\d+$/, "")}' is asked for by a boolean`,
      "Use a number",
    );
  }
  return toIndex(cx, value, isWholeByForm(node));
}

/** `Math.floor(…)` and its like give whole numbers. */
function isWholeByForm(given: AnyNode): boolean {
  const node = unwrapped(given);
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return false;
  const { object, property } = node.callee;
  const isMath = object.type === "Identifier" && object.name === "Math";
  return isMath && property.type === "Identifier" && WHOLE.has(property.name);
}

const WHOLE = new Set(["ceil", "floor", "round", "trunc"]);

const CLASSES = new Map<unknown, LocalArray["dtype"]>([
  [Float64Array, "f64"],
  [Float32Array, "f32"],
  [Int32Array, "i32"],
  [Uint32Array, "u32"],
]);

/**
 * An array private to each item, where the first value of a `const` makes one: `new Float32Array(8)`,
 * `new Float32Array([1, 2])`, `[a, b, c]`, `new Array(8).fill(0)`.
 */
export function privateArray(cx: Lowering, name: string, given: AnyNode): ArrayBinding | undefined {
  const node = unwrapped(given);
  if (node.type === "ArrayExpression") return fromList(cx, name, node, undefined, node);
  if (node.type === "NewExpression") {
    const path = pathOf(cx, node.callee);
    const dtype = path && CLASSES.get(valueAt(cx, path, node.callee));
    if (!dtype) {
      throw cx.error(
        node,
        "only arrays of numbers can be made in a kernel",
        "Use Float32Array, Float64Array, Int32Array or Uint32Array with a length known beforehand, or a list `[a, b]`",
      );
    }
    const [argument] = node.arguments;
    if (argument?.type === "ArrayExpression") return fromList(cx, name, argument, dtype, node);
    return fromLength(cx, name, node, argument, dtype);
  }
  return filled(cx, name, node);
}

/** `new Array(n).fill(value)` */
function filled(cx: Lowering, name: string, node: AnyNode): ArrayBinding | undefined {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return undefined;
  const { object, property } = node.callee;
  if (property.type !== "Identifier" || property.name !== "fill") return undefined;
  const isCall = object.type === "NewExpression" || object.type === "CallExpression";
  const path = isCall ? pathOf(cx, object.callee) : undefined;
  if (!isCall || !path || valueAt(cx, path, object) !== Array || node.arguments.length !== 1) {
    return undefined;
  }
  const value = cx.settle(cx.expression(node.arguments[0] as AnyNode));
  const array = fromLength(cx, name, node, object.arguments[0], undefined);
  for (let i = 0; i < (array.length as number); i++) cx.store(array, constant("i32", i), value);
  return array;
}

function fromLength(
  cx: Lowering,
  name: string,
  node: AnyNode,
  argument: AnyNode | undefined,
  dtype: LocalArray["dtype"] | undefined,
): ArrayBinding {
  return declare(cx, name, node, dtype, lengthOf(cx, argument, node));
}

function fromList(
  cx: Lowering,
  name: string,
  list: AnyNode & { type: "ArrayExpression" },
  dtype: LocalArray["dtype"] | undefined,
  node: AnyNode,
): ArrayBinding {
  const elements = list.elements.filter((each) => each !== null);
  const odd = elements.find((each) => each.type === "SpreadElement");
  if (odd || elements.length < list.elements.length || elements.length === 0) {
    throw cx.error(odd ?? list, "a list must name all its elements", "Write them one by one");
  }
  const values = cx.expressions(elements).map((value) => cx.settle(value));
  const array = declare(cx, name, node, dtype, elements.length);
  for (const [i, value] of values.entries()) cx.store(array, constant("i32", i), value);
  return array;
}

function declare(
  cx: Lowering,
  name: string,
  node: AnyNode,
  declared: LocalArray["dtype"] | undefined,
  length: number,
): ArrayBinding {
  const key = declared === undefined ? cx.keyFor(node) : undefined;
  if (key !== undefined) {
    cx.noteVariable(key, node, name);
    cx.widen(key, cx.numbers.meaning === "javascript" ? "f64" : "int");
  }
  const own = cx.fresh(name);
  const binding: ArrayBinding = {
    kind: "array",
    name: own,
    dtype: declared ?? "i32",
    storage: "private",
    length,
    key,
  };
  const dtype = cx.elementDType(binding) as LocalArray["dtype"];
  cx.emit({ kind: "private", array: { name: own, dtype, length, isAtomic: false } }, node);
  return binding;
}

/** `local(dtype, length)`: an array shared by the group. */
export function sharedArray(
  cx: Lowering,
  name: string,
  node: AnyNode & { type: "CallExpression" },
): ArrayBinding {
  const [dtypeNode, lengthNode] = node.arguments;
  const dtype = dtypeNode?.type === "Literal" ? dtypeNode.value : undefined;
  if (typeof dtype !== "string" || !SHARED.has(dtype)) {
    throw cx.error(
      dtypeNode ?? node,
      "local() takes the dtype as a literal",
      'Write local("f32", n), with "f32", "f64", "i32" or "u32"',
    );
  }
  if (cx.frame.caller) {
    throw cx.error(
      node,
      "local() is called in a helper",
      "Call it in the kernel and pass the array to the helper",
    );
  }
  const length = lengthOf(cx, lengthNode, node);
  const own = cx.fresh(name);
  cx.shared.push({ name: own, dtype: dtype as LocalArray["dtype"], length, isAtomic: false });
  return {
    kind: "array",
    name: own,
    dtype: dtype as ElementDType,
    storage: "shared",
    length,
    key: undefined,
  };
}

const SHARED = new Set(["f64", "f32", "i32", "u32"]);

const LONGEST = 2 ** 16;

function lengthOf(cx: Lowering, argument: AnyNode | undefined, node: AnyNode): number {
  const length = argument && staticNumber(cx, argument);
  if (length === undefined) {
    throw cx.error(
      argument ?? node,
      "the length of an array must be known before the kernel runs",
      "Write a number, or a captured constant",
    );
  }
  if (!Number.isInteger(length) || length < 1 || length > LONGEST) {
    throw cx.error(
      argument ?? node,
      `${length} is no length of an array in a kernel`,
      `Use a whole number from 1 to ${LONGEST}`,
    );
  }
  return length;
}
