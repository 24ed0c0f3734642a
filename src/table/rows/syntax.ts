/** What the text of a function of a row says: which columns it reads, and which ones it gives on unchanged. */

import type { AnyNode, ArrowFunctionExpression, MemberExpression } from "acorn";
import { childrenOf } from "../../closure/syntax.ts";
import { propertyName, recordOf } from "../../kernel/front/records.ts";
import { type FunctionNode, sourceOfFunction } from "../../kernel/front/source.ts";
import { BoundedMap } from "../../util/bounded-map.ts";
import { sourceOf } from "../../util/function-cache.ts";
import { KernelError } from "../../wire/errors.ts";
import type { RowFunction } from "./loop.ts";

/** A column of the row that a function gives. Of a spread row all columns are. */
export type Given =
  | { readonly kind: "row" }
  /** The value of column `of`, as it is. */
  | { readonly kind: "kept"; readonly name: string; readonly of: string }
  | { readonly kind: "made"; readonly name: string };

export interface RowText {
  /** The columns that it reads by name. */
  readonly reads: ReadonlySet<string>;
  /** Of these, those that it does not only give on. */
  readonly uses: ReadonlySet<string>;
  /** Of these, those that have a default, so that they need not be there. */
  readonly optional: ReadonlySet<string>;
  /** Whether it takes the whole row apart from `{ ...row }`, changes it, or hands it on. */
  readonly isOpen: boolean;
  /** The row that it gives, where it is written down. */
  readonly gives: readonly Given[] | undefined;
  /** The column that it gives, where it does nothing else. */
  readonly keeps: string | undefined;
}

const known = new BoundedMap<RowText>(1000);

export function textOf(f: RowFunction): RowText {
  return known.getOrMake(sourceOf(f), () => readText(f));
}

/** The columns that a function reads; undefined where it may read any. */
export function usedColumns(f: RowFunction): ReadonlySet<string> | undefined {
  const { isOpen, reads, gives } = textOf(f);
  return isOpen || gives?.some(({ kind }) => kind === "row") ? undefined : reads;
}

const OPEN: RowText = {
  reads: new Set(),
  uses: new Set(),
  optional: new Set(),
  isOpen: true,
  gives: undefined,
  keeps: undefined,
};

function readText(f: RowFunction): RowText {
  let node: FunctionNode;
  try {
    ({ node } = sourceOfFunction(f));
  } catch (error) {
    if (error instanceof KernelError) return OPEN; // a method, or syntax that only the engine knows
    throw error;
  }
  return new Reader(node).read();
}

class Reader {
  readonly #node: FunctionNode;
  /** The parameter, where it is a name. */
  readonly #row: string | undefined;
  /** Names of columns by those of variables that never change, of a parameter that is taken apart. */
  readonly #variables = new Map<string, string>();
  readonly #assigned = new Set<string>();
  readonly #optional = new Set<string>();
  readonly #reads = new Set<string>();
  readonly #uses = new Set<string>();
  #isOpen = false;

  constructor(node: FunctionNode) {
    this.#node = node;
    const [parameter] = node.params;
    if (parameter?.type === "Identifier") this.#row = parameter.name;
    else if (parameter?.type === "ObjectPattern") this.#takeApart(parameter.properties);
    else if (parameter) this.#isOpen = true;
    if (node.params.length > 1) this.#isOpen = true;
    this.#findAssigned(node);
  }

  read(): RowText {
    const literal = recordOf(this.#node);
    const given = literal?.properties.map((property) => this.#givenBy(property));
    const gives = given?.every((each) => each !== undefined) ? given : undefined;
    const kept = new Set<AnyNode>();
    literal?.properties.forEach((property, at) => {
      const kind = gives?.[at]?.kind;
      if (kind === "row") kept.add(property);
      else if (kind === "kept" && property.type === "Property") kept.add(property.value);
    });
    const body = (this.#node as ArrowFunctionExpression).body as AnyNode;
    const keeps = this.#columnOf(body);
    this.#visit(body, kept);
    for (const name of this.#variables.values()) {
      this.#reads.add(name);
      this.#uses.add(name);
    }
    for (const each of gives ?? []) if (each.kind === "kept") this.#reads.add(each.of);
    const isOpen = this.#isOpen;
    return {
      reads: this.#reads,
      uses: this.#uses,
      optional: this.#optional,
      isOpen,
      gives: isOpen ? this.#surelyGiven(gives) : gives,
      keeps: isOpen ? undefined : keeps,
    };
  }

  /** Where the row may be changed: what is given before that can be. */
  #surelyGiven(gives: readonly Given[] | undefined): readonly Given[] | undefined {
    const first = gives?.findIndex(({ kind }) => kind === "made") ?? -1;
    if (!gives || first < 0 || this.#node.body.type === "BlockStatement") return undefined;
    const names = gives.slice(first).map((each) => (each.kind === "row" ? undefined : each.name));
    if (names.includes(undefined)) return undefined;
    const made = (names as string[]).map((name): Given => ({ kind: "made", name }));
    return [...gives.slice(0, first), ...made];
  }

  #takeApart(properties: readonly AnyNode[]): void {
    for (const property of properties) {
      const name = propertyName(property);
      const value = property.type === "Property" ? property.value : undefined;
      if (name === undefined || !value) this.#isOpen = true;
      else if (value.type === "Identifier") this.#variables.set(value.name, name);
      else {
        this.#reads.add(name);
        this.#uses.add(name);
        if (value.type === "AssignmentPattern") this.#optional.add(name);
      }
    }
  }

  /** The column that an expression is, and nothing else. */
  #columnOf(node: AnyNode): string | undefined {
    if (node.type === "Identifier") {
      const isFixed = !this.#assigned.has(node.name);
      return isFixed ? this.#variables.get(node.name) : undefined;
    }
    return node.type === "MemberExpression" && this.#isRow(node.object) ? fieldOf(node) : undefined;
  }

  readonly #isRow = (node: AnyNode): boolean =>
    node.type === "Identifier" && node.name === this.#row && this.#row !== undefined;

  /** Variables that get a value somewhere besides the parameter. */
  #findAssigned(node: AnyNode): void {
    const targets: (AnyNode | null | undefined)[] =
      node.type === "AssignmentExpression" || node.type === "ForOfStatement"
        ? [node.left]
        : node.type === "UpdateExpression"
          ? [node.argument]
          : node.type === "VariableDeclarator" || node.type === "FunctionDeclaration"
            ? [node.id]
            : node.type === "ForInStatement"
              ? [node.left]
              : [];
    const collect = (target: AnyNode): void => {
      if (target.type === "Identifier") this.#assigned.add(target.name);
      else if (target.type !== "MemberExpression")
        for (const own of childrenOf(target)) collect(own);
    };
    for (const target of targets) if (target) collect(target);
    for (const child of childrenOf(node)) this.#findAssigned(child);
  }

  #givenBy(property: AnyNode): Given | undefined {
    if (property.type === "SpreadElement") {
      return this.#isRow(property.argument) ? { kind: "row" } : undefined;
    }
    const name = propertyName(property);
    if (property.type !== "Property" || property.kind !== "init") return undefined;
    // Of these, objects do not keep the order or the value.
    if (name === undefined || name === "__proto__" || /^\d+$/.test(name)) return undefined;
    const of = this.#columnOf(property.value);
    return of === undefined ? { kind: "made", name } : { kind: "kept", name, of };
  }

  #visit(node: AnyNode, kept: ReadonlySet<AnyNode>): void {
    if (kept.has(node)) return;
    switch (node.type) {
      case "ThisExpression":
        this.#isOpen = true;
        return;
      case "Identifier":
        if (this.#isRow(node) || node.name === "arguments" || node.name === "eval") {
          this.#isOpen = true;
        }
        return;
      case "MemberExpression": {
        const field = this.#isRow(node.object) ? fieldOf(node) : undefined;
        if (field !== undefined) {
          this.#reads.add(field);
          this.#uses.add(field);
          return;
        }
        this.#visit(node.object, kept);
        if (node.computed) this.#visit(node.property, kept);
        return;
      }
      case "CallExpression":
        // The function would get the row as `this`.
        if (node.callee.type === "MemberExpression" && this.#isRow(node.callee.object)) {
          this.#isOpen = true;
        }
        break;
      case "AssignmentExpression":
      case "UpdateExpression": {
        const target = node.type === "UpdateExpression" ? node.argument : node.left;
        if (target.type === "MemberExpression" && this.#isRow(target.object)) this.#isOpen = true;
        break;
      }
      case "UnaryExpression":
        if (node.operator === "delete") this.#isOpen = true;
        break;
      case "VariableDeclarator":
        if (node.init && this.#isRow(node.init) && node.id.type === "ObjectPattern") {
          for (const property of node.id.properties) {
            const name = propertyName(property);
            const isPlain = property.type === "Property" && property.value.type === "Identifier";
            if (name === undefined || !isPlain) this.#isOpen = true;
            else {
              this.#reads.add(name);
              this.#uses.add(name);
            }
          }
          return;
        }
        break;
      case "Property":
        if (node.computed) this.#visit(node.key, kept);
        this.#visit(node.value, kept);
        return;
      default:
    }
    for (const child of childrenOf(node)) this.#visit(child, kept);
  }
}

/** `row.a`, `row["a"]` */
function fieldOf({ computed, property }: MemberExpression): string | undefined {
  if (computed) return property.type === "Literal" ? String(property.value) : undefined;
  return property.type === "Identifier" ? property.name : undefined;
}
