/** Which variables of a script are imported, and from where, by the text of the script. */

import type { AnyNode } from "acorn";
import type { Binding } from "./scope.ts";

export interface ImportedName {
  readonly specifier: string;
  /** The name it is exported by; "*" is the namespace, "module.exports" what `require` gives. */
  readonly name: string;
  /**
   * How the text imports it. "vite" and "wrapped" give objects that stand for a module, made by Vite, and by
   * transpilers around what `require` gives; only their members are the module's own.
   */
  readonly style: "import" | "require" | "vite" | "wrapped";
}

export const NAMESPACE = "*";
export const MODULE_EXPORTS = "module.exports";

/** Where a variable is imported from; undefined for the script's own. */
export function importedName(binding: Binding, body: readonly AnyNode[]): ImportedName | undefined {
  const { declaration } = binding;
  if (binding.kind === "import") return fromImport(declaration, body);
  if (declaration.type !== "VariableDeclarator") return undefined;
  if (binding.references.some((each) => each.assigns)) return undefined;
  const { init } = declaration;
  for (const [style, read] of STAND_INS) {
    const specifier = read(init);
    if (specifier !== undefined) return { specifier, name: NAMESPACE, style };
  }
  const specifier = literalGivenTo(["require"], init);
  if (specifier === undefined) return undefined;
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

type Read = (init: AnyNode | null | undefined) => string | undefined;

/** `await __vite_ssr_import__("…")` of Vite and vitest, `__toESM(require("…"))` of esbuild and tsx, and the like. */
const STAND_INS: readonly (readonly ["vite" | "wrapped", Read])[] = [
  [
    "vite",
    (init) => (init?.type === "AwaitExpression" ? literalGivenTo(VITE, init.argument) : undefined),
  ],
  [
    "wrapped",
    (init) => {
      const isWrapped =
        init?.type === "CallExpression" &&
        init.callee.type === "Identifier" &&
        WRAPPERS.has(init.callee.name);
      return isWrapped ? literalGivenTo(["require"], init.arguments[0]) : undefined;
    },
  ],
];

const VITE = ["__vite_ssr_import__", "__vite_ssr_dynamic_import__"];
const WRAPPERS = new Set(["__toESM", "__importStar", "__importDefault"]);

/** The literal in `callee("…")`. */
function literalGivenTo(
  callees: readonly string[],
  node: AnyNode | null | undefined,
): string | undefined {
  if (node?.type !== "CallExpression" || node.callee.type !== "Identifier") return undefined;
  const [argument] = node.arguments;
  if (!callees.includes(node.callee.name) || argument?.type !== "Literal") return undefined;
  return typeof argument.value === "string" ? argument.value : undefined;
}

const nameOf = (node: AnyNode): string =>
  node.type === "Identifier" ? node.name : String((node as { value?: unknown }).value);
