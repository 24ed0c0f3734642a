/**
 * Builds functions: from their code and cells, or by finding the one that is here already. In the thread where
 * it was first made a class is the class itself, and so is a function that cannot have changed since; any other
 * function is built anew each time, so that it has what it had when it was sent.
 */

import { contentKey } from "./content-key.ts";
import type { Reader } from "./graph-reader.ts";
import { compileGroup, Group, type MemberDescription } from "./group.ts";
import type { AnyFunction } from "./host.ts";
import { type GroupNode, malformed, type NODE, type Node, type Slot } from "./nodes.ts";
import { fillObject } from "./object-reader.ts";
import { adopt, findOrigin, isHome } from "./origins.ts";
import { isFixed } from "./stability.ts";

export class FunctionReader {
  readonly #reader: Reader;
  readonly #groups = new Map<number, Group>();
  readonly #new = new Set<number>();

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  make(node: Node, index: number): AnyFunction {
    const [, , at, member, origin, name] = node as FunctionNode;
    const { nodes, groups } = this.#reader.graph;
    const group = this.#group(at);
    const description = group.code.description.members[member];
    if (!description) throw malformed("a function that its group does not have");
    let content: string | undefined;
    if (typeof origin === "string") {
      content = contentKey(index, nodes, groups, ([source]) => this.#code(source).id);
      const known = this.#find(origin, content, description.isClass);
      if (known) return known;
    }
    const fn = this.#build(group, at, member, description);
    if (typeof name === "string" && fn.name !== name) {
      Object.defineProperty(fn, "name", { value: name, configurable: true });
    }
    this.#new.add(index);
    const isMine = typeof origin === "string" && (!isHome(origin) || !findOrigin(origin));
    if (isMine) adopt(fn, origin, content);
    return fn;
  }

  /** Whether the function of a slot was built now. */
  isNew(slot: Slot): boolean {
    return this.#new.has(Number(slot));
  }

  /** False for a function that was here before: it is as it is. */
  fill(node: Node, index: number, fn: AnyFunction): boolean {
    if (!this.#new.has(index)) return false;
    const [, , at, member, , , prototype] = node as FunctionNode;
    const [, shared, members] = this.#groupNode(at);
    const group = this.#group(at);
    const cells = members[member] ?? [];
    if (shared.length > 0) group.writeShared(shared.map((slot) => this.#reader.value(slot)));
    if (cells.length > 0)
      group.write(
        member,
        cells.map((slot) => this.#reader.value(slot)),
      );
    const given = this.#reader.value(prototype);
    if (given !== undefined && fn.prototype !== given) fn.prototype = given;
    fillObject(node, fn, this.#reader);
    return true;
  }

  #build(group: Group, at: number, member: number, { early }: MemberDescription): AnyFunction {
    if (early.length > 0) {
      const cells = this.#groupNode(at)[2][member] ?? [];
      group.write(
        member,
        cells.map((slot, i) => (early.includes(i) ? this.#reader.value(slot) : undefined)),
      );
    }
    return group.make(member);
  }

  #find(origin: string, content: string, isClass: boolean): AnyFunction | undefined {
    const known = findOrigin(origin);
    if (!known) return undefined;
    if (known.content !== undefined) return known.content === content ? known.fn : undefined;
    return isClass || !isHome(origin) || isFixed(known.fn, this.#reader.host)
      ? known.fn
      : undefined;
  }

  #groupNode(at: number): GroupNode {
    const node = this.#reader.graph.groups[at];
    if (!node) throw malformed("a function without group");
    return node;
  }

  #group(at: number): Group {
    let group = this.#groups.get(at);
    if (!group) {
      group = new Group(this.#reader.host.sourceOf(this.#groupNode(at)[0]));
      this.#groups.set(at, group);
    }
    return group;
  }

  #code(source: number): { readonly id: number } {
    return compileGroup(this.#reader.host.sourceOf(source));
  }
}

type FunctionNode = readonly [
  kind: typeof NODE.function,
  extras: unknown,
  group: number,
  member: number,
  origin: string | undefined,
  name: string | undefined,
  prototype: Slot,
];
