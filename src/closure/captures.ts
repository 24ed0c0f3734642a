/**
 * What a function has captured: the names its text leaves open, and their values now. Stated values come
 * first, then the variables around the function, then what the program has put on the global object. Names of
 * the engine's own globals stay as they are.
 */

import { isEngineGlobal } from "./builtins.ts";
import type { ClassParts } from "./class-parts.ts";
import type { FreeName, FunctionFacts } from "./function-facts.ts";
import { BASE_CELL, IMPORT_CELL, keyCell, staticCell } from "./group.ts";
import type { AnyFunction } from "./host.ts";
import { type FunctionReading, isReadingForbidden, readFunction } from "./inspector.ts";
import { cannotRead, captureOf, type Path, refusal, refusalOfText } from "./refusal.ts";

export type Captures = Readonly<Record<string, unknown>>;

export interface Capture {
  /** The variable of the built code that will hold it. */
  readonly cell: string;
  readonly value: unknown;
  /** What the text does with it; undefined for what is no variable of the text, such as a base class. */
  readonly use: FreeName | undefined;
  readonly from: "scope" | "stated" | "global" | "class";
  /** Stated values of its members, where it is a module that Vite imported. */
  readonly stated: Captures;
  /** As the inspector says it of a variable. */
  readonly isTopLevel: boolean;
  readonly mayBeImported: boolean;
}

export interface Captured {
  readonly captures: readonly Capture[];
  /** Globals of the engine that the text uses. */
  readonly globals: readonly string[];
  /** Absent where nothing had to be read. */
  readonly reading: FunctionReading | undefined;
}

/** Stands in the cell for `import`. */
export const IMPORTER: unique symbol = Symbol("import");

const stated = new WeakMap<
  AnyFunction,
  { readonly fn: AnyFunction; readonly captures: Captures }
>();

/** A function that does what `fn` does and is sent with these captures; they win over those that are read. */
export function withCaptures<F extends AnyFunction>(fn: F, captures: Captures): F {
  const carrier = function (this: unknown, ...args: never[]): unknown {
    return Reflect.apply(fn, this, args);
  };
  Object.defineProperty(carrier, "name", { value: fn.name, configurable: true });
  Object.defineProperty(carrier, "length", { value: fn.length, configurable: true });
  stated.set(carrier, { fn, captures: { ...captures } });
  return carrier as F;
}

/** Whether a name is what Vite and vitest call an imported module; what was imported is a member of it. */
export const isViteImport = (name: string): boolean => /^__vi(te_ssr)?_import_\d+__$/.test(name);

/** The function that is meant, with all captures that were stated for it. */
export function statedFor(fn: AnyFunction): {
  readonly fn: AnyFunction;
  readonly captures: Captures;
} {
  let at = fn;
  let captures: Captures = {};
  for (let next = stated.get(at); next; next = stated.get(at)) {
    captures = { ...next.captures, ...captures };
    at = next.fn;
  }
  return { fn: at, captures };
}

/** Texts whose names were once found to be the engine's own, where nobody would hide those. */
const free = new Set<string>();

/** Globals that no program gives another meaning; `Map` or `Array` are the names of imports in some. */
const NEVER_HIDDEN = new Set(
  (
    "ArrayBuffer BigInt64Array BigUint64Array Float32Array Float64Array Infinity Int16Array Int32Array " +
    "Int8Array JSON Math NaN Uint16Array Uint32Array Uint8Array Uint8ClampedArray console isFinite isNaN " +
    "parseFloat parseInt undefined"
  ).split(" "),
);

/** @throws BodkinError where a name has no value that could be sent */
export function readCaptures(
  fn: AnyFunction,
  facts: FunctionFacts,
  statedValues: Captures,
  path: Path,
): Captured {
  const captures: Capture[] = [];
  const globals: string[] = [];
  const open: FreeName[] = [];
  for (const use of facts.free.values()) {
    if (!Object.hasOwn(statedValues, use.name)) open.push(use);
    else captures.push(captureFrom("stated", use, statedValues[use.name]));
  }
  const needsReading =
    (open.length > 0 && !free.has(facts.text)) ||
    (facts.class !== undefined && runsAtDefinition(facts.class));
  const reading = needsReading ? readFunction(fn) : undefined;
  const unreadable: string[] = [];
  for (const use of open) {
    const variable = reading?.find(use.name);
    if (variable?.isUninitialised) throw uninitialised(captureOf(path, use.name));
    if (variable) {
      const { value, isTopLevel, mayBeImported } = variable;
      const members = isViteImport(use.name) ? statedValues : NONE;
      captures.push({
        ...captureFrom("scope", use, value),
        ...{ stated: members, isTopLevel, mayBeImported },
      });
    } else if (isEngineGlobal(use.name)) globals.push(use.name);
    else if (use.name in globalThis)
      captures.push(captureFrom("global", use, globalValue(use.name)));
    else if (use.mayBeMissing) continue;
    else if (needsReading && !reading) unreadable.push(use.name);
    else throw nowhere(captureOf(path, use.name));
  }
  if (unreadable.length > 0) throw cannotRead(path, unreadable, isReadingForbidden());
  if (facts.free.size === globals.length && globals.every((name) => NEVER_HIDDEN.has(name)))
    free.add(facts.text);
  if (facts.class) captures.push(...classCaptures(fn, facts, statedValues, reading, path));
  if (facts.importCalls.length > 0) captures.push(ownCapture(IMPORT_CELL, IMPORTER));
  return { captures, globals, reading };
}

/** The class has parts whose values only its surroundings or its private fields tell. */
const runsAtDefinition = ({ privateStatics, computedKeys }: ClassParts): boolean =>
  privateStatics.length > 0 || computedKeys.some((key) => key.chain.length > 0);

const NONE: Captures = {};

const captureFrom = (from: Capture["from"], use: FreeName, value: unknown): Capture => ({
  cell: use.name,
  value,
  use,
  from,
  stated: NONE,
  isTopLevel: false,
  mayBeImported: false,
});

const ownCapture = (cell: string, value: unknown): Capture => ({
  cell,
  value,
  use: undefined,
  from: "class",
  stated: NONE,
  isTopLevel: false,
  mayBeImported: false,
});

const globalValue = (name: string): unknown => (globalThis as Record<string, unknown>)[name];

function classCaptures(
  fn: AnyFunction,
  { class: parts }: FunctionFacts,
  statedValues: Captures,
  reading: FunctionReading | undefined,
  path: Path,
): Capture[] {
  if (!parts) return [];
  const captures: Capture[] = [];
  // The name after `extends` may not be held by any scope; the base class itself is at hand.
  if (parts.heritage) captures.push(ownCapture(BASE_CELL, Object.getPrototypeOf(fn)));
  keyValues(fn, parts, statedValues, reading, path).forEach((value, i) => {
    captures.push(ownCapture(keyCell(i), value));
  });
  for (const { name } of parts.privateStatics) {
    if (!reading) throw cannotReadStatics(path, name);
    captures.push(ownCapture(staticCell(name), reading.privateStatic(name)));
  }
  return captures;
}

/** The values of the computed keys of a class, in their order. */
function keyValues(
  fn: AnyFunction,
  parts: ClassParts,
  statedValues: Captures,
  reading: FunctionReading | undefined,
  path: Path,
): PropertyKey[] {
  const found = parts.computedKeys.map(
    (key) => key.known ?? followChain(key.chain, statedValues, reading),
  );
  for (const isStatic of [true, false]) {
    const open = parts.computedKeys.filter(
      (key, i) => found[i] === undefined && key.isStatic === isStatic,
    );
    if (open.length === 0) continue;
    // No scope holds a variable that only a key uses; the keys themselves are on the class.
    const known = new Set<PropertyKey | undefined>([
      ...(isStatic ? parts.namedKeys.static : parts.namedKeys.prototype),
      ...found,
    ]);
    const names = [...new Set(open.map((key) => key.chain.join(".")))];
    const left = Reflect.ownKeys(isStatic ? fn : (fn.prototype as object)).filter(
      (key) => !known.has(key),
    );
    const isClear =
      left.length === names.length && left.every((key) => typeof key === typeof left[0]);
    if (!isClear || open.some((key) => key.isInstanceField)) throw unknownKey(path, names[0] ?? "");
    parts.computedKeys.forEach((key, i) => {
      if (open.includes(key)) found[i] = left[names.indexOf(key.chain.join("."))];
    });
  }
  return found as PropertyKey[];
}

function followChain(
  [name = "", ...members]: readonly string[],
  statedValues: Captures,
  reading: FunctionReading | undefined,
): PropertyKey | undefined {
  const variable = reading?.find(name);
  let value: unknown;
  if (Object.hasOwn(statedValues, name)) value = statedValues[name];
  else if (variable) value = variable.isUninitialised ? undefined : variable.value;
  else if (name in globalThis) value = globalValue(name);
  for (const member of members) value = (value as Record<string, unknown> | undefined)?.[member];
  return value as PropertyKey | undefined;
}

const uninitialised = (path: Path): Error =>
  refusal(path, "it has no value yet, because its `let`, `const` or `class` has not run");

const nowhere = (path: Path): Error =>
  refusal(path, "no variable of that name exists around the function, and no global either");

const cannotReadStatics = (path: Path, name: string): Error =>
  refusalOfText(
    path,
    `it is a class with the static private field #${name}, and this engine gives no way to read it`,
    "Make the field public, or define the class in a module that the task imports.",
  );

const unknownKey = (path: Path, name: string): Error =>
  refusalOfText(
    path,
    `the value of its computed key [${name}] is not held by any scope`,
    "Use the variable in a method as well, or a key such as `Symbol.iterator` or a literal.",
  );
