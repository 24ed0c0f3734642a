/**
 * Between JavaScript values and what a record holds. Numbers, booleans, null and undefined are words of the
 * record; typed arrays and arrays are chunks of the heap; everything else is serialised into a chunk.
 */

import type { AnyFunction } from "../closure/codec.ts";
import { type ElementType, elementOf, elementTypeOf, type TypedArray } from "../memory/dtype.ts";
import type { Heap } from "../memory/heap.ts";
import { TAG } from "../sched/layout.ts";
import type { Tag } from "../sched/task-table.ts";
import { internalError } from "../wire/errors.ts";
import type { Functions } from "./functions.ts";
import type { LiveObjects } from "./live-objects.ts";
import type { Payloads } from "./payload.ts";
import type { PinnedMemory } from "./pinned.ts";

/** How the array type of the library looks from here; it is built on a higher floor. */
export interface ArrayAdapter {
  isArray(value: object): boolean;
  /** Elements in row-major order without gaps. */
  parts(value: object): { data: TypedArray; shape: readonly number[]; element: ElementType };
  /** What it is, without its elements. */
  outline(value: object): { shape: readonly number[]; element: ElementType };
  make(data: TypedArray, shape: readonly number[], element: ElementType): object;
  /** Sets the elements of one array to those of another. */
  assign(target: object, source: object): void;
  /** An array whose elements stay where they are until it is disposed of. */
  pin(memory: PinnedMemory, shape: readonly number[], element: ElementType): object;
}

let arrays: ArrayAdapter | undefined;

/** Makes the array type known; at load, in every thread. */
export function registerArrays(adapter: ArrayAdapter): void {
  arrays = adapter;
}

const NONE: readonly number[] = [];

/** Arrays up to this size may be without a buffer. */
const SMALL_BYTES = 64;

/** A copy of an array or typed array; other values as they are. */
export function copyArray<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (ArrayBuffer.isView(value) && "slice" in value)
    return (value as unknown as TypedArray).slice() as T;
  if (!arrays?.isArray(value)) return value;
  const { data, shape, element } = arrays.parts(value);
  return arrays.make(data.slice(), shape, element) as T;
}

/** The elements of an array or typed array, in place where they lie in row-major order without gaps. */
export function arrayParts(
  value: unknown,
): { data: TypedArray; shape: readonly number[]; element: ElementType } | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (!ArrayBuffer.isView(value)) {
    return arrays?.isArray(value) ? arrays.parts(value) : undefined;
  }
  const element = elementTypeOf(value);
  const data = value as TypedArray;
  return element && { data, shape: [data.length], element };
}

/** An array over elements in row-major order. */
export function arrayWith(
  data: TypedArray,
  shape: readonly number[],
  element: ElementType,
): object {
  if (!arrays) throw internalError("an array came before the array type was registered");
  return arrays.make(data, shape, element);
}

/** What an array or typed array is, and whether its elements are in a buffer that users share between threads. */
export function arrayOutline(
  value: unknown,
): { shape: readonly number[]; element: ElementType; isShared: boolean } | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (arrays?.isArray(value)) {
    const { shape, element } = arrays.outline(value);
    return { shape, element, isShared: false };
  }
  const element = ArrayBuffer.isView(value) ? elementTypeOf(value) : undefined;
  if (!element) return undefined;
  const data = value as TypedArray;
  return { shape: [data.length], element, isShared: data.buffer instanceof SharedArrayBuffer };
}

/** Whether a value is an array or typed array. */
export const isArrayValue = (value: unknown): value is object =>
  typeof value === "object" &&
  value !== null &&
  (ArrayBuffer.isView(value)
    ? elementTypeOf(value) !== undefined
    : arrays?.isArray(value) === true);

/** Sets the elements of an array or typed array to those of another of its kind. */
export function assignArray(target: object, source: object): void {
  if (ArrayBuffer.isView(target)) (target as Float64Array).set(source as Float64Array);
  else arrays?.assign(target, source);
}

export class Values {
  /** What `encode` gives besides the tag: a chunk or a function, or a number. */
  word = 0;
  number = 0;
  readonly #heap: Heap;
  readonly #payloads: Payloads;
  readonly #functions: Functions;
  readonly #objects: LiveObjects;
  /** Chunks of which the running call's record has the references that no later run needs. */
  arguments: readonly number[] = NONE;
  /** Chunks that the running call writes its result into. */
  #outputs: number[] = [];
  /** Chunks among the arguments of the running call that tasks may change. */
  mutable: readonly number[] = [];

  constructor(heap: Heap, payloads: Payloads, functions: Functions, objects: LiveObjects) {
    this.#heap = heap;
    this.#payloads = payloads;
    this.#functions = functions;
    this.#objects = objects;
  }

  /**
   * Prepares a value for a record: gives its tag, leaves `word` or `number`. A chunk comes with a reference.
   * `sources` are chunks that the value may be a view of, so that passing one on needs no copy.
   */
  encode(value: unknown, label: number, sources: readonly number[] = []): Tag {
    switch (typeof value) {
      case "number":
        this.number = value;
        return TAG.number;
      case "undefined":
        return TAG.undefined;
      case "boolean":
        return value ? TAG.true : TAG.false;
      case "function": {
        const { chunk, stable } = this.#functions.ship(value as AnyFunction);
        this.word = chunk;
        return stable ? TAG.function : TAG.functionChunk;
      }
      case "object":
        if (value === null) return TAG.null;
        this.word = this.#encodeObject(value, label, sources);
        return TAG.chunk;
      default:
        this.word = this.#payloads.write(value, label);
        return TAG.chunk;
    }
  }

  /** Puts a value into a chunk of its own, whatever it is. */
  toChunk(value: unknown, label: number): number {
    if (typeof value === "object" && value !== null) return this.#encodeObject(value, label, []);
    return this.#payloads.write(value, label);
  }

  /** Puts a value into a chunk that stays in this process; what is not an array stays on this thread. */
  toPinned(value: unknown, label: number): number {
    const isArray =
      typeof value === "object" &&
      value !== null &&
      ((ArrayBuffer.isView(value) && this.#mayCopy(value)) || arrays?.isArray(value) === true);
    const chunk = isArray ? this.toChunk(value, label) : this.#objects.pin(value, label);
    this.#heap.set(chunk, "pinned", 1);
    return chunk;
  }

  #encodeObject(value: object, label: number, sources: readonly number[]): number {
    if (ArrayBuffer.isView(value)) {
      const element = elementTypeOf(value);
      if (element !== undefined && this.#mayCopy(value)) {
        return this.store(value as TypedArray, "typed", [], element, label, sources);
      }
    } else if (arrays?.isArray(value)) {
      const { data, shape, element } = arrays.parts(value);
      return this.store(data, "array", shape, element, label, sources);
    }
    return this.#payloads.write(value, label);
  }

  /** Buffers that users share between threads stay shared; all others are copied into the heap. */
  #mayCopy(view: ArrayBufferView): boolean {
    // Asking for the buffer of a small array makes one: not where no shared buffer can have come from.
    const isSmall = view.byteLength <= SMALL_BYTES && view.byteOffset === 0;
    if (isSmall && this.#heap.slot !== 0 && !this.#objects.hasShared) return true;
    return !(view.buffer instanceof SharedArrayBuffer) || this.#heap.addressOf(view) !== undefined;
  }

  /**
   * Memory of the heap for the result of the call that runs on this thread, with anything in it: a function that
   * gives back what it wrote there moves nothing. Not to be used after the call has returned.
   */
  output(shape: readonly number[], element: ElementType): TypedArray {
    const bytes = shape.reduce((size, length) => size * length, elementOf(element).size);
    const chunk = this.#heap.allocate({ kind: "array", bytes, element, shape });
    this.#outputs.push(chunk);
    return this.#heap.view(chunk);
  }

  /** Whether changes of these elements, which the running call was given, are seen by others. */
  isMutable(data: TypedArray): boolean {
    const address = this.#heap.addressOf(data);
    if (address === undefined) return data.buffer instanceof SharedArrayBuffer;
    return this.mutable.some((chunk) => {
      const start = this.#heap.get(chunk, "address") >>> 0;
      return start <= address && address < start + this.#heap.bytesOf(chunk);
    });
  }

  /**
   * Whether the call that runs on this thread may write to an argument, since it is the last that has it: the result
   * may then be what was the argument. A call that is tried again when it fails may not. `isLast`: the caller knows
   * that nobody reads it after this call, although its maker's record may not have been cleared yet.
   */
  mayOverwrite(data: TypedArray, isLast: boolean = false): boolean {
    const address = this.#heap.addressOf(data);
    if (address === undefined) return false;
    const own = this.arguments.find((chunk) => this.#heap.get(chunk, "address") >>> 0 === address);
    if (own === undefined) return false;
    const isFree = isLast ? this.#heap.isOnlyHere(own) : this.#heap.isSole(own);
    if (isFree) this.#heap.noteChange(own);
    return isFree;
  }

  /** The call is over: frees what is not its result. */
  endOutputs(): void {
    this.arguments = NONE;
    if (this.#outputs.length === 0) return;
    for (const chunk of this.#outputs) this.#heap.release(chunk);
    this.#outputs = [];
  }

  /** Puts elements into a sealed chunk, or gives the chunk they already are. */
  store(
    data: TypedArray,
    kind: "typed" | "array",
    shape: readonly number[],
    element: ElementType,
    label: number,
    sources: readonly number[] = [],
  ): number {
    const address = this.#heap.addressOf(data);
    if (address !== undefined) {
      const isSame = (chunk: number): boolean =>
        this.#isSame(chunk, address, data.byteLength, kind, shape, element);
      const output = this.#outputs.find(isSame);
      if (output !== undefined) {
        this.#heap.set(output, "label", label);
        this.#heap.seal(output);
      }
      const source = output ?? sources.find(isSame);
      if (source !== undefined) {
        this.#heap.retain(source);
        return source;
      }
    }
    const chunk = this.#heap.allocate({ kind, bytes: data.byteLength, element, shape, label });
    this.#heap.writeElements(chunk, data);
    this.#heap.seal(chunk);
    return chunk;
  }

  #isSame(
    chunk: number,
    address: number,
    bytes: number,
    kind: string,
    shape: readonly number[],
    element: ElementType,
  ): boolean {
    const heap = this.#heap;
    return (
      heap.get(chunk, "address") >>> 0 === address &&
      heap.bytesOf(chunk) === bytes &&
      heap.kindOf(chunk) === kind &&
      heap.elementOf(chunk) === element &&
      heap.shapeOf(chunk).every((n, i) => n === shape[i])
    );
  }

  /**
   * The value of a slot or result. Arrays are views of the heap, valid while the caller's reference is;
   * `copy` gives them a buffer of their own.
   */
  decode(tag: Tag, number: number, word: number, copy: boolean): unknown {
    switch (tag) {
      case TAG.number:
        return number;
      case TAG.undefined:
        return undefined;
      case TAG.true:
        return true;
      case TAG.false:
        return false;
      case TAG.null:
        return null;
      case TAG.function:
      case TAG.functionChunk:
        return this.#functions.get(word).fn;
      case TAG.chunk:
        return this.read(word, copy);
      default:
        throw internalError(`a value with tag ${tag}`);
    }
  }

  /** The value of a chunk of elements as a view outside of tasks. */
  pin(chunk: number, memory: PinnedMemory): object {
    if (this.#heap.kindOf(chunk) === "typed") return memory;
    if (!arrays) throw internalError("an array came before the array type was registered");
    return arrays.pin(memory, this.#heap.shapeOf(chunk), this.#heap.elementOf(chunk));
  }

  /** The value of a chunk whose data is here; arrays that are not copied must be pinned. @throws Pending */
  read(chunk: number, copy: boolean): unknown {
    const kind = this.#heap.kindOf(chunk);
    if (kind === "object") return this.#objects.get(chunk);
    if (kind !== "typed" && kind !== "array") return this.#payloads.read(chunk);
    const data = copy
      ? this.#heap.using(chunk, () => this.#heap.view(chunk).slice())
      : this.#heap.view(chunk);
    if (kind === "typed") return data;
    if (!arrays) throw internalError("an array came before the array type was registered");
    return arrays.make(data, this.#heap.shapeOf(chunk), this.#heap.elementOf(chunk));
  }
}
