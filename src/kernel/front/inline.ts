/**
 * Puts the body of a helper in place of its call. Parameters become constants or variables of the caller; `return`
 * sets a variable and leaves a block, unless it stands at the end anyway.
 */

import type { AnyNode, ObjectPattern } from "acorn";
import { childrenOf } from "../../closure/syntax.ts";
import type { Statement } from "../ir.ts";
import { statementsIn } from "../walk.ts";
import type { Lowering } from "./lowering.ts";
import { fieldOf } from "./names.ts";
import { alwaysReturns } from "./returns.ts";
import {
  type Argument,
  type Frame,
  type RecordBinding,
  type ResultSlot,
  Scope,
  type Typed,
} from "./scope.ts";
import type { FunctionNode, FunctionSource } from "./source.ts";

export interface Callee {
  readonly source: FunctionSource;
  readonly node: FunctionNode;
  /** Its number in the environment. */
  readonly owner: number;
  /** Around a function that is part of another's text. */
  readonly scope: Scope | undefined;
}

/** What the call gives; undefined where the helper returns no value. */
export function inline(
  cx: Lowering,
  callee: Callee,
  args: readonly Argument[],
  at: AnyNode,
): Typed | undefined {
  refuseRecursion(cx, callee, at);
  const caller = cx.frame;
  const path = `${caller.path}>${at.start}`;
  const result: ResultSlot = {
    key: `${path}:result`,
    name: cx.fresh("result"),
    label: cx.freshLabel(),
    hasValue: false,
  };
  const frame: Frame = {
    ...{ source: callee.source, node: callee.node, owner: callee.owner, path },
    assigned: assignedNames(callee.node),
    result,
    caller,
    targets: [],
  };
  return cx.withScope(new Scope(callee.scope), () => {
    bindParameters(cx, frame, args, at);
    cx.frame = frame;
    try {
      return body(cx, frame, result);
    } finally {
      cx.frame = caller;
    }
  });
}

function refuseRecursion(cx: Lowering, { node, owner }: Callee, at: AnyNode): void {
  for (let frame: Frame | undefined = cx.frame; frame; frame = frame.caller) {
    if (frame.node === node && frame.owner === owner) {
      throw cx.error(at, "the function calls itself, and kernels have no stack", "Write a loop");
    }
  }
}

/** Parameters see the arguments; those that the helper assigns are variables of their own. */
export function bindParameters(
  cx: Lowering,
  frame: Frame,
  args: readonly Argument[],
  at: AnyNode,
): void {
  const { params } = frame.node;
  params.forEach((parameter, i) => {
    const target = parameter.type === "AssignmentPattern" ? parameter.left : parameter;
    const given = args[i];
    if (target.type === "ObjectPattern" && given && "kind" in given && given.kind === "record") {
      bindFields(cx, frame, target, given);
      return;
    }
    if (target.type !== "Identifier") {
      throw cx.error(
        at,
        "a helper takes its arguments apart",
        "Let each parameter have a name of its own",
      );
    }
    let argument = args[i];
    if (!argument && parameter.type === "AssignmentPattern") {
      const before = cx.frame;
      cx.frame = frame;
      argument = cx.expression(parameter.right);
      cx.frame = before;
    }
    if (!argument) {
      throw cx.error(
        at,
        `the parameter '${target.name}' is given nothing`,
        "Pass an argument for every parameter",
      );
    }
    if ("kind" in argument) {
      cx.scope.set(target.name, argument);
      return;
    }
    const before = cx.frame;
    cx.frame = frame;
    cx.bind(target.name, target, argument, !frame.assigned.has(target.name));
    cx.frame = before;
  });
}

/** `({ a, b: c }) => …` of a record. */
function bindFields(
  cx: Lowering,
  frame: Frame,
  target: ObjectPattern,
  record: RecordBinding,
): void {
  const before = cx.frame;
  cx.frame = frame;
  for (const property of target.properties) {
    const value = property.type === "Property" && !property.computed ? property.value : property;
    const name = value.type === "AssignmentPattern" ? value.left : value;
    if (property.type !== "Property" || name.type !== "Identifier") {
      throw cx.error(property, "fields are taken apart", "Give each field a name of its own");
    }
    const { key } = property;
    const field = key.type === "Literal" ? String(key.value) : (key as { name?: string }).name;
    const own = fieldOf(cx, record, field, property);
    cx.bind(name.name, name, own, !frame.assigned.has(name.name));
  }
  cx.frame = before;
}

function body(cx: Lowering, { node }: Frame, result: ResultSlot): Typed | undefined {
  if (node.body.type !== "BlockStatement") {
    if (node.body.type === "AssignmentExpression" || node.body.type === "UpdateExpression") {
      cx.rules.effect(cx, node.body);
      return undefined;
    }
    // A call may give nothing, which only matters where a value is asked for.
    return node.body.type === "CallExpression"
      ? cx.rules.call(cx, node.body)
      : cx.expression(node.body);
  }
  const { body: nodes } = node.body;
  const [only] = nodes;
  if (nodes.length === 1 && only?.type === "ReturnStatement" && only.argument) {
    return cx.expression(only.argument);
  }
  const written = cx.collect(() => cx.rules.statements(cx, nodes, true));
  if (result.hasValue && !nodes.some(alwaysReturns)) {
    throw cx.error(
      node,
      "some ways through the function return a value and others end without one",
      "Let every way end in a `return`",
    );
  }
  const type = cx.typeOf(result.key);
  const last = written.at(-1);
  if (type !== undefined && result.hasValue) {
    if (last?.kind === "assign" && last.name === result.name && isSetOnce(written, result)) {
      for (const each of written.slice(0, -1)) cx.emit(each);
      return { type, ir: last.value };
    }
    const value = cx.nothing(type);
    const { name } = result;
    const ir = cx.concrete(type);
    cx.emit({ kind: "let", name, type: ir, value, isConstant: false, isUniform: false }, node);
  }
  if (isLeft(written, result)) cx.emit({ kind: "block", label: result.label, body: written });
  else for (const each of written) cx.emit(each);
  if (type === undefined || !result.hasValue) return undefined;
  return { type, ir: { kind: "variable", type: cx.concrete(type), name: result.name } };
}

const isLeft = (list: readonly Statement[], { label }: ResultSlot): boolean =>
  [...statementsIn(list)].some((each) => each.kind === "break" && each.label === label);

const isSetOnce = (list: readonly Statement[], { name, label }: ResultSlot): boolean => {
  const all = [...statementsIn(list)];
  const sets = all.filter((each) => each.kind === "assign" && each.name === name);
  return sets.length === 1 && !all.some((each) => each.kind === "break" && each.label === label);
};

const assignedIn = new WeakMap<FunctionNode, Set<string>>();

/** Names that a function assigns after their declaration, whatever variable they mean. */
export function assignedNames(node: FunctionNode): ReadonlySet<string> {
  let names = assignedIn.get(node);
  if (!names) {
    names = new Set();
    collectAssigned(node, names);
    assignedIn.set(node, names);
  }
  return names;
}

function collectAssigned(node: AnyNode, names: Set<string>): void {
  const target =
    node.type === "AssignmentExpression"
      ? node.left
      : node.type === "UpdateExpression"
        ? node.argument
        : undefined;
  const targets = target?.type === "ArrayPattern" ? target.elements : [target];
  for (const each of targets) if (each?.type === "Identifier") names.add(each.name);
  for (const child of childrenOf(node)) collectAssigned(child, names);
}
