/**
 * Builds values from a graph of nodes. Every object is first made empty and then filled, so circles close by
 * themselves; only what must exist before an object can be made (its class, the parts that a class needs for
 * its definition, the data of a hook) is made or filled ahead of it.
 */

import { BodkinError } from "../wire/errors.ts";
import { builtin } from "./builtins.ts";
import { FunctionReader } from "./function-reader.ts";
import { DESERIALIZE, isHooked } from "./hooks.ts";
import type { AnyFunction, CodecHost } from "./host.ts";
import {
  type ExportName,
  importedValue,
  importerFor,
  noteImported,
  prepareExports,
} from "./modules.ts";
import { type Graph, graphFrom, malformed, NODE, type Node, type Slot, slotsOf } from "./nodes.ts";
import { fillObject, makeObject } from "./object-reader.ts";
import { adopt, findOrigin } from "./origins.ts";
import { Pending } from "./pending.ts";

/** @throws Pending where a module must be loaded first; BodkinError where the data is damaged */
export function readGraph(data: unknown, bytes: number, host: CodecHost): unknown {
  const graph = graphFrom(data, bytes);
  const promise = prepareExports(graph.nodes.flatMap(missingExport));
  if (promise !== undefined) throw new Pending(promise);
  const reader = new GraphReader(graph, host);
  reader.complete(graph.root);
  return reader.value(graph.root);
}

/** The export that must be loaded before a node can be made. */
function missingExport([kind, , url, name, origin]: Node): ExportName[] {
  if (kind !== NODE.import || typeof url !== "string" || typeof name !== "string") return [];
  return typeof origin === "string" && findOrigin(origin) ? [] : [{ url, name }];
}

export interface Reader {
  readonly host: CodecHost;
  readonly graph: Graph;
  /** The value of a slot; an object is there, but perhaps not filled yet. */
  value(slot: Slot): unknown;
}

class GraphReader implements Reader {
  readonly graph: Graph;
  readonly host: CodecHost;
  readonly #made = new Map<number, unknown>();
  readonly #making = new Set<number>();
  readonly #filled = new Set<number>();
  readonly #functions: FunctionReader;

  constructor(graph: Graph, host: CodecHost) {
    this.graph = graph;
    this.host = host;
    this.#functions = new FunctionReader(this);
  }

  value(slot: Slot): unknown {
    if (typeof slot !== "bigint") return slot;
    const index = Number(slot);
    const known = this.#made.get(index);
    if (known !== undefined) return known;
    const node = this.graph.nodes[index];
    if (!node) throw malformed("a reference to nothing");
    if (this.#making.has(index)) throw needsItself();
    this.#making.add(index);
    const value = this.#make(node, index);
    this.#making.delete(index);
    this.#made.set(index, value);
    return value;
  }

  /** Fills everything that can be reached from a slot. */
  complete(root: Slot): void {
    const open = [root];
    while (open.length > 0) {
      const slot = open.pop();
      if (typeof slot !== "bigint" || this.#filled.has(Number(slot))) continue;
      const index = Number(slot);
      const value = this.value(slot);
      this.#filled.add(index);
      const node = this.graph.nodes[index] as Node;
      if (!this.#fill(node, index, value)) continue;
      for (const each of slotsOf(node, this.graph.groups))
        if (typeof each === "bigint") open.push(each);
    }
  }

  #make(node: Node, index: number): unknown {
    const [kind, , first, second] = node;
    switch (kind) {
      case NODE.symbol:
        return Symbol.for(String(first));
      case NODE.builtin:
        return builtin({ module: first as string | undefined, path: second as readonly string[] });
      case NODE.export:
        return this.host.exported(String(first));
      case NODE.token:
        return this.host.fromToken(first);
      case NODE.import:
        return importFrom(node);
      case NODE.importer:
        return importerFor(String(first));
      case NODE.function:
        return this.#functions.make(node, index);
      case NODE.prototype:
        return (this.value(first as Slot) as AnyFunction).prototype;
      case NODE.hooked:
        return this.#hooked(first as Slot, second as Slot);
      default:
        return makeObject(node, this);
    }
  }

  /** False where an object is not ours to fill, nor what it refers to: it was not made here. */
  #fill(node: Node, index: number, value: unknown): boolean {
    const [kind, , first] = node;
    if (kind === NODE.function) return this.#functions.fill(node, index, value as AnyFunction);
    const isOurs =
      kind === NODE.prototype ? this.#functions.isNew(first as Slot) : !FOUND_KINDS.has(kind);
    if (isOurs) fillObject(node, value as object, this);
    return isOurs;
  }

  #hooked(type: Slot, data: Slot): object {
    this.complete(type);
    this.complete(data);
    const hooked = this.value(type) as object;
    if (!isHooked(hooked)) throw malformed("a class without its hooks");
    return hooked[DESERIALIZE](this.value(data));
  }
}

/** Kinds whose objects are found or made by others. */
const FOUND_KINDS = new Set<number>([
  NODE.symbol,
  NODE.builtin,
  NODE.export,
  NODE.token,
  NODE.import,
  NODE.importer,
  NODE.hooked,
]);

function importFrom([, , url, name, origin]: Node): unknown {
  const known = typeof origin === "string" ? findOrigin(origin) : undefined;
  if (known) return known.fn;
  const wanted = { url: String(url), name: String(name) };
  const value = importedValue(wanted);
  if (typeof value === "function" || (typeof value === "object" && value !== null)) {
    noteImported(value, wanted);
  }
  if (typeof value === "function" && typeof origin === "string")
    adopt(value as AnyFunction, origin, undefined);
  return value;
}

const needsItself = (): BodkinError =>
  new BodkinError(
    "UNSHIPPABLE",
    "a value cannot be built, because what it needs first leads back to it. The data that a class gives for " +
      "an instance must not contain the instance.",
  );
