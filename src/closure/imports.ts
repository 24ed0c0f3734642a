/** Which variables of a script are imported, and from where, by the text of the script. */

import type { AnyNode } from "acorn";
import type { Binding } from "./scope-analysis.ts";

export interface ImportedName {
  readonly specifier: string;
  /** The name it is exported by; "*" is the namespace, "module.exports" what `require` gives. */
  readonly name: string;
  readonly style: "import" | "require";
}

export const NAMESPACE = "*";
export const MODULE_EXPORTS = "module.exports";

/** Where a variable is imported from; undefined for the script's own. */
export function importedName(binding: Binding, body: readonly AnyNode[]): ImportedName | undefined {
  const { declaration } = binding;
  if (binding.kind === "import") return fromImport(declaration, body);
  if (declaration.type !== "VariableDeclarator") return undefined;
  const specifier = requiredBy(declaration.init);
  if (specifier === undefined || binding.references.some((each) => each.assigns)) return undefined;
  const { id } = declaration;
  if (id.type === "Identifier") return { specifier, name: MODULE_EXPORTS, style: "require" };
  if (id.type !== "ObjectPattern") return undefined;
  for (const each of id.properties) {
    if (each.type === "RestElement" || each.computed) continue;
    if (each.value.type === "Identifier" && each.value.name === binding.name) {
      return { specifier, name: nameOf(each.key), style: "require" };
    }
  }
  return undefined;
}

function fromImport(node: AnyNode, body: readonly AnyNode[]): ImportedName | undefined {
  for (const statement of body) {
    if (statement.type !== "ImportDeclaration") continue;
    const found = statement.specifiers.find((each) => each === node);
    if (!found) continue;
    const specifier = String(statement.source.value);
    if (found.type === "ImportNamespaceSpecifier")
      return { specifier, name: NAMESPACE, style: "import" };
    const name = found.type === "ImportDefaultSpecifier" ? "default" : nameOf(found.imported);
    return { specifier, name, style: "import" };
  }
  return undefined;
}

/** The literal in `require("…")`. */
function requiredBy(init: AnyNode | null | undefined): string | undefined {
  if (init?.type !== "CallExpression" || init.callee.type !== "Identifier") return undefined;
  const [argument] = init.arguments;
  if (init.callee.name !== "require" || argument?.type !== "Literal") return undefined;
  return typeof argument.value === "string" ? argument.value : undefined;
}

const nameOf = (node: AnyNode): string =>
  node.type === "Identifier" ? node.name : String((node as { value?: unknown }).value);
