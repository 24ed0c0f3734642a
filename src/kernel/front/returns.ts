/** Whether a function returns on every way through it. */

import type { AnyNode } from "acorn";
import { childrenOf, isFunction } from "../../closure/syntax.ts";

/** What follows it is never reached, because it has returned before. */
export function alwaysReturns(node: AnyNode): boolean {
  switch (node.type) {
    case "ReturnStatement":
      return true;
    case "BlockStatement":
      return node.body.some(alwaysReturns);
    case "IfStatement":
      return !!node.alternate && alwaysReturns(node.consequent) && alwaysReturns(node.alternate);
    case "SwitchStatement": {
      const isComplete = node.cases.some((each) => !each.test) && !leaves(node);
      return isComplete && !!node.cases.at(-1)?.consequent.some(alwaysReturns);
    }
    case "ForStatement":
    case "WhileStatement":
      return (!node.test || isTrue(node.test)) && !leaves(node);
    case "LabeledStatement":
      return alwaysReturns(node.body);
    default:
      return false;
  }
}

const isTrue = (node: AnyNode): boolean => node.type === "Literal" && node.value === true;

/** Some `break` is in it, wherever it goes. */
const leaves = (node: AnyNode): boolean =>
  node.type === "BreakStatement" || (!isFunction(node) && [...childrenOf(node)].some(leaves));
