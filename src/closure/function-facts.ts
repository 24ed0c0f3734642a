/**
 * What the text of a function tells about it: the names it takes from around it, the parts that must be
 * written differently where it is built anew, and what it could do after it has returned. Everything here
 * follows from the text alone and is worked out once a text.
 */

import { type AnyNode, type Program, parse } from "acorn";
import { builtAnew, type ClassParts, classParts, type Range } from "./class-parts.ts";
import { mayRunLater } from "./continuation.ts";
import { type Scope, thisScope } from "./scope.ts";
import { type Analysis, analyseScopes } from "./scope-analysis.ts";
import { isClass, isFunction } from "./syntax.ts";

export type Form = "function" | "arrow" | "method" | "getter" | "setter" | "class";

export interface FreeName {
  readonly name: string;
  /** The properties read by name, or undefined where the value is used as a whole. */
  readonly members: ReadonlySet<string> | undefined;
  readonly assigned: boolean;
  /** Somewhere it stands under `typeof`, which allows it to be missing. */
  readonly mayBeMissing: boolean;
}

export interface FunctionFacts {
  readonly text: string;
  readonly form: Form;
  readonly strict: boolean;
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  /** The name the text itself gives, or "". */
  readonly ownName: string;
  /** Where a method's parameters begin, behind its key. */
  readonly afterKey: number;
  readonly free: ReadonlyMap<string, FreeName>;
  /** What the text uses that exists only where it stands; `cause` and `remedy` of the refusal. */
  readonly bound: BoundUse | undefined;
  /** The word `import` of every dynamic import. */
  readonly importCalls: readonly Range[];
  /** By its text alone it could do something after it has returned. */
  readonly mayContinue: boolean;
  readonly class: ClassParts | undefined;
}

export interface BoundUse {
  readonly cause: string;
  readonly remedy: string;
}

const factsByText = new Map<string, FunctionFacts>();

/** Facts about the text of a function. @throws SyntaxError where the text is not a function's */
export function factsOf(text: string): FunctionFacts {
  let facts = factsByText.get(text);
  if (!facts) factsByText.set(text, (facts = readFacts(text)));
  return facts;
}

/** Where the text stood while it was parsed: the parser sees `prefix + text + suffix`. */
interface Parsed {
  readonly node: AnyNode;
  readonly program: Program;
  readonly shift: number;
  readonly strict: boolean;
}

const WRAPPINGS = [
  ["(", ")"],
  ["({", "})"],
] as const;

function parseFunction(text: string): Parsed {
  let failure: unknown;
  for (const sourceType of ["module", "script"] as const) {
    for (const [prefix, suffix] of WRAPPINGS) {
      try {
        const program = parse(prefix + text + suffix, {
          ecmaVersion: "latest",
          sourceType,
          allowSuperOutsideMethod: true,
          checkPrivateFields: false,
        });
        const node = functionIn(program);
        if (node) return { node, program, shift: prefix.length, strict: sourceType === "module" };
      } catch (error) {
        failure ??= error;
      }
    }
  }
  throw failure ?? new SyntaxError("not the text of a function");
}

function functionIn(program: Program): AnyNode | undefined {
  const [statement] = program.body;
  if (program.body.length !== 1 || statement?.type !== "ExpressionStatement") return undefined;
  const { expression } = statement;
  if (isFunction(expression) || isClass(expression)) return expression;
  const only = expression.type === "ObjectExpression" ? expression.properties[0] : undefined;
  return only?.type === "Property" && (only.method || only.kind !== "init") ? only : undefined;
}

function formOf(node: AnyNode): Form {
  if (isClass(node)) return "class";
  if (node.type === "ArrowFunctionExpression") return "arrow";
  if (node.type !== "Property") return "function";
  if (node.kind === "init") return "method";
  return node.kind === "get" ? "getter" : "setter";
}

function readFacts(text: string): FunctionFacts {
  const { node, program, shift, strict } = parseFunction(text);
  const form = formOf(node);
  const fn = node.type === "Property" ? node.value : node;
  const parts = isClass(node) ? classParts(node, shift) : undefined;
  const watch = new Watch(node);
  const skip = new Set(isClass(node) ? builtAnew(node) : []);
  if (node.type === "Property" && node.computed) skip.add(node.key);
  const free = freeNames(
    analyseScopes(program, { skip, observe: (at, scope) => watch.see(at, scope) }),
  );
  return {
    text,
    form,
    strict,
    isAsync: isFunction(fn) && fn.async,
    isGenerator: isFunction(fn) && fn.generator,
    ownName: (isFunction(fn) || isClass(fn)) && fn.id ? fn.id.name : "",
    afterKey: fn.start - shift,
    free,
    bound: watch.bound ?? boundName(free),
    importCalls: watch.importCalls.map((at) => ({
      start: at - shift,
      end: at - shift + "import".length,
    })),
    mayContinue: watch.mayContinue,
    class: parts,
  };
}

function freeNames(analysis: Analysis): Map<string, FreeName> {
  const found = new Map<
    string,
    { members: Set<string> | undefined; assigned: boolean; mayBeMissing: boolean }
  >();
  for (const { name, member, assigns, onlyTypeof } of analysis.unresolved) {
    let entry = found.get(name);
    if (!entry)
      found.set(name, (entry = { members: new Set(), assigned: false, mayBeMissing: false }));
    if (member === undefined) entry.members = undefined;
    else entry.members?.add(member);
    entry.assigned ||= assigns;
    entry.mayBeMissing ||= onlyTypeof;
  }
  return new Map([...found].map(([name, entry]) => [name, { name, ...entry }]));
}

/** Names that mean something of the place where the text stands, though no variable of it. */
function boundName(free: ReadonlyMap<string, FreeName>): BoundUse | undefined {
  for (const name of free.keys()) {
    const use = TIED_NAMES.get(name);
    if (use) return use;
  }
  return undefined;
}

/** Collects, while the text is walked, what ties it to its place and what may run later. */
class Watch {
  bound: BoundUse | undefined;
  readonly importCalls: number[] = [];
  mayContinue = false;
  readonly #root: AnyNode;
  readonly #privateNames = new Set<string>();

  constructor(root: AnyNode) {
    this.#root = root;
  }

  see(node: AnyNode, scope: Scope): void {
    this.mayContinue ||= mayRunLater(node);
    switch (node.type) {
      case "ThisExpression":
        if (thisScope(scope).kind === "program") this.bound ??= LEXICAL_THIS;
        break;
      case "Super":
        if (this.#superIsForeign(thisScope(scope))) this.bound ??= FOREIGN_SUPER;
        break;
      case "MetaProperty":
        if (node.meta.name === "import") this.bound ??= IMPORT_META;
        break;
      case "ImportExpression":
        this.importCalls.push(node.start);
        break;
      case "ClassDeclaration":
      case "ClassExpression":
        for (const member of node.body.body) {
          if (member.type !== "StaticBlock" && member.key.type === "PrivateIdentifier") {
            this.#privateNames.add(member.key.name);
          }
        }
        break;
      case "PrivateIdentifier":
        if (!this.#privateNames.has(node.name)) this.bound ??= foreignPrivate(node.name);
        break;
    }
  }

  /** A method alone was cut out of its object or class, and a bare arrow out of its method. */
  #superIsForeign(scope: Scope): boolean {
    if (scope.home === undefined) return scope.kind !== "initializer";
    return (
      this.#root.type === "Property" &&
      scope.home.type === "ObjectExpression" &&
      scope.node === this.#root.value
    );
  }
}

const LEXICAL_THIS: BoundUse = {
  cause: "it is an arrow function that uses `this` of the code around it",
  remedy: "Copy what it needs of `this` to a const first, or pass it as an argument.",
};
const LEXICAL_ARGUMENTS: BoundUse = {
  cause: "it is an arrow function that uses `arguments` of the function around it",
  remedy: "Copy what it needs of `arguments` to a const first, or pass it as an argument.",
};
const FOREIGN_SUPER: BoundUse = {
  cause: "it is a method that uses `super`, which belongs to the object it was written in",
  remedy: "Make it a method of a class and send an instance, or call the other method by its name.",
};
const IMPORT_META: BoundUse = {
  cause: "it uses `import.meta`, which belongs to its module",
  remedy: "Copy what it needs (such as `import.meta.url`) to a const outside the function.",
};
const foreignPrivate = (name: string): BoundUse => ({
  cause: `it uses the private name #${name} of the class it was written in`,
  remedy:
    "Send the class or an instance instead of the function alone; within the class make it a method, not a " +
    "function in a field.",
});

/** `arguments` outside of any function, and what Vite puts in the place of syntax. */
const TIED_NAMES = new Map<string, BoundUse>([
  ["arguments", LEXICAL_ARGUMENTS],
  ["__vite_ssr_import_meta__", IMPORT_META],
  [
    "__vite_ssr_dynamic_import__",
    {
      cause:
        "it imports a module while it runs, and Vite has replaced the import by one of its own",
      remedy: "Import the module at the top of the file, or pass what it gives as an argument.",
    },
  ],
]);
