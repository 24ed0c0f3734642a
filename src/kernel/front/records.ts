/**
 * Functions of a record, such as a row of a table: `r => r.a > 3`, `({ a, b }) => a * b`, `r => ({ ...r, c: r.a + 1 })`.
 * A field is the element of its array at the item's index. Of a record that the function gives, each wanted field
 * becomes an array.
 */

import type { AnyNode, ObjectExpression } from "acorn";
import { childrenOf, isFunction } from "../../closure/syntax.ts";
import { index } from "../build.ts";
import type { ElementDType } from "../ir.ts";
import type { Argument } from "./finish.ts";
import { bindParameters, inline } from "./inline.ts";
import type { Lowering } from "./lowering.ts";
import { unwrapped } from "./names.ts";
import type { ArrayBinding, RecordBinding, Typed } from "./scope.ts";
import { Scope } from "./scope.ts";
import { type FunctionNode, type FunctionSource, kernelError } from "./source.ts";
import { frameOf } from "./steps.ts";

/** Plain data. */
export interface RecordShape {
  readonly fields: readonly { readonly name: string; readonly dtype: ElementDType }[];
  /** The truth of what the function gives, the value, or these fields of it. */
  readonly wanted: "truth" | "value" | readonly string[];
}

/** The record that a function gives, where it is written down and the only one. */
export function recordOf({ body }: FunctionNode): ObjectExpression | undefined {
  if (body.type !== "BlockStatement") return literalIn(body);
  const last = body.body.at(-1);
  if (last?.type !== "ReturnStatement" || !last.argument) return undefined;
  return body.body.slice(0, -1).some(hasReturn) ? undefined : literalIn(last.argument);
}

function literalIn(given: AnyNode): ObjectExpression | undefined {
  const node = unwrapped(given);
  return node.type === "ObjectExpression" ? node : undefined;
}

const hasReturn = (node: AnyNode): boolean =>
  node.type === "ReturnStatement" || (!isFunction(node) && [...childrenOf(node)].some(hasReturn));

/** The name of a property that is written down. */
export function propertyName(node: AnyNode): string | undefined {
  if (node.type !== "Property" || node.computed) return undefined;
  const { key } = node;
  if (key.type === "Identifier") return key.name;
  return key.type === "Literal" ? String(key.value) : undefined;
}

/** Writes a kernel of the arrays of the fields, then of those of the results. */
export function writeRecord(
  cx: Lowering,
  source: FunctionSource,
  { fields, wanted }: RecordShape,
): readonly Argument[] {
  const { node } = source;
  if (node.params.length > 1) {
    throw kernelError(source, node, "it has several parameters", "Let it have one, the record");
  }
  const at = index("globalIndex");
  const args = fields.map(({ name, dtype }) => arrayArgument(cx, name, dtype));
  const given = args.map((arg): Typed => cx.settle(cx.load(bindingOf(arg), at)));
  const record: RecordBinding = {
    kind: "record",
    fields: new Map(fields.map(({ name }, k) => [name, given[k] as Typed])),
  };
  const results =
    typeof wanted === "string"
      ? [valueGiven(cx, source, record)]
      : fieldsOf(cx, source, record, wanted);
  const outs = results.map((own): Argument & { kind: "array" } => {
    const value = wanted === "truth" ? { type: "bool" as const, ir: cx.convert(own, "bool") } : own;
    const out = arrayArgument(cx, "out", value.ir.type === "bool" ? "bool" : "f64");
    cx.store(bindingOf(out), at, value);
    return out;
  });
  return [...args, ...outs];
}

function valueGiven(cx: Lowering, source: FunctionSource, record: RecordBinding): Typed {
  const { node } = source;
  cx.frame = frameOf(source, 0);
  const value = inline(cx, { source, node, owner: 0, scope: undefined }, [record], node);
  if (value) return value;
  throw kernelError(source, node, "the function gives no value", "Let it return one");
}

function fieldsOf(
  cx: Lowering,
  source: FunctionSource,
  record: RecordBinding,
  wanted: readonly string[],
): Typed[] {
  const { node } = source;
  const literal = recordOf(node);
  if (!literal) {
    throw kernelError(
      source,
      node,
      "it gives no record that is written down",
      "Let it end with `return { … }`",
    );
  }
  return cx.withScope(new Scope(undefined), () => {
    bindParameters(cx, cx.frame, [record], node);
    if (node.body.type === "BlockStatement") {
      cx.rules.statements(cx, node.body.body.slice(0, -1), false);
    }
    const values = new Map<string, Typed>();
    for (const property of literal.properties) {
      const name = propertyName(property);
      if (property.type !== "Property" || name === undefined || !wanted.includes(name)) continue;
      values.set(name, cx.settle(cx.expression(property.value)));
    }
    return wanted.map((name) => values.get(name) as Typed);
  });
}

const arrayArgument = (
  cx: Lowering,
  name: string,
  dtype: ElementDType,
): Argument & { kind: "array" } => ({ kind: "array", name: cx.fresh(name), dtype });

const bindingOf = ({ name, dtype }: Argument & { kind: "array" }): ArrayBinding => ({
  kind: "array",
  name,
  dtype,
  storage: "parameter",
  length: undefined,
  key: undefined,
});
