/**
 * What every thread has anyway travels by name: globals, what hangs on them, exports of `node:` modules. They
 * are recognised by identity. Modules are looked through only once this thread has loaded them, since nothing
 * of the others can have been captured.
 */

import { internalError } from "../wire/errors.ts";

export interface BuiltinName {
  /** The `node:` module, or undefined for a global. */
  readonly module: string | undefined;
  readonly path: readonly string[];
}

/** The name of a built-in function or object; undefined for all others. */
export function builtinName(value: object): BuiltinName | undefined {
  names ??= nameGlobals();
  const known = names.get(value) ?? globalByOwnName(value);
  if (known || !nameNewModules(names)) return known;
  return names.get(value);
}

/** The built-in of that name in this thread. */
export function builtin({ module, path }: BuiltinName): unknown {
  let at: unknown = module === undefined ? globalThis : process.getBuiltinModule(module);
  for (const key of path) {
    if (at === null || at === undefined) break;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  if (at === undefined) {
    const where = module === undefined ? "" : ` of node:${module}`;
    throw internalError(`this engine has no built-in ${path.join(".")}${where}`);
  }
  return at;
}

/** Globals that are called without `new`, and holders whose functions need no `this`. */
const PLAIN = new Set(
  (
    "Array Atomics BigInt Boolean Date Error JSON Math Number Object Reflect String Symbol atob btoa " +
    "console decodeURI decodeURIComponent encodeURI encodeURIComponent escape isFinite isNaN parseFloat parseInt " +
    "structuredClone unescape"
  ).split(" "),
);

/** Whether it can be called as it is: neither a method of objects nor a class, for all that is known of it. */
export const isPlainFunction = ({ module, path }: BuiltinName): boolean =>
  module === undefined && PLAIN.has(path[0] as string) && !path.includes("prototype");

/** Whether a global belongs to the engine, rather than having been put there by the program. */
export function isEngineGlobal(name: string): boolean {
  const found = Object.getOwnPropertyDescriptor(globalThis, name);
  return found !== undefined && (!found.enumerable || ENUMERABLE_GLOBALS.has(name));
}

/** Globals of the engine that are listed among the keys of `globalThis`. */
const ENUMERABLE_GLOBALS = new Set(
  (
    "atob btoa clearImmediate clearInterval clearTimeout crypto fetch global navigator performance " +
    "queueMicrotask setImmediate setInterval setTimeout structuredClone"
  ).split(" "),
);

/** Globals whose members are often taken off them; of all others only the global itself is named. */
const DEEP_GLOBALS =
  "Array ArrayBuffer Atomics BigInt Boolean Buffer DataView Date Error Function Intl Iterator JSON Map Math " +
  "Number Object Promise Proxy Reflect RegExp Set String Symbol WeakMap WeakSet WebAssembly console process";

let names: Map<unknown, BuiltinName> | undefined;
const namedModules = new Set<string>();
let modulesSeen = 0;

function nameGlobals(): Map<unknown, BuiltinName> {
  const found = new Map<unknown, BuiltinName>([
    [globalThis, { module: undefined, path: ["globalThis"] }],
  ]);
  for (const name of DEEP_GLOBALS.split(" ")) {
    const value = (globalThis as Record<string, unknown>)[name];
    if (!isObject(value)) continue;
    note(found, value, undefined, [name]);
    noteMembers(found, value, undefined, [name]);
    const prototype = ownValue(value, "prototype");
    if (isObject(prototype)) noteMembers(found, prototype, undefined, [name, "prototype"]);
  }
  return found;
}

/** A global class or function, or its prototype. Looking for it by its name loads nothing that is not there. */
function globalByOwnName(value: object): BuiltinName | undefined {
  const isFunction = typeof value === "function";
  const holder = isFunction ? value : ownValue(value, "constructor");
  if (typeof holder !== "function") return undefined;
  const name = ownValue(holder, "name");
  if (typeof name !== "string" || !isEngineGlobal(name)) return undefined;
  if (ownValue(globalThis, name) !== holder) return undefined;
  if (isFunction) return { module: undefined, path: [name] };
  return ownValue(holder, "prototype") === value
    ? { module: undefined, path: [name, "prototype"] }
    : undefined;
}

const NATIVE = "NativeModule ";

/** Names what the public modules export that this thread has loaded by now; false where there is none new. */
function nameNewModules(found: Map<unknown, BuiltinName>): boolean {
  const { moduleLoadList = [] } = process as { moduleLoadList?: readonly string[] };
  if (moduleLoadList.length === modulesSeen) return false;
  for (const entry of moduleLoadList) {
    const name = entry.slice(NATIVE.length);
    if (!entry.startsWith(NATIVE) || name.startsWith("internal/") || namedModules.has(name))
      continue;
    namedModules.add(name);
    const module: unknown = process.getBuiltinModule(name);
    if (!isObject(module)) continue;
    note(found, module, name, []);
    noteMembers(found, module, name, []);
    for (const key of Object.getOwnPropertyNames(module)) {
      const value = ownValue(module, key);
      if (typeof value === "function")
        note(found, ownValue(value, "prototype"), name, [key, "prototype"]);
    }
  }
  modulesSeen = moduleLoadList.length;
  return true;
}

function noteMembers(
  found: Map<unknown, BuiltinName>,
  holder: object,
  module: string | undefined,
  path: readonly string[],
): void {
  for (const key of Object.getOwnPropertyNames(holder)) {
    note(found, ownValue(holder, key), module, [...path, key]);
  }
}

function note(
  found: Map<unknown, BuiltinName>,
  value: unknown,
  module: string | undefined,
  path: readonly string[],
): void {
  if (isObject(value) && !found.has(value)) found.set(value, { module, path });
}

/** The value of a property that is no accessor; asking an accessor might load something. */
const ownValue = (holder: object, key: string): unknown =>
  Object.getOwnPropertyDescriptor(holder, key)?.value;

const isObject = (value: unknown): value is object =>
  typeof value === "function" || (typeof value === "object" && value !== null);
