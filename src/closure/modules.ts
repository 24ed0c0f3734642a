/**
 * What a module exports travels as the name of the export, where the other side can load the same file. The
 * sender finds out which file and which name; the receiver loads it, at once where the engine allows, else
 * with a promise to wait for. The program's main script is never loaded a second time.
 */

import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { types } from "node:util";
import { isMainThread } from "node:worker_threads";
import { BodkinError } from "../wire/errors.ts";
import type { AnyFunction } from "./host.ts";
import { type ImportedName, MODULE_EXPORTS, NAMESPACE } from "./imports.ts";
import { resolveImport, resolveRequire } from "./resolve-import.ts";
import { type Script, scriptAt } from "./scripts.ts";

export interface ExportName {
  /** The address of the module: `file:` or `node:`. */
  readonly url: string;
  /** As in `ImportedName`. */
  readonly name: string;
}

// --- The sender's side ---------------------------------------------------------------------------

/** What the other side imports in the place of an import of a script; undefined where it cannot. */
export function importElsewhere(imported: ImportedName, script: Script): ExportName | undefined {
  const { style } = imported;
  if (!script.url.startsWith("file:") || style === "vite" || style === "wrapped") return undefined;
  const find = style === "require" ? resolveRequire : resolveImport;
  const url = find(imported.specifier, script.url);
  return url !== undefined && isLoadable(url) ? { url, name: imported.name } : undefined;
}

/** A function or class as an export of the module it was written in, if the module exports it. */
export function exportOf(fn: AnyFunction, script: Script): ExportName | undefined {
  const module = loadedModule(script.url);
  if (!module || !isLoadable(script.url)) return undefined;
  if (module === fn) return { url: script.url, name: MODULE_EXPORTS };
  for (const name of Object.keys(module)) {
    const wanted = { url: script.url, name };
    if (quietly(() => exportNamed(module, wanted)) === fn) return wanted;
  }
  return undefined;
}

/**
 * What the other side imports in the place of a member of an object that stands for a module. That the module
 * of the file, as it is loaded here, exports this very member is the proof that it is the one.
 */
export function memberElsewhere(
  { specifier, style }: ImportedName,
  script: Script,
  name: string,
  member: object | symbol,
): ExportName | undefined {
  if (!script.url.startsWith("file:")) return undefined;
  for (const url of style === "vite"
    ? filesBelow(specifier, script.url)
    : [resolveRequire(specifier, script.url)]) {
    const module = url !== undefined && isLoadable(url) ? loadedModule(url) : undefined;
    if (url === undefined || !module) continue;
    const wanted = { url, name };
    if (quietly(() => exportNamed(module, wanted)) === member) return wanted;
  }
  return undefined;
}

/** What a specifier of Vite may mean: a file, named by its way from Vite's root, a folder around the script. */
function* filesBelow(specifier: string, script: string): Generator<string> {
  const [file = ""] = specifier.split("?");
  if (file.startsWith("file:")) yield file;
  if (!file.startsWith("/")) return;
  yield pathToFileURL(file.replace(/^\/@fs\//, "/")).href;
  for (let at = new URL(".", script); ; at = new URL("..", at)) {
    yield new URL(`.${file}`, at).href;
    if (at.pathname === "/") return;
  }
}

/**
 * Whether a module may be loaded elsewhere though no sent function imports it: those of packages, and every
 * module of a thread that only ever runs what it was sent. Other files of a program may do more when loaded
 * than define things.
 */
export const isLibrary = (script: Script): boolean =>
  script.url.includes("/node_modules/") || !isMainThread;

function isLoadable(url: string): boolean {
  if (url.startsWith("node:")) return true;
  const file = quietly(() => fileURLToPath(url));
  return file !== undefined && existsSync(file) && url !== mainScript();
}

let main: string | null | undefined;

/** The address of the script that the process was started with. */
function mainScript(): string | null {
  const [, argument] = process.argv;
  main ??=
    quietly(() => {
      const file = createRequire(import.meta.url).resolve(argument as string);
      return pathToFileURL(realpathSync(file)).href;
    }) ?? null;
  return main;
}

/** What a module exports, if it has been loaded here; it is never run for the sake of asking. */
function loadedModule(url: string): object | undefined {
  const require = createRequire(import.meta.url);
  const file = quietly(() => fileURLToPath(url));
  if (file === undefined) return undefined;
  let exports: unknown = require.cache[file]?.exports;
  // Hooks could make a second module of the same file, and run it.
  if (!exports && !hasHooks() && scriptAt(url)?.isModule) exports = quietly(() => require(file));
  return Object(exports) === exports ? (exports as object) : undefined;
}

let hooks: boolean | undefined;

/** Whether modules of this process may go through loaders that the program has brought, such as tsx. */
function hasHooks(): boolean {
  const { NODE_OPTIONS = "" } = process.env;
  return (hooks ??= [...process.execArgv, ...NODE_OPTIONS.split(" ")].some((option) =>
    /^--(import|loader|experimental-loader)\b/.test(option),
  ));
}

function quietly<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

// --- The receiver's side -------------------------------------------------------------------------

type Loaded = { readonly module: object } | { readonly failure: unknown };

const loaded = new Map<string, Loaded>();
const loading = new Map<string, Promise<void>>();

/** Begins to load what is not there yet; the promise of all that must be waited for, if any. */
export function prepareExports(names: readonly ExportName[]): Promise<void> | undefined {
  const waits = names.flatMap((each) => prepare(each) ?? []);
  return waits.length > 0 ? Promise.all(waits).then(() => {}) : undefined;
}

/** The value of an export that has been prepared. @throws BodkinError where the module does not load */
export function importedValue(wanted: ExportName): unknown {
  const found = loaded.get(keyOf(wanted));
  if (!found || "failure" in found) throw cannotImport(wanted, found?.failure);
  return exportNamed(found.module, wanted);
}

function exportNamed(given: object, wanted: ExportName): unknown {
  const { name } = wanted;
  const whole = wholeOf(given);
  const isTranspiled = TYPESCRIPT.test(wanted.url) && isTranspiledModule(whole);
  const module = (isTranspiled || name === MODULE_EXPORTS ? whole : given) as Members;
  if (name === NAMESPACE || name === MODULE_EXPORTS) return module;
  const isNamespace = types.isModuleNamespaceObject(module);
  if (name === "default" && !isNamespace && !isTranspiled) return module;
  if (name in module) return module[name];
  // Not every export of a CommonJS module is seen from outside.
  if (isNamespace && whole !== module && name in whole) return whole[name];
  throw cannotImport(wanted, new SyntaxError(`it has no export '${name}'`));
}

type Members = Record<string, unknown>;

/** What `require` gives of a module that may have been imported. */
function wholeOf(module: object): Members {
  const isCommonJs = types.isModuleNamespaceObject(module) && MODULE_EXPORTS in module;
  const whole = isCommonJs ? (module as Members)[MODULE_EXPORTS] : module;
  return (Object(whole) === whole ? whole : module) as Members;
}

/** ECMAScript in its source, CommonJS by the time it runs. */
const isTranspiledModule = (module: Members): boolean =>
  !types.isModuleNamespaceObject(module) && module["__esModule"] === true;
const TYPESCRIPT = /\.[mc]?tsx?$/;

/**
 * A namespace can only be had by `import()`; for all else `require` gives the same objects at once, unless
 * hooks treat the two differently.
 */
const mustImport = ({ url, name }: ExportName): boolean =>
  name === NAMESPACE || (hasHooks() && name !== MODULE_EXPORTS && url.startsWith("file:"));

const keyOf = (wanted: ExportName): string =>
  `${mustImport(wanted) ? "import" : "require"} ${wanted.url}`;

function prepare(wanted: ExportName): Promise<void> | undefined {
  const key = keyOf(wanted);
  if (loaded.has(key)) return undefined;
  const under = loading.get(key);
  if (under !== undefined) return under;
  const now = loadNow(wanted);
  if (now) {
    loaded.set(key, now);
    return undefined;
  }
  const promise = loadLater(wanted.url).then((result) => {
    loaded.set(key, result);
    loading.delete(key);
  });
  loading.set(key, promise);
  return promise;
}

function loadNow(wanted: ExportName): Loaded | undefined {
  const { url } = wanted;
  if (mustImport(wanted) || /[?#]/.test(url)) return undefined;
  try {
    const target = url.startsWith("file:") ? fileURLToPath(url) : url;
    return { module: createRequire(import.meta.url)(target) as object };
  } catch (failure) {
    const code = (failure as { code?: unknown } | null)?.code;
    // Modules with a top-level await, or in the middle of being loaded.
    return typeof code === "string" && code.startsWith("ERR_REQUIRE_") ? undefined : { failure };
  }
}

async function loadLater(url: string): Promise<Loaded> {
  try {
    return { module: (await import(url)) as object };
  } catch (failure) {
    return { failure };
  }
}

const parents = new WeakMap<AnyFunction, string>();

/** What stands for `import()` in a function that was written in the module at `parent`. */
export function importerFor(parent: string): AnyFunction {
  const importer = async (specifier: unknown): Promise<unknown> => {
    const text = String(specifier);
    return import(resolveImport(text, parent) ?? text);
  };
  parents.set(importer, parent);
  return importer;
}

/** The module for which a function stands in for `import()`. */
export const parentOfImporter = (fn: AnyFunction): string | undefined => parents.get(fn);

const imports = new WeakMap<object, ExportName>();

/** Notes that a value of this thread is an import that came in place of another thread's. */
export function noteImported(value: object, name: ExportName): void {
  imports.set(value, name);
}

export const importedAs = (value: object): ExportName | undefined => imports.get(value);

function cannotImport({ url, name }: ExportName, cause: unknown): BodkinError {
  const why = cause instanceof Error ? `: ${cause.message}` : "";
  return new BodkinError(
    "UNSHIPPABLE",
    `a function uses '${name}' of the module ${url}, which cannot be imported here${why}. Make the file ` +
      "available to this process, or pass what the task needs of it as an argument.",
    { cause },
  );
}
