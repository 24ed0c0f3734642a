/**
 * Writes what a function has captured. What was imported travels as an import, where the other side can import
 * the same; a module's namespace as the members that the function names. What has to be copied from a module
 * instead must not reach variables that the module changes: a copy would go its own way.
 */

import { fileURLToPath } from "node:url";
import { types } from "node:util";
import { type Capture, IMPORTER, isViteImport } from "./captures.ts";
import type { FunctionFacts } from "./function-facts.ts";
import type { AnyFunction } from "./host.ts";
import { MODULE_EXPORTS, NAMESPACE } from "./imports.ts";
import { type Location, locationOf } from "./inspector.ts";
import { type ExportName, importElsewhere, memberElsewhere } from "./modules.ts";
import { NODE, type Node, type Slot } from "./nodes.ts";
import { originOf } from "./origins.ts";
import { captureOf, type Path, partOf, refusal, refusalOfText } from "./refusal.ts";
import { type ScriptProgram, scriptOf } from "./scripts.ts";
import type { Writer } from "./writer.ts";

export class CaptureWriter {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  /** The slot for a capture of the function at `from`. */
  write(capture: Capture, facts: FunctionFacts, location: Location | undefined, from: Path): Slot {
    const path = captureOf(from, capture.cell);
    const { value } = capture;
    if (value === IMPORTER) return this.#importer(location, from);
    const program = programToAsk(capture, location, path);
    const binding = location && program?.bindingFor(capture.cell, location, facts.text);
    if (path.isCopied && binding && program?.isState(binding)) throw moduleState(path, location);
    if (!hasIdentity(value)) return this.#writer.slot(value, path);
    const imported = binding && program?.importOf(binding);
    const script = imported && scriptOf(location?.scriptId ?? "");
    const elsewhere = script && importElsewhere(imported, script);
    const usable = elsewhere && this.mayImport(elsewhere) ? elsewhere : undefined;
    const own = usable || !imported ? path : { ...path, isCopied: true };
    const isStandIn = imported?.style === "vite" || imported?.style === "wrapped";
    if (isObject(value) && (isStandIn || isNamespaceLike(value, capture))) {
      const exportOf = (name: string, member: object | symbol): ExportName | undefined => {
        if (usable) return { url: usable.url, name };
        return isStandIn && script ? memberElsewhere(imported, script, name, member) : undefined;
      };
      return this.#namespace(value, capture, usable, exportOf, own);
    }
    if (!usable || this.#writer.isNamed(value)) return this.#writer.slot(value, own);
    return this.#writer.place(value, this.import(value, usable));
  }

  mayImport({ url }: ExportName): boolean {
    return this.#writer.host.isImportable?.(url) ?? true;
  }

  import(value: object | symbol, { url, name }: ExportName): Node {
    this.#writer.noteContinuation();
    return [NODE.import, 0, url, name, isFunction(value) ? originOf(value) : undefined];
  }

  /** A module's namespace, of which only the members travel that the function names. */
  #namespace(
    value: object,
    capture: Capture,
    usable: ExportName | undefined,
    exportOf: (name: string, member: object | symbol) => ExportName | undefined,
    path: Path,
  ): Slot {
    const { use, stated } = capture;
    const isWhole = usable?.name === NAMESPACE || usable?.name === MODULE_EXPORTS;
    if (usable && (!isWhole || !use?.members))
      return this.#writer.place(value, this.import(value, usable));
    if (!use?.members) {
      if (isNamespace(value) || types.isProxy(value)) throw wholeModule(path);
      return this.#writer.slot(value, path);
    }
    const copied: Path = usable ? path : { ...path, isCopied: true };
    const names = [...use.members];
    const slots = names.map((name) => {
      // In the source it is a variable, not a member, where the module is Vite's.
      const at = isViteImport(capture.cell) ? { ...copied, name } : partOf(copied, name);
      if (Object.hasOwn(stated, name)) return this.#writer.slot(stated[name], at);
      const member = memberOf(value, name, at);
      if (!hasIdentity(member) || this.#writer.isNamed(member))
        return this.#writer.slot(member, at);
      const exported = exportOf(name, member);
      if (!exported || !this.mayImport(exported)) return this.#writer.slot(member, at);
      return this.#writer.place(member, this.import(member, exported));
    });
    return this.#writer.add([NODE.object, [null, names, slots, [], 0]]);
  }

  #importer(location: Location | undefined, path: Path): Slot {
    const url = location && scriptOf(location.scriptId)?.url;
    if (!url?.startsWith("file:")) {
      throw refusalOfText(
        path,
        "it imports a module while it runs, and the place it would import from is unknown",
        "Import the module at the top of the file.",
      );
    }
    this.#writer.noteContinuation();
    return this.#writer.add([NODE.importer, 0, url]);
  }
}

/** The syntax of the script around a function, where a variable may be imported or the state of a module. */
function programToAsk(
  { value, from, mayBeImported }: Capture,
  location: Location | undefined,
  path: Path,
): ScriptProgram | undefined {
  if (from !== "scope" || !location) return undefined;
  if (!path.isCopied) {
    if (!mayBeImported || !hasIdentity(value)) return undefined;
    const isOwn = isFunction(value) && locationOf(value)?.scriptId === location.scriptId;
    if (isOwn) return undefined;
  }
  return scriptOf(location.scriptId)?.program;
}

const isObject = (value: unknown): value is object =>
  typeof value === "function" || (typeof value === "object" && value !== null);

/** A copy of it would be something else. */
const hasIdentity = (value: unknown): value is object | symbol =>
  isObject(value) || (typeof value === "symbol" && Symbol.keyFor(value) === undefined);

const isFunction = (value: unknown): value is AnyFunction => typeof value === "function";

const isNamespace = (value: object): boolean =>
  types.isModuleNamespaceObject(value) ||
  Object.getOwnPropertyDescriptor(value, Symbol.toStringTag)?.value === "Module";

/** Namespaces, and what transpilers make of them; Vite a proxy, where another loader has loaded the module. */
function isNamespaceLike(value: object, { cell }: Capture): boolean {
  if (types.isProxy(value)) return isViteImport(cell);
  return (
    !isFunction(value) &&
    (isNamespace(value) || Object.getOwnPropertyDescriptor(value, "__esModule")?.value === true)
  );
}

function memberOf(namespace: object, name: string, path: Path): unknown {
  try {
    return (namespace as Record<string, unknown>)[name];
  } catch {
    throw refusal(path, "its module has not got so far as to give it a value");
  }
}

const wholeModule = (path: Path): Error =>
  refusal(
    path,
    "it is used as a whole module and cannot be imported on the other side",
    `Use members of it by name, as in ${path.name}.member.`,
  );

function moduleState(path: Path, location: Location | undefined): Error {
  const url = (location && scriptOf(location.scriptId)?.url) ?? "";
  const module = url.startsWith("file:") ? fileURLToPath(url) : url;
  return refusal(
    path,
    `it is a variable that the module '${module}' changes while it runs, and this module cannot be imported ` +
      "on the other side, so a copy would go its own way",
  );
}
