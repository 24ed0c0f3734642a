/**
 * Writes values that are more than plain data as a graph of nodes. Objects are taken from a list of work
 * rather than by recursion, so depth is no limit; each is written once, so circles and shared objects stay
 * what they are. What cannot travel is refused with the path on which it was found.
 */

import { builtinName, isPlainFunction } from "./builtins.ts";
import { isSynchronousBuiltin } from "./continuation.ts";
import { FunctionWriter } from "./function-writer.ts";
import type { AnyFunction, CodecHost } from "./host.ts";
import { importedAs } from "./modules.ts";
import {
  type Extras,
  type GraphData,
  INTEGRITY,
  type Integrity,
  NODE,
  type Node,
  type Slot,
} from "./nodes.ts";
import { ObjectWriter } from "./object-writer.ts";
import { type Path, partOf, refusal, startPath } from "./refusal.ts";
import type { Writer } from "./writer.ts";

export interface WrittenGraph {
  readonly data: GraphData;
  /** Something in it could run after a call of it, or with it, has returned. */
  readonly mayContinue: boolean;
  /** There is nothing in it but one function, which has captured nothing. */
  readonly isSelfContained: boolean;
}

/** @throws BodkinError `UNSHIPPABLE` */
export function writeValue(value: unknown, host: CodecHost): WrittenGraph {
  return new GraphWriter(host).run(value, startPath("value"), false);
}

/** @throws BodkinError `UNSHIPPABLE` */
export function writeFunction(fn: AnyFunction, host: CodecHost): WrittenGraph {
  return new GraphWriter(host).run(fn, startPath(fn.name || "(anonymous function)"), true);
}

interface Work {
  readonly value: object;
  readonly index: number;
  readonly path: Path;
}

const LATER: Node = [NODE.raw, 0, undefined];

class GraphWriter implements Writer {
  readonly host: CodecHost;
  readonly #nodes: Node[] = [];
  readonly #numbers = new Map<object | symbol, number>();
  readonly #work: Work[] = [];
  readonly #functions: FunctionWriter;
  readonly #objects: ObjectWriter;
  #mayContinue = false;
  #uniqueSymbol: Error | undefined;

  constructor(host: CodecHost) {
    this.host = host;
    this.#functions = new FunctionWriter(this);
    this.#objects = new ObjectWriter(this);
  }

  run(value: unknown, path: Path, isTask: boolean): WrittenGraph {
    const root = this.slot(value, path);
    for (let next = 0; next < this.#work.length; next++) {
      const { value: object, index, path: at } = this.#work[next] as Work;
      const node = this.#write(object, index, at, isTask && next === 0);
      if (node) this.#nodes[index] = node;
    }
    if (this.#uniqueSymbol) throw this.#uniqueSymbol;
    const { groups, members } = this.#functions.finish(this.#nodes);
    for (const [index, node] of members) this.#nodes[index] = node;
    for (const [index, node] of this.#objects.finish((buffer) => this.#numbers.get(buffer))) {
      this.#nodes[index] = node;
    }
    const isSelfContained =
      this.#nodes.length === 1 &&
      this.#nodes[0]?.[1] === 0 &&
      groups.every(
        ([, shared, members]) => shared.length === 0 && members.every((each) => each.length === 0),
      );
    return { data: [this.#nodes, groups, root], mayContinue: this.#mayContinue, isSelfContained };
  }

  // --- For the parts -----------------------------------------------------------------------------

  slot(value: unknown, path: Path): Slot {
    switch (typeof value) {
      case "bigint":
        return this.add([NODE.raw, 0, value]);
      case "symbol":
        return this.#symbol(value, path);
      case "function":
        return this.#object(value, path);
      case "object":
        return value === null ? null : this.#object(value, path);
      default:
        return value as Slot;
    }
  }

  place(value: object | symbol, node: Node): Slot {
    const known = this.#numbers.get(value);
    if (known !== undefined) return BigInt(known);
    const slot = this.add(node);
    this.#numbers.set(value, Number(slot));
    return slot;
  }

  add(node: Node): Slot {
    return BigInt(this.#nodes.push(node) - 1);
  }

  isNamed(value: object | symbol): boolean {
    if (typeof value === "symbol")
      return this.#numbers.has(value) || wellKnown(value) !== undefined;
    return (
      this.#numbers.has(value) ||
      this.host.exportName(value) !== undefined ||
      builtinName(value) !== undefined ||
      (typeof value === "object" && this.host.toToken(value) !== undefined)
    );
  }

  extras(
    value: object,
    prototype: Slot | null | undefined,
    path: Path,
    keys: readonly string[] = Object.keys(value),
  ): Extras | 0 {
    const integrity = integrityOf(value);
    const symbols = Object.getOwnPropertySymbols(value).filter((each) =>
      Object.prototype.propertyIsEnumerable.call(value, each),
    );
    if (prototype === undefined && integrity === 0 && keys.length + symbols.length === 0) return 0;
    const names: (string | bigint)[] = [];
    const values: Slot[] = [];
    const accessors: [string | bigint, Slot, Slot][] = [];
    for (const key of [...keys, ...symbols]) {
      const property = Object.getOwnPropertyDescriptor(value, key);
      if (!property) continue;
      const at = partOf(path, key, value);
      const name = typeof key === "string" ? key : (this.#symbol(key, at) as bigint);
      if (property.get || property.set) {
        accessors.push([name, this.slot(property.get, at), this.slot(property.set, at)]);
      } else {
        names.push(name);
        values.push(this.slot(property.value, at));
      }
    }
    return [prototype, names, values, accessors, integrity];
  }

  noteContinuation(): void {
    this.#mayContinue = true;
  }

  // --- One object at a time ----------------------------------------------------------------------

  #object(value: object, path: Path): Slot {
    let index = this.#numbers.get(value);
    if (index === undefined) {
      index = this.#nodes.push(LATER) - 1;
      this.#numbers.set(value, index);
      this.#work.push({ value, index, path });
    }
    return BigInt(index);
  }

  #symbol(value: symbol, path: Path): Slot {
    const known = this.#numbers.get(value);
    if (known !== undefined) return BigInt(known);
    const key = Symbol.keyFor(value);
    const name = wellKnown(value);
    if (key === undefined && name === undefined) {
      throw refusal(
        path,
        `${String(value)} exists only in this thread`,
        "Use Symbol.for(…) instead.",
      );
    }
    const node: Node =
      key === undefined ? [NODE.builtin, 0, undefined, ["Symbol", name]] : [NODE.symbol, 0, key];
    const slot = this.add(node);
    this.#numbers.set(value, Number(slot));
    return slot;
  }

  /** The node of an object; undefined where it is set when everything is known. */
  #write(value: object, index: number, path: Path, isTask: boolean): Node | undefined {
    const exported = this.host.exportName(value);
    if (exported !== undefined) {
      this.#mayContinue ||= !this.host.isSynchronousExport?.(exported);
      return [NODE.export, 0, exported];
    }
    const builtin = builtinName(value);
    if (builtin) {
      if (isTask && !isPlainFunction(builtin)) {
        throw this.#functions.refuseBuiltin(path, builtin.path);
      }
      this.#mayContinue ||= !isSynchronousBuiltin(builtin.module, builtin.path);
      return [NODE.builtin, 0, builtin.module, builtin.path];
    }
    if (typeof value === "function") {
      return this.#functions.write(value as AnyFunction, index, path, isTask);
    }
    const imported = importedAs(value);
    if (imported) {
      this.#mayContinue = true;
      return [NODE.import, 0, imported.url, imported.name, undefined];
    }
    const token = isOrdinary(value) ? undefined : this.host.toToken(value);
    if (token !== undefined) {
      this.#mayContinue = true;
      return [NODE.token, 0, token];
    }
    return this.#objects.write(value, index, path);
  }
}

/** Handles are instances of classes. */
function isOrdinary(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype;
}

const wellKnown = (value: symbol): string | undefined =>
  Object.getOwnPropertyNames(Symbol).find(
    (name) => (Symbol as unknown as Record<string, unknown>)[name] === value,
  );

function integrityOf(value: object): Integrity {
  if (Object.isExtensible(value)) return INTEGRITY.none;
  if (Object.isFrozen(value)) return INTEGRITY.frozen;
  return Object.isSealed(value) ? INTEGRITY.sealed : INTEGRITY.noNew;
}
