/**
 * Writes objects that are no functions: containers, views, errors, instances of classes. Views ship only the
 * stretch of their buffer that the views in the value cover together, unless the buffer itself is in the
 * value; views of one buffer share one on the other side.
 */

import { types } from "node:util";
import { builtinName } from "./builtins.ts";
import { factsOf } from "./function-facts.ts";
import { DESERIALIZE, hookedClass, SERIALIZE } from "./hooks.ts";
import { isClassText, isNative, isPrototype, makerOf, textOf } from "./makers.ts";
import { type Extras, NODE, type Node, type Slot } from "./nodes.ts";
import { hasNames, isFlat, isIndex } from "./plain.ts";
import { type Path, PROXY, partOf, refusal } from "./refusal.ts";
import type { Writer } from "./writer.ts";

interface ViewWork {
  readonly index: number;
  readonly view: ArrayBufferView;
  readonly extras: Extras | 0;
}

export class ObjectWriter {
  readonly #writer: Writer;
  readonly #views: ViewWork[] = [];

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  /** The node of an object; undefined for views, which come with `finish`. */
  write(value: object, index: number, path: Path): Node | undefined {
    if (types.isProxy(value)) throw refusal(path, PROXY);
    const hooked = hookedClass(value);
    if (hooked) {
      const data = this.#writer.slot(hooked[SERIALIZE](value), partOf(path, "(serialized)"));
      return [NODE.hooked, 0, this.#writer.slot(hooked, path), data];
    }
    if (Array.isArray(value)) return this.#array(value, path);
    if (types.isMap(value)) return this.#map(value, path);
    if (types.isSet(value)) return this.#set(value, path);
    if (types.isDate(value))
      return [NODE.raw, this.#extras(value, Date.prototype, path), new Date(value)];
    if (types.isRegExp(value)) return this.#regExp(value, path);
    if (types.isBoxedPrimitive(value)) return this.#boxed(value, path);
    if (ArrayBuffer.isView(value)) return this.#view(value, index, path);
    if (types.isArrayBuffer(value)) return this.#buffer(value, path);
    if (value instanceof DOMException) return this.#exception(value, path);
    if (types.isNativeError(value)) return this.#error(value, path);
    if (value instanceof URL)
      return [NODE.url, this.#extras(value, URL.prototype, path), value.href];
    refuseKind(value, path);
    const maker = makerOf(value);
    if (maker) return this.#prototypeObject(value, maker, path);
    const isRaw = Object.getPrototypeOf(value) === Object.prototype && isFlat(value);
    return isRaw ? [NODE.raw, 0, value] : this.#object(value, path);
  }

  /** The nodes of all views, when it is known how much of each buffer they need. */
  *finish(
    numberOf: (buffer: object) => number | undefined,
  ): Generator<[index: number, node: Node]> {
    const buffers = new Map<ArrayBufferLike, { start: number; end: number; slot: Slot }>();
    for (const { view } of this.#views) {
      const { buffer, byteOffset: start, byteLength } = view;
      const known = buffers.get(buffer);
      if (!known) buffers.set(buffer, { start, end: start + byteLength, slot: null });
      else {
        known.start = Math.min(known.start, start);
        known.end = Math.max(known.end, start + byteLength);
      }
    }
    for (const [buffer, stretch] of buffers) {
      const whole = numberOf(buffer);
      if (whole !== undefined) {
        Object.assign(stretch, { start: 0, slot: BigInt(whole) });
        continue;
      }
      stretch.start -= stretch.start % ELEMENT_BYTES; // offsets of elements stay aligned
      const isAll = stretch.start === 0 && stretch.end === buffer.byteLength;
      const bytes = isAll ? buffer : buffer.slice(stretch.start, stretch.end);
      stretch.slot = this.#writer.add([NODE.raw, 0, bytes]);
    }
    for (const { index, view, extras } of this.#views) {
      const stretch = buffers.get(view.buffer);
      const length =
        view instanceof DataView ? view.byteLength : (view as NodeJS.TypedArray).length;
      const at = view.byteOffset - (stretch?.start ?? 0);
      yield [index, [NODE.view, extras, typeOf(view), stretch?.slot, at, length]];
    }
  }

  // --- Kinds -------------------------------------------------------------------------------------

  #array(value: readonly unknown[], path: Path): Node {
    const names = hasNames(value) ? Object.keys(value).filter((key) => !isIndex(key)) : [];
    const extras = this.#extras(value, Array.prototype, path, names);
    if (extras === 0 && isFlat(value)) return [NODE.raw, 0, value];
    const slots: Slot[] = new Array(value.length);
    for (const key of Object.keys(value)) {
      if (isIndex(key))
        slots[Number(key)] = this.#writer.slot(value[Number(key)], partOf(path, key));
    }
    return [NODE.array, extras, slots];
  }

  #map(value: ReadonlyMap<unknown, unknown>, path: Path): Node {
    const slots: Slot[] = [];
    for (const [key, each] of Map.prototype.entries.call(value)) {
      const at = partOf(path, nameOfKey(key));
      slots.push(this.#writer.slot(key, at), this.#writer.slot(each, at));
    }
    return [NODE.map, this.#extras(value, Map.prototype, path), slots];
  }

  #set(value: ReadonlySet<unknown>, path: Path): Node {
    const slots: Slot[] = [];
    for (const each of Set.prototype.values.call(value)) {
      slots.push(this.#writer.slot(each, partOf(path, nameOfKey(each))));
    }
    return [NODE.set, this.#extras(value, Set.prototype, path), slots];
  }

  #regExp(value: RegExp, path: Path): Node {
    const keys = value.lastIndex === 0 ? Object.keys(value) : ["lastIndex", ...Object.keys(value)];
    const extras = this.#extras(value, RegExp.prototype, path, keys);
    return [NODE.raw, extras, new RegExp(value.source, value.flags)];
  }

  #boxed(value: object, path: Path): Node {
    const primitive = (value as { valueOf(): unknown }).valueOf();
    const usual = Object.getPrototypeOf(Object(primitive)) as object;
    const keys = Object.keys(value).filter((key) => typeof primitive !== "string" || !isIndex(key));
    const extras = this.#extras(value, usual, path, keys);
    return [NODE.boxed, extras, this.#writer.slot(primitive, path)];
  }

  #buffer(value: ArrayBuffer, path: Path): Node {
    if (value.detached) {
      throw refusal(path, "it is an ArrayBuffer whose contents have been transferred away");
    }
    return [NODE.raw, this.#extras(value, ArrayBuffer.prototype, path), value];
  }

  #view(value: ArrayBufferView, index: number, path: Path): Node | undefined {
    const names = hasNames(value as NodeJS.TypedArray)
      ? Object.keys(value).filter((key) => !isIndex(key))
      : [];
    const type = typeOf(value);
    const usual = (globalThis as unknown as Record<string, { prototype: object }>)[type]?.prototype;
    const extras = this.#extras(value, usual, path, names);
    const { buffer } = value;
    if (types.isSharedArrayBuffer(buffer)) {
      const length =
        value instanceof DataView ? value.byteLength : (value as NodeJS.TypedArray).length;
      const slot = this.#writer.slot(buffer, partOf(path, "buffer"));
      return [NODE.view, extras, type, slot, value.byteOffset, length];
    }
    this.#buffer(buffer as ArrayBuffer, partOf(path, "buffer"));
    this.#views.push({ index, view: value, extras });
    return undefined;
  }

  #error(value: Error, path: Path): Node {
    const usual = builtInError(value);
    const names: string[] = [];
    const slots: Slot[] = [];
    for (const name of HIDDEN_IN_ERRORS) {
      const property = Object.getOwnPropertyDescriptor(value, name);
      if (!property || property.enumerable || !("value" in property)) continue;
      names.push(name);
      slots.push(this.#writer.slot(property.value, partOf(path, name)));
    }
    const extras = this.#extras(value, usual.prototype, path);
    return [NODE.error, extras, usual.name, stackOf(value), names, slots];
  }

  #exception(value: DOMException, path: Path): Node {
    const cause = this.#writer.slot(value.cause, partOf(path, "cause"));
    const extras = this.#extras(value, DOMException.prototype, path);
    return [NODE.exception, extras, value.name, value.message, stackOf(value), cause];
  }

  #object(value: object, path: Path): Node {
    return [NODE.object, this.#extras(value, Object.prototype, path)];
  }

  /** What the instances of a class or function inherit from: it comes with the function, but for additions. */
  #prototypeObject(value: object, maker: () => void, path: Path): Node {
    const parent = Object.getPrototypeOf(value) as object | null;
    const isImplied = isClassText(maker) || isPrototype(parent, Object.prototype);
    const prototype = isImplied ? undefined : this.#writer.slot(parent, path);
    return [
      NODE.prototype,
      this.#writer.extras(value, prototype, path),
      this.#writer.slot(maker, path),
    ];
  }

  // --- What they inherit from --------------------------------------------------------------------

  #extras(
    value: object,
    usual: object | undefined,
    path: Path,
    keys: readonly string[] = Object.keys(value),
  ): Extras | 0 {
    return this.#writer.extras(value, this.#prototype(value, usual, path), path, keys);
  }

  #prototype(value: object, usual: object | undefined, path: Path): Slot | null | undefined {
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === null) return null;
    if (isPrototype(prototype, usual)) return undefined;
    for (let at: object | null = prototype; at && at !== usual; at = Object.getPrototypeOf(at)) {
      const maker = makerOf(at);
      const isEngines = builtinName(at) !== undefined || (maker !== undefined && isNative(maker));
      if (isEngines) {
        // A subclass of an array, an error or the like; anything else has state that nobody can read.
        if (usual !== Object.prototype) break;
        throw living(value, maker, path);
      }
      if (maker && isClassText(maker) && hidesState(maker)) throw hiding(maker, path);
    }
    return this.#writer.slot(prototype, path);
  }
}

const ELEMENT_BYTES = 8;

/** Own properties of errors that do not show when their keys are listed. */
const HIDDEN_IN_ERRORS = ["name", "message", "cause", "errors", "error", "suppressed"];

const typeOf = (view: ArrayBufferView): string =>
  view instanceof DataView ? "DataView" : (view as NodeJS.TypedArray)[Symbol.toStringTag];

const nameOfKey = (key: unknown): string =>
  typeof key === "object" || typeof key === "function" ? "(entry)" : String(key);

function hidesState(maker: () => void): boolean {
  try {
    return factsOf(textOf(maker)).class?.hidesState ?? false;
  } catch {
    return false; // The class itself is refused when its turn comes.
  }
}

/** The built-in class of errors that one belongs to. */
function builtInError(value: Error): { readonly prototype: object; readonly name: string } {
  for (let at: object | null = Object.getPrototypeOf(value); at; at = Object.getPrototypeOf(at)) {
    const maker = makerOf(at);
    if (maker && isNative(maker) && ERROR_CLASSES.has(maker.name)) {
      return { prototype: at, name: maker.name };
    }
  }
  return Error as { readonly prototype: object; readonly name: string };
}

const ERROR_CLASSES = new Set(
  "AggregateError Error EvalError RangeError ReferenceError SuppressedError SyntaxError TypeError URIError".split(
    " ",
  ),
);

function stackOf(error: { readonly stack?: unknown }): string | undefined {
  return typeof error.stack === "string" ? error.stack : undefined;
}

// --- Refusals ------------------------------------------------------------------------------------

function living(value: object, maker: (() => void) | undefined, path: Path): Error {
  const own = value.constructor?.name || "object";
  const base = maker?.name ?? own;
  const what = own === base ? own : `${own}, built on ${base}`;
  const article = /^[AEIOU]/.test(what) ? "an" : "a";
  return refusal(path, `it is ${article} ${what} of the engine, whose state lives in this thread`);
}

const hiding = (maker: () => void, path: Path): Error =>
  refusal(
    path,
    `it is an instance of the class '${maker.name}', whose #private members cannot be read from outside`,
    `Send plain data instead, or give the class two static methods: [Symbol.for("${SERIALIZE.description}")]` +
      `(instance) gives the data, [Symbol.for("${DESERIALIZE.description}")](data) the instance.`,
  );

/** Kinds of objects that are recognised by other means than what they inherit from. */
function refuseKind(value: object, path: Path): void {
  if (types.isPromise(value)) {
    throw refusal(
      path,
      "it is a Promise, which settles in this thread",
      "Await it and send what it gives.",
    );
  }
  if (types.isWeakMap(value) || types.isWeakSet(value)) {
    throw refusal(path, "its entries are held weakly, so nobody can list them");
  }
  if (types.isModuleNamespaceObject(value)) {
    throw refusal(
      path,
      "it is a whole module",
      "Send or use the members that are needed, by name: `module.member`.",
    );
  }
  if (types.isGeneratorObject(value)) {
    throw refusal(
      path,
      "it is a generator in the middle of its run",
      "Send the function that makes it.",
    );
  }
  if (types.isArgumentsObject(value)) {
    throw refusal(path, "it is an `arguments` object", "Send an array instead: [...arguments].");
  }
  if (types.isExternal(value)) throw refusal(path, "it is a pointer of a native addon");
}
