/**
 * Whether anything of a call can run after the call has returned. The answer "no" must be certain, so it is
 * given only for code that is synchronous by its text and reaches nothing but what is listed here; everything
 * unknown counts as "yes". It holds for plain data as arguments: whoever passes functions or handles must ask
 * about those as well.
 */

import type { AnyNode } from "acorn";

/** Properties through which synchronous code reaches later turns, or code that was not read. */
const LATER = new Set([
  "catch",
  "constructor",
  "finally",
  "fromAsync",
  "nextTick",
  "then",
  "waitAsync",
]);

/** True for a piece of syntax that lets something run later. */
export function mayRunLater(node: AnyNode): boolean {
  switch (node.type) {
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return node.async;
    case "AwaitExpression":
    case "ImportExpression":
      return true;
    case "ForOfStatement":
      return node.await;
    case "VariableDeclaration":
      return node.kind === "await using";
    case "MemberExpression":
      return (
        (node.property.type === "Identifier" && LATER.has(node.property.name)) ||
        (node.property.type === "Literal" && LATER.has(String(node.property.value)))
      );
    default:
      return false;
  }
}

const SYNCHRONOUS_GLOBALS = new Set(
  (
    "AggregateError Array ArrayBuffer BigInt BigInt64Array BigUint64Array Boolean DataView Date Error " +
    "EvalError Float16Array Float32Array Float64Array Infinity Int16Array Int32Array Int8Array Intl Iterator " +
    "JSON Map Math NaN Number Object Proxy RangeError ReferenceError Reflect RegExp Set SharedArrayBuffer " +
    "String SuppressedError Symbol SyntaxError TextDecoder TextEncoder TypeError URIError URL " +
    "URLSearchParams Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet " +
    "Atomics Buffer DOMException atob btoa console decodeURI decodeURIComponent encodeURI " +
    "encodeURIComponent escape isFinite isNaN parseFloat parseInt performance structuredClone undefined " +
    "unescape arguments"
  ).split(" "),
);

const SYNCHRONOUS_MODULES = new Set(["assert", "buffer", "os", "path", "querystring", "url"]);

/** Whether a built-in, given by its module (if any) and path, can only act within the call. */
export function isSynchronousBuiltin(module: string | undefined, path: readonly string[]): boolean {
  if (path.some((name) => LATER.has(name) && name !== "constructor")) return false;
  if (module !== undefined) return SYNCHRONOUS_MODULES.has(module.split("/")[0] as string);
  return SYNCHRONOUS_GLOBALS.has(path[0] ?? "");
}
