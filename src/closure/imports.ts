/** Which variables of a script are imported, and from where, by the text of the script. */

import type { AnyNode } from "acorn";
import type { Binding } from "./scope-analysis.ts";

export interface ImportedName {
  readonly specifier: string;
  /** The name it is exported by; "*" is the namespace, "module.exports" what `require` gives. */
  readonly name: string;
  readonly style: "import" | "require" | "vite";
}

export const NAMESPACE = "*";
export const MODULE_EXPORTS = "module.exports";

/** Where a variable is imported from; undefined for the script's own. */
export function importedName(binding: Binding, body: readonly AnyNode[]): ImportedName | undefined {
  const { declaration } = binding;
  if (binding.kind === "import") return fromImport(declaration, body);
  if (declaration.type !== "VariableDeclarator") return undefined;
  const byVite = importedByVite(declaration.init);
  if (byVite !== undefined) return { specifier: byVite, name: NAMESPACE, style: "vite" };
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
const requiredBy = (init: AnyNode | null | undefined): string | undefined =>
  literalGivenTo("require", init);

/** The literal in `await __vite_ssr_import__("…")`, as Vite and vitest write every import. */
const importedByVite = (init: AnyNode | null | undefined): string | undefined =>
  init?.type === "AwaitExpression"
    ? (literalGivenTo("__vite_ssr_import__", init.argument) ??
      literalGivenTo("__vite_ssr_dynamic_import__", init.argument))
    : undefined;

function literalGivenTo(callee: string, node: AnyNode | null | undefined): string | undefined {
  if (node?.type !== "CallExpression" || node.callee.type !== "Identifier") return undefined;
  const [argument] = node.arguments;
  if (node.callee.name !== callee || argument?.type !== "Literal") return undefined;
  return typeof argument.value === "string" ? argument.value : undefined;
}

const nameOf = (node: AnyNode): string =>
  node.type === "Identifier" ? node.name : String((node as { value?: unknown }).value);
