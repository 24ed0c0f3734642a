/**
 * Which file an `import` means, as the engine's own module loader finds it: relative to the importing module,
 * or in a package, by the conditions of its `exports`. The engine offers no way to ask from here about
 * another module, hence these rules, which are those of "ECMAScript modules" in Node's documentation.
 */

import { existsSync, readFileSync } from "node:fs";
import { createRequire, findPackageJSON, isBuiltin } from "node:module";
import { pathToFileURL } from "node:url";

/** The address a module imports by a specifier; undefined where there is no such module. */
export function resolveImport(specifier: string, parent: string): string | undefined {
  if (isBuiltin(specifier)) return specifier.startsWith("node:") ? specifier : `node:${specifier}`;
  try {
    if (/^\.{0,2}\//.test(specifier)) return new URL(specifier, parent).href;
    if (/^[a-z][a-z0-9+.-]+:/i.test(specifier)) return new URL(specifier).href;
    return specifier.startsWith("#")
      ? resolveOwn(specifier, parent)
      : resolvePackage(specifier, parent);
  } catch {
    return undefined;
  }
}

/** The file a CommonJS module gets by `require`, as an address. */
export function resolveRequire(specifier: string, parent: string): string | undefined {
  if (isBuiltin(specifier)) return specifier.startsWith("node:") ? specifier : `node:${specifier}`;
  try {
    return pathToFileURL(createRequire(parent).resolve(specifier)).href;
  } catch {
    return undefined;
  }
}

type Target = string | null | readonly Target[] | { readonly [condition: string]: Target };

interface Package {
  readonly name?: string;
  readonly main?: string;
  readonly exports?: Target;
  readonly imports?: Readonly<Record<string, Target>>;
}

const readPackage = (file: string): Package => JSON.parse(readFileSync(file, "utf8")) as Package;

function resolveOwn(specifier: string, parent: string): string | undefined {
  const file = findPackageJSON(".", parent);
  const imports = file === undefined ? undefined : readPackage(file).imports;
  if (file === undefined || !imports) return undefined;
  return match(specifier, imports, (target) =>
    target.startsWith("./")
      ? new URL(target, pathToFileURL(file)).href
      : resolveImport(target, parent),
  );
}

function resolvePackage(specifier: string, parent: string): string | undefined {
  const name = /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
  // A package may import itself by its own name, if it says what it exports.
  const own = findPackageJSON(".", parent);
  const isOwn =
    own !== undefined && readPackage(own).name === name && readPackage(own).exports !== undefined;
  const file = isOwn ? own : findPackageJSON(name, parent);
  if (file === undefined) return undefined;
  const { exports, main } = readPackage(file);
  const base = pathToFileURL(file);
  const within = `.${specifier.slice(name.length)}`;
  if (exports !== undefined && exports !== null) {
    return match(within, asSubpaths(exports), (target) => new URL(target, base).href);
  }
  if (within !== ".") return new URL(within, base).href;
  const candidates = [main, `${main}.js`, `${main}/index.js`, "index.js"];
  return candidates
    .map((each) => new URL(`./${each}`, base))
    .find((each) => existsSync(each) && !each.href.endsWith("/"))?.href;
}

function asSubpaths(exports: Target): Readonly<Record<string, Target>> {
  const isTable =
    typeof exports === "object" &&
    exports !== null &&
    !Array.isArray(exports) &&
    Object.keys(exports).every((key) => key.startsWith("."));
  return isTable ? (exports as Readonly<Record<string, Target>>) : { ".": exports };
}

/** Looks a subpath up in a table whose keys may hold one `*`; the longest part before it wins. */
function match(
  subpath: string,
  table: Readonly<Record<string, Target>>,
  address: (target: string) => string | undefined,
): string | undefined {
  const exact = table[subpath];
  if (exact !== undefined && !subpath.includes("*")) return follow(exact, "", address);
  const patterns = Object.keys(table)
    .filter((key) => key.includes("*"))
    .sort((a, b) => b.indexOf("*") - a.indexOf("*") || b.length - a.length);
  for (const key of patterns) {
    const [before = "", after = ""] = key.split("*");
    if (subpath.length < key.length || !subpath.startsWith(before) || !subpath.endsWith(after))
      continue;
    return follow(
      table[key] ?? null,
      subpath.slice(before.length, subpath.length - after.length),
      address,
    );
  }
  return undefined;
}

function follow(
  target: Target,
  star: string,
  address: (target: string) => string | undefined,
): string | undefined {
  if (target === null) return undefined;
  if (typeof target === "string") return address(target.replaceAll("*", star));
  if (Array.isArray(target)) {
    for (const each of target as readonly Target[]) {
      const found = follow(each, star, address);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  for (const [condition, each] of Object.entries(target)) {
    if (!conditions().has(condition)) continue;
    const found = follow(each, star, address);
    if (found !== undefined) return found;
  }
  return undefined;
}

let active: Set<string> | undefined;

/** The conditions under which this process imports. */
function conditions(): Set<string> {
  if (!active) {
    active = new Set(["node", "import", "module-sync", "node-addons", "default"]);
    const options = [...process.execArgv, ...(process.env["NODE_OPTIONS"]?.split(/\s+/) ?? [])];
    options.forEach((option, i) => {
      const given = /^(?:--conditions=|-C=?)(.+)$/.exec(option)?.[1];
      if (given !== undefined) active?.add(given);
      else if (option === "--conditions" || option === "-C") active?.add(options[i + 1] ?? "");
    });
  }
  return active;
}
