/**
 * Whether a value is plain data, which the engine's own serialiser reproduces as it is. It would silently
 * change or drop anything that is asked about here: prototypes, accessors, symbols, own properties of
 * built-in objects, the rest of a buffer around a view.
 */

import { inspect, types } from "node:util";

/** True where the serialiser alone gives an equal value; false may also mean "too deep to tell". */
export function isPlain(value: unknown): boolean {
  return typeof value === "object" && value !== null
    ? visit(value, new Set(), 0)
    : isPlainPrimitive(value);
}

/** True for an array or object with nothing but primitive values in it. */
export function isFlat(value: object): boolean {
  return visit(value, null, DEEPEST - 1);
}

export const isPlainPrimitive = (value: unknown): boolean =>
  typeof value !== "function" && typeof value !== "symbol";

const DEEPEST = 200;

/** `seen` is null where only primitives may be inside. */
function visit(value: object, seen: Set<object> | null, depth: number): boolean {
  if (depth >= DEEPEST) return false;
  if (seen?.has(value)) return true;
  seen?.add(value);
  if (types.isProxy(value) || !Object.isExtensible(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  const inside = (each: unknown): boolean =>
    typeof each === "object" && each !== null
      ? seen !== null && visit(each, seen, depth + 1)
      : isPlainPrimitive(each);
  switch (prototype) {
    case Object.prototype:
      return isOrdinary(value) && everyProperty(value, inside);
    case Array.prototype:
      return Array.isArray(value) && everyElement(value, inside);
    case Map.prototype:
      return types.isMap(value) && hasNoProperties(value) && everyEntry(value, inside);
    case Set.prototype:
      return types.isSet(value) && hasNoProperties(value) && everyMember(value, inside);
    case Date.prototype:
      return types.isDate(value) && hasNoProperties(value);
    case RegExp.prototype:
      return types.isRegExp(value) && value.lastIndex === 0 && hasNoProperties(value);
    case ArrayBuffer.prototype:
      return types.isArrayBuffer(value) && hasNoProperties(value);
    case Number.prototype:
    case Boolean.prototype:
    case BigInt.prototype:
      return types.isBoxedPrimitive(value) && hasNoProperties(value);
    case String.prototype:
      return types.isStringObject(value) && !hasNames(value as unknown as ArrayLike<unknown>);
    default:
      if (ArrayBuffer.isView(value)) return coversBuffer(value, prototype, inside);
      return PLAIN_ERRORS.has(prototype) && isPlainError(value, inside);
  }
}

/** No array, date, error or `arguments` that was given another prototype. */
const isOrdinary = (value: object): boolean =>
  Object.prototype.toString.call(value) === "[object Object]";

type Test = (value: unknown) => boolean;

function everyProperty(value: object, test: Test): boolean {
  for (const key of Object.keys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (!property || property.get || property.set || !test(property.value)) return false;
  }
  return hasNoSymbols(value);
}

/** Longer arrays are walked by their keys: they may be mostly holes. */
const LONGEST_WALK = 1 << 22;

function everyElement(list: readonly unknown[], test: Test): boolean {
  if (list.length > LONGEST_WALK) {
    for (const key of Object.keys(list)) if (!test(list[Number(key)])) return false;
  } else for (let i = 0; i < list.length; i++) if (!test(list[i])) return false;
  return !hasNames(list);
}

function everyEntry(map: ReadonlyMap<unknown, unknown>, test: Test): boolean {
  for (const [key, value] of Map.prototype.entries.call(map)) {
    if (!test(key) || !test(value)) return false;
  }
  return true;
}

function everyMember(set: ReadonlySet<unknown>, test: Test): boolean {
  for (const value of Set.prototype.values.call(set)) if (!test(value)) return false;
  return true;
}

const hasNoSymbols = (value: object): boolean => Object.getOwnPropertySymbols(value).length === 0;

const hasNoProperties = (value: object): boolean =>
  Object.keys(value).length === 0 && hasNoSymbols(value);

const FEW = 32;

/** Whether an array, typed array or string object has properties besides its elements. */
export function hasNames(list: ArrayLike<unknown>): boolean {
  if (list.length <= FEW) {
    return Object.keys(list).some((key) => !isIndex(key)) || !hasNoSymbols(list);
  }
  // Asking for the keys of a long list lists every index first; inspecting it does not.
  const shown = inspect(list, {
    maxArrayLength: 0,
    depth: 0,
    customInspect: false,
    breakLength: Infinity,
  });
  if (/\.\.\. \d+ more items \]$/.test(shown)) return false;
  return Object.keys(list).some((key) => !isIndex(key)) || !hasNoSymbols(list);
}

export const isIndex = (key: string): boolean => {
  const index = Number(key);
  return Number.isInteger(index) && index >= 0 && index < 2 ** 32 - 1 && String(index) === key;
};

/** A view of all there is of an ordinary buffer. */
function coversBuffer(view: ArrayBufferView, prototype: unknown, test: Test): boolean {
  const { buffer } = view;
  return (
    VIEWS.has(prototype) &&
    view.byteLength === buffer.byteLength &&
    Object.getPrototypeOf(buffer) === ArrayBuffer.prototype &&
    test(buffer) &&
    (prototype === DataView.prototype
      ? hasNoProperties(view)
      : !hasNames(view as NodeJS.TypedArray))
  );
}

const VIEWS = new Set<unknown>(
  [DataView, ...Object.values(typedArrays())].map((type) => type.prototype as unknown),
);

/** The constructors of typed arrays that this engine has, by name. */
export function typedArrays(): Record<
  string,
  new (
    buffer: ArrayBufferLike,
    at: number,
    length: number,
  ) => object
> {
  const names =
    "Uint8Array Uint8ClampedArray Int8Array Uint16Array Int16Array Uint32Array Int32Array Float16Array " +
    "Float32Array Float64Array BigUint64Array BigInt64Array";
  const place = globalThis as unknown as ReturnType<typeof typedArrays>;
  return Object.fromEntries(
    names.split(" ").flatMap((name) => (place[name] ? [[name, place[name]]] : [])),
  );
}

const PLAIN_ERRORS = new Set<unknown>(
  [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map(
    (type) => type.prototype,
  ),
);

function isPlainError(value: object, test: Test): boolean {
  if (!types.isNativeError(value) || !hasNoSymbols(value)) return false;
  for (const name of Object.getOwnPropertyNames(value)) {
    if (name !== "stack" && name !== "message" && name !== "cause") return false;
  }
  if (typeof value.message !== "string" || typeof value.stack !== "string") return false;
  return !Object.hasOwn(value, "cause") || test(value.cause);
}
