/** Calls: of the functions for kernels, of `Math`, and of helpers, which are inlined. */

import type { AnyNode } from "acorn";
import { index } from "../build.ts";
import * as intrinsics from "../intrinsics.ts";
import type { AtomicOperation, IndexName } from "../ir.ts";
import { indexOf } from "./arrays.ts";
import { inline } from "./inline.ts";
import type { Lowering } from "./lowering.ts";
import { mathFunction, parametersOf } from "./math.ts";
import { arrayNamed, calleeOf, staticNumber } from "./names.ts";
import type { Argument, Typed } from "./scope.ts";
import { sourceOfFunction, textOfNode } from "./source.ts";

type Call = AnyNode & { readonly type: "CallExpression" };

const INDICES = new Map<unknown, IndexName>([
  [intrinsics.globalIndex, "globalIndex"],
  [intrinsics.localIndex, "localIndex"],
  [intrinsics.groupIndex, "groupIndex"],
  [intrinsics.globalSize, "globalSize"],
  [intrinsics.localSize, "groupSize"],
  [intrinsics.groupSize, "groupSize"],
]);

const ATOMICS = new Map<unknown, AtomicOperation>([
  [intrinsics.atomicAdd, "add"],
  [intrinsics.atomicSub, "sub"],
  [intrinsics.atomicMin, "min"],
  [intrinsics.atomicMax, "max"],
  [intrinsics.atomicExchange, "exchange"],
  [intrinsics.atomicCompareExchange, "compareExchange"],
]);

/** Whether a captured function is `local`. */
export const isLocal = (fn: unknown): boolean => fn === intrinsics.local;

/** The value of a call; undefined where the function gives none. */
export function call(cx: Lowering, node: Call): Typed | undefined {
  if (node.optional)
    throw cx.error(node, "`?.` has no meaning in a kernel", "Call the function with `(…)`");
  const spread = node.arguments.find((each) => each.type === "SpreadElement");
  if (spread)
    throw cx.error(spread, "`...` has no meaning in a kernel", "Write the arguments one by one");
  const callee = calleeOf(cx, node.callee);
  if (callee.kind === "own") {
    const { source, owner } = cx.frame;
    const { node: own, scope } = callee.binding;
    return callHelper(cx, { source, node: own, owner, scope }, node);
  }
  const { fn, path } = callee;
  const known = intrinsic(cx, fn, node);
  if (known) {
    cx.environment.bake(cx.frame.owner, path, fn);
    return known.value;
  }
  const handler = mathFunction(fn);
  if (handler) {
    cx.environment.bake(cx.frame.owner, path, fn);
    if (node.arguments.length < parametersOf(fn)) {
      throw cx.error(node, `${fn.name}() takes ${parametersOf(fn)} arguments`, "Give all of them");
    }
    return handler(cx, cx.expressions(node.arguments), node);
  }
  if (Function.prototype.toString.call(fn).endsWith("{ [native code] }")) {
    throw cx.error(
      node,
      `\`${textOfNode(cx.frame.source, node.callee)}\` is a function of the engine without a meaning in a kernel`,
      "Use `Math` functions, the functions for kernels, and helpers written in JavaScript",
    );
  }
  const owner = cx.environment.enter(cx.frame.owner, path, fn);
  const source = sourceOfFunction(cx.environment.functionOf(owner));
  return callHelper(cx, { source, node: source.node, owner, scope: undefined }, node);
}

function callHelper(
  cx: Lowering,
  callee: Parameters<typeof inline>[1],
  node: Call,
): Typed | undefined {
  return inline(cx, callee, argumentsOf(cx, node), node);
}

/** Arrays go to helpers as they are. */
function argumentsOf(cx: Lowering, node: Call): Argument[] {
  const arrays = node.arguments.map((each) => arrayNamed(cx, each));
  const others = node.arguments.filter((_, i) => !arrays[i]);
  const values = cx.expressions(others);
  return arrays.map((array) => array ?? (values.shift() as Typed));
}

/** What a function for kernels gives, in an object that tells it from other functions. */
function intrinsic(
  cx: Lowering,
  fn: unknown,
  node: Call,
): { readonly value: Typed | undefined } | undefined {
  const indexName = INDICES.get(fn);
  const operation = ATOMICS.get(fn);
  const isBarrier = fn === intrinsics.barrier;
  if (!indexName && !operation && !isBarrier && !isLocal(fn)) return undefined;
  if (cx.isElementwise) {
    throw cx.error(
      node,
      `${textOfNode(cx.frame.source, node.callee)}() has no meaning in a function of elements, which is applied to each on its own`,
      "Write a kernel: kernel((O, A) => { … })",
    );
  }
  if (indexName) return { value: indexValue(cx, indexName, node) };
  if (operation) return { value: atomic(cx, operation, node) };
  if (isBarrier) {
    cx.emit({ kind: "barrier" }, node);
    return { value: undefined };
  }
  throw cx.error(
    node,
    "local() makes an array that has no name",
    'Write const tile = local("f32", n)',
  );
}

function indexValue(cx: Lowering, name: IndexName, node: Call): Typed {
  const [argument] = node.arguments;
  if (!argument) return { type: "int", ir: index(name) };
  const axis = staticNumber(cx, argument);
  if (axis !== 0 && axis !== 1 && axis !== 2) {
    throw cx.error(
      argument,
      "an axis must be known before the kernel runs",
      "Use 0, 1 or 2; without an axis the index is linear",
    );
  }
  return { type: "int", ir: index(name, axis) };
}

function atomic(cx: Lowering, operation: AtomicOperation, node: Call): Typed {
  const [arrayNode, indexNode, ...valueNodes] = node.arguments;
  const array = arrayNode && arrayNamed(cx, arrayNode);
  const wanted = operation === "compareExchange" ? 2 : 1;
  if (!array || !indexNode || valueNodes.length !== wanted) {
    throw cx.error(
      node,
      "an atomic update takes an array, an index and a value",
      wanted === 1
        ? "Write atomicAdd(counts, i, 1)"
        : "Write atomicCompareExchange(locks, i, expected, value)",
    );
  }
  const { dtype } = array;
  if ((dtype !== "i32" && dtype !== "u32") || array.storage === "private") {
    throw cx.error(
      arrayNode,
      array.storage === "private"
        ? "an array private to each item needs no atomic updates"
        : `there are no atomic updates of ${dtype} elements`,
      array.storage === "private"
        ? "Assign its elements"
        : "Use an i32 or u32 array, for instance of scaled values",
    );
  }
  const values = cx.inOrder(
    [
      (): Typed => ({ type: "i32", ir: indexOf(cx, array, indexNode) }),
      ...valueNodes.map((each) => () => cx.expression(each)),
    ],
    (run) => run(),
  );
  const [at, ...rest] = values as [Typed, ...Typed[]];
  const value = cx.convert(rest.at(-1) as Typed, dtype);
  const expected = wanted === 2 ? cx.convert(rest[0] as Typed, dtype) : undefined;
  const result = cx.fresh("old");
  cx.noteConstant(result);
  cx.emit(
    { kind: "atomic", operation, array: array.name, dtype, index: at.ir, value, expected, result },
    node,
  );
  return { type: dtype, ir: { kind: "variable", type: dtype, name: result } };
}
