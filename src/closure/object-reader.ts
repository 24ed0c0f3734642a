/** Makes objects that are no functions, empty at first, and fills them. */

import type { Reader } from "./graph-reader.ts";
import { type Extras, INTEGRITY, malformed, NODE, type Node, type Slot } from "./nodes.ts";
import { typedArrays } from "./plain.ts";

/** An object of a node's kind with nothing in it yet. */
export function makeObject(node: Node, reader: Reader): unknown {
  const object = makeOfKind(node, reader);
  const [kind, extras] = node;
  if (extras !== 0 && extras[0] !== undefined && kind !== NODE.object) {
    setPrototype(object, extras[0], reader);
  }
  return object;
}

function makeOfKind([kind, extras, ...rest]: Node, reader: Reader): object {
  switch (kind) {
    case NODE.raw:
      return rest[0] as object;
    case NODE.array:
      return new Array((rest[0] as Slot[]).length);
    case NODE.object: {
      const prototype = extras === 0 ? undefined : extras[0];
      return prototype === undefined ? {} : Object.create(reader.value(prototype) as object | null);
    }
    case NODE.map:
      return new Map();
    case NODE.set:
      return new Set();
    case NODE.error:
      return makeError(String(rest[0]), rest[1]);
    case NODE.exception:
      return makeException(rest, reader);
    case NODE.view:
      return makeView(rest, reader);
    case NODE.boxed:
      return box(reader.value(rest[0] as Slot));
    case NODE.url:
      return new URL(String(rest[0]));
    default:
      throw malformed(`a node of kind ${kind}`);
  }
}

/** Puts into an object what belongs there; everything it refers to has been made. */
export function fillObject([kind, extras, ...rest]: Node, object: object, reader: Reader): void {
  switch (kind) {
    case NODE.array: {
      const slots = rest[0] as Slot[];
      for (const key of Object.keys(slots))
        (object as unknown[])[Number(key)] = reader.value(slots[Number(key)]);
      break;
    }
    case NODE.map: {
      const slots = rest[0] as Slot[];
      for (let i = 0; i < slots.length; i += 2) {
        Map.prototype.set.call(object, reader.value(slots[i]), reader.value(slots[i + 1]));
      }
      break;
    }
    case NODE.set:
      for (const slot of rest[0] as Slot[]) Set.prototype.add.call(object, reader.value(slot));
      break;
    case NODE.error: {
      const slots = rest[3] as Slot[];
      (rest[2] as string[]).forEach((name, i) => {
        hide(object, name, reader.value(slots[i]));
      });
      break;
    }
  }
  if (extras === 0) return;
  const [prototype] = extras;
  const isOfFunction = kind === NODE.function || kind === NODE.prototype;
  if (isOfFunction && prototype !== undefined) setPrototype(object, prototype, reader);
  addExtras(object, extras, reader);
}

const setPrototype = (object: object, slot: Slot | null, reader: Reader): void => {
  Object.setPrototypeOf(object, reader.value(slot) as object | null);
};

function addExtras(
  object: object,
  [, keys, values, accessors, integrity]: Extras,
  reader: Reader,
): void {
  keys.forEach((slot, i) => {
    setOwn(object, reader.value(slot) as PropertyKey, reader.value(values[i]));
  });
  for (const [slot, getter, setter] of accessors) {
    const property = {
      get: reader.value(getter),
      set: reader.value(setter),
      enumerable: true,
      configurable: true,
    };
    Object.defineProperty(
      object,
      reader.value(slot) as PropertyKey,
      property as PropertyDescriptor,
    );
  }
  if (integrity === INTEGRITY.frozen) Object.freeze(object);
  else if (integrity === INTEGRITY.sealed) Object.seal(object);
  else if (integrity === INTEGRITY.noNew) Object.preventExtensions(object);
}

/** Sets a property of the object itself, whatever it inherits. */
function setOwn(object: object, key: PropertyKey, value: unknown): void {
  const isOwnAndFixed = Object.getOwnPropertyDescriptor(object, key)?.configurable === false;
  if (!(key in object) || isOwnAndFixed) (object as Record<PropertyKey, unknown>)[key] = value;
  else {
    Object.defineProperty(object, key, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
}

const hide = (object: object, name: string, value: unknown): void => {
  Object.defineProperty(object, name, {
    value,
    writable: true,
    enumerable: false,
    configurable: true,
  });
};

function box(primitive: unknown): object {
  if (primitive === undefined || Object(primitive) === primitive) throw malformed("no primitive");
  return Object(primitive) as object;
}

/** Makes an error without looking where we are; that costs microseconds and is not wanted. */
function withoutStack<T extends object>(make: () => T, stack: unknown): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    const error = make();
    if (typeof stack === "string") (error as { stack: unknown }).stack = stack;
    return error;
  } finally {
    Error.stackTraceLimit = limit;
  }
}

function makeError(name: string, stack: unknown): Error {
  const type = (globalThis as Record<string, unknown>)[name];
  if (!/^([A-Z][a-z]+|URI)?Error$/.test(name) || typeof type !== "function")
    throw malformed(`an error ${name}`);
  return withoutStack(
    () => Reflect.construct(type, name === "AggregateError" ? [[]] : []) as Error,
    stack,
  );
}

function makeException(
  [name, message, stack, cause]: readonly unknown[],
  reader: Reader,
): DOMException {
  const value = reader.value(cause as Slot);
  const options = { name: String(name), ...(value === undefined ? {} : { cause: value }) };
  return withoutStack(() => new DOMException(String(message), options as never), stack);
}

function makeView([type, slot, offset, length]: readonly unknown[], reader: Reader): object {
  const buffer = reader.value(slot as Slot);
  const isBuffer = buffer instanceof ArrayBuffer || buffer instanceof SharedArrayBuffer;
  const make = type === "DataView" ? DataView : VIEWS[String(type)];
  if (!isBuffer || !make) throw malformed(`a view ${String(type)}`);
  return new make(buffer, offset as number, length as number);
}

const VIEWS = typedArrays();
