/**
 * The parts of a class that run once, where it is defined: what it extends, computed keys, static values. Where
 * the class is built anew their results take their place.
 */

import type { AnyNode, Class } from "acorn";

/** A stretch of the text, from `start` up to `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A computed key of a class: a name and the properties read from it, or else a value known from the text. */
export interface ComputedKey extends Range {
  readonly chain: readonly string[];
  readonly known: string | symbol | undefined;
  readonly isStatic: boolean;
  /** A field of the instances, whose key no object holds before there is an instance. */
  readonly isInstanceField: boolean;
}

export interface ClassParts {
  readonly heritage: Range | undefined;
  readonly computedKeys: readonly ComputedKey[];
  /** Keys that the text names, of the class itself and of its prototype. */
  readonly namedKeys: {
    readonly static: ReadonlySet<string>;
    readonly prototype: ReadonlySet<string>;
  };
  /** Initial values of static fields, and static blocks; the values travel instead. */
  readonly staticValues: readonly Range[];
  readonly staticBlocks: readonly Range[];
  readonly privateStatics: readonly (Range & { readonly name: string })[];
  /** Instances hold something that cannot be read from outside. */
  readonly hidesState: boolean;
}

/** The parts of a class that run once, where it is defined; they are replaced by their results. */
export function* builtAnew(node: Class): Generator<AnyNode> {
  if (node.superClass && !isNull(node.superClass)) yield node.superClass;
  for (const member of node.body.body) {
    if (member.type === "StaticBlock") yield member;
    else {
      if (member.computed) yield member.key;
      if (member.type === "PropertyDefinition" && member.static && member.value) yield member.value;
    }
  }
}

const isNull = (node: AnyNode): boolean =>
  node.type === "Literal" && node.value === null && !node.regex;

/** @throws SyntaxError where a key is one that only running the code again would tell */
export function classParts(node: Class, shift: number): ClassParts {
  const range = (at: Range): Range => ({ start: at.start - shift, end: at.end - shift });
  const computedKeys: ComputedKey[] = [];
  const namedKeys = {
    static: new Set(["length", "name", "prototype"]),
    prototype: new Set(["constructor"]),
  };
  const staticValues: Range[] = [];
  const staticBlocks: Range[] = [];
  const privateStatics: (Range & { name: string })[] = [];
  let hidesState = false;
  for (const member of node.body.body) {
    if (member.type === "StaticBlock") {
      staticBlocks.push(range(member));
      continue;
    }
    const isPrivate = member.key.type === "PrivateIdentifier";
    if (isPrivate && !member.static) hidesState = true;
    if (member.computed) {
      const isInstanceField = member.type === "PropertyDefinition" && !member.static;
      const isStatic = member.static;
      computedKeys.push({
        ...range(member.key),
        ...meaningOf(member.key),
        isStatic,
        isInstanceField,
      });
    } else if (!isPrivate)
      namedKeys[member.static ? "static" : "prototype"].add(keyText(member.key));
    if (member.type !== "PropertyDefinition" || !member.static || !member.value) continue;
    if (member.key.type === "PrivateIdentifier") {
      privateStatics.push({ ...range(member.value), name: member.key.name });
    } else staticValues.push(range(member.value));
  }
  return {
    heritage: node.superClass && !isNull(node.superClass) ? range(node.superClass) : undefined,
    computedKeys,
    namedKeys,
    staticValues,
    staticBlocks,
    privateStatics,
    hidesState,
  };
}

const keyText = (key: AnyNode): string =>
  key.type === "Identifier" ? key.name : String((key as { value?: unknown }).value);

/** @throws SyntaxError for a key that only running the code again would tell */
function meaningOf(key: AnyNode): Pick<ComputedKey, "chain" | "known"> {
  if (key.type === "Literal") return { chain: [], known: String(key.value) };
  if (key.type === "CallExpression") {
    const [argument] = key.arguments;
    if (chainOf(key.callee).join(".") === "Symbol.for" && argument?.type === "Literal") {
      return { chain: [], known: Symbol.for(String(argument.value)) };
    }
  }
  const chain = chainOf(key);
  if (chain.length > 0) return { chain, known: undefined };
  throw new SyntaxError(
    "a computed key of the class is more than a name such as `Symbol.iterator` or `KEY`",
  );
}

/** `a.b.c` as a list of names; empty for everything else. */
function chainOf(node: AnyNode): string[] {
  if (node.type === "Identifier") return [node.name];
  if (node.type !== "MemberExpression" || node.computed) return [];
  const start = chainOf(node.object);
  return start.length > 0 && node.property.type === "Identifier"
    ? [...start, node.property.name]
    : [];
}
