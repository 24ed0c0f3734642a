/** What a scope of a program declares, and the uses of each name. */

import type { AnyNode, Identifier } from "acorn";

export type BindingKind =
  | "import"
  | "const"
  | "let"
  | "var"
  | "function"
  | "class"
  | "parameter"
  /** The name of a function or class expression, seen only by itself. */
  | "own name";

export interface Binding {
  readonly name: string;
  readonly kind: BindingKind;
  readonly scope: Scope;
  /** The declarator, function, class or import specifier; for parameters the function. */
  readonly declaration: AnyNode;
  readonly references: Reference[];
  /** How many declarations share this binding (`var` and functions may repeat). */
  declarations: number;
}

export interface Reference {
  readonly name: string;
  readonly node: Identifier;
  readonly scope: Scope;
  /** The property read by name: `member` in `name.member`. */
  readonly member: string | undefined;
  readonly assigns: boolean;
  /** The value itself is changed: `name.x = 1`, `delete name.x`, `name.push(1)`. */
  readonly mutates: boolean;
  readonly onlyTypeof: boolean;
}

export type ScopeKind = "program" | "function" | "arrow" | "block" | "class" | "initializer";

export interface Scope {
  readonly kind: ScopeKind;
  readonly node: AnyNode;
  readonly parent: Scope | undefined;
  readonly bindings: Map<string, Binding>;
  /** The object literal or class whose method this is. */
  readonly home: AnyNode | undefined;
}

/** Finds what a name means in a scope. */
export function resolve(name: string, scope: Scope | undefined): Binding | undefined {
  for (let at = scope; at; at = at.parent) {
    const found = at.bindings.get(name);
    if (found) return found;
  }
  return undefined;
}

/** The scope whose `this` is seen: the nearest function that is not an arrow, or a class field. */
export function thisScope(scope: Scope): Scope {
  let at = scope;
  while (at.parent && at.kind !== "function" && at.kind !== "initializer") at = at.parent;
  return at;
}
