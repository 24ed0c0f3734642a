/** What statements and patterns declare, entered into scopes before any of the code is looked at. */

import type { AnyNode } from "acorn";
import type { BindingKind, Scope } from "./scope.ts";
import { childrenOf, isClass, isFunction } from "./syntax.ts";

export function declare(scope: Scope, name: string, kind: BindingKind, declaration: AnyNode): void {
  const known = scope.bindings.get(name);
  if (known) known.declarations++;
  else {
    scope.bindings.set(name, { name, kind, scope, declaration, references: [], declarations: 1 });
  }
}

export function declarePattern(
  scope: Scope,
  pattern: AnyNode,
  kind: BindingKind,
  declaration: AnyNode,
): void {
  switch (pattern.type) {
    case "Identifier":
      declare(scope, pattern.name, kind, declaration);
      break;
    case "ObjectPattern":
      for (const property of pattern.properties) {
        const target = property.type === "RestElement" ? property : property.value;
        declarePattern(scope, target, kind, declaration);
      }
      break;
    case "ArrayPattern":
      for (const element of pattern.elements) {
        if (element) declarePattern(scope, element, kind, declaration);
      }
      break;
    case "AssignmentPattern":
      declarePattern(scope, pattern.left, kind, declaration);
      break;
    case "RestElement":
      declarePattern(scope, pattern.argument, kind, declaration);
      break;
  }
}

/** Declares what a body of statements declares before any of it runs. */
export function declareBody(body: readonly AnyNode[], scope: Scope): void {
  for (const statement of body) {
    declareStatement(statement, scope);
    hoist(statement, scope);
  }
}

export function declareStatement(statement: AnyNode, scope: Scope): void {
  switch (statement.type) {
    case "VariableDeclaration": {
      if (statement.kind === "var") break;
      const kind = statement.kind === "let" ? "let" : "const";
      for (const each of statement.declarations) declarePattern(scope, each.id, kind, each);
      break;
    }
    case "FunctionDeclaration":
      if (statement.id) declare(scope, statement.id.name, "function", statement);
      break;
    case "ClassDeclaration":
      if (statement.id) declare(scope, statement.id.name, "class", statement);
      break;
    case "ImportDeclaration":
      for (const each of statement.specifiers) {
        declare(scope, each.local.name, "import", each);
      }
      break;
    case "ExportNamedDeclaration":
    case "ExportDefaultDeclaration":
      if (statement.declaration) declareStatement(statement.declaration, scope);
      break;
  }
}

/** Declares the `var`s of a statement in the scope of the function around it. */
function hoist(node: AnyNode, scope: Scope): void {
  if (isFunction(node) || isClass(node)) return;
  if (node.type === "VariableDeclaration") {
    if (node.kind !== "var") return;
    for (const each of node.declarations) declarePattern(scope, each.id, "var", each);
  } else if (
    node.type.endsWith("Statement") ||
    node.type.startsWith("Export") ||
    HOLDERS.has(node.type)
  ) {
    for (const child of childrenOf(node)) hoist(child, scope);
  }
}

const HOLDERS = new Set(["SwitchCase", "CatchClause", "Program"]);
