/**
 * Scopes of a program: which names it declares where, and which declaration every use of a name means. The
 * same analysis serves one function taken alone, whose unresolved names are what it captures, and the whole
 * script around it, which tells whether a captured variable is ever assigned.
 */

import type { AnyNode, Class, Function as FunctionNode, Identifier, Program } from "acorn";
import { declare, declareBody, declarePattern, declareStatement } from "./declarations.ts";
import { type Reference, resolve, type Scope, type ScopeKind } from "./scope.ts";
import { childrenOf } from "./syntax.ts";

export interface Analysis {
  readonly program: Scope;
  /** Uses of names that nothing in the program declares. */
  readonly unresolved: readonly Reference[];
  readonly scopes: ReadonlyMap<AnyNode, Scope>;
  readonly loops: readonly AnyNode[];
  /** `eval` or `with` may use and change any variable. */
  readonly opaque: boolean;
}

export interface AnalysisOptions {
  /** Sees every node that is visited, in its scope. */
  readonly observe?: (node: AnyNode, scope: Scope) => void;
  /** Nodes to leave out, with all that is in them. */
  readonly skip?: ReadonlySet<AnyNode>;
}

export function analyseScopes(program: Program, options: AnalysisOptions = {}): Analysis {
  return new Analyser(program, options).run();
}

/** Methods of the built-in collections that change what they are called on. */
const MUTATORS = new Set(
  (
    "add clear copyWithin delete fill pop push reverse set setDate setFullYear setHours setMilliseconds " +
    "setMinutes setMonth setSeconds setTime shift sort splice unshift"
  ).split(" "),
);

interface Use {
  readonly member?: string | undefined;
  readonly assigns?: boolean;
  readonly mutates?: boolean;
  readonly onlyTypeof?: boolean;
}

class Analyser {
  readonly #root: Program;
  readonly #observe: (node: AnyNode, scope: Scope) => void;
  readonly #skip: ReadonlySet<AnyNode>;
  readonly #references: Reference[] = [];
  readonly #scopes = new Map<AnyNode, Scope>();
  readonly #loops: AnyNode[] = [];
  #opaque = false;

  constructor(program: Program, options: AnalysisOptions) {
    this.#root = program;
    this.#observe = options.observe ?? (() => {});
    this.#skip = options.skip ?? new Set();
  }

  run(): Analysis {
    const program = this.#enter("program", this.#root, undefined);
    declareBody(this.#root.body, program);
    this.#all(this.#root.body, program);
    const unresolved = this.#references.filter((reference) => {
      const binding = resolve(reference.name, reference.scope);
      binding?.references.push(reference);
      return binding === undefined;
    });
    return {
      program,
      unresolved,
      scopes: this.#scopes,
      loops: this.#loops,
      opaque: this.#opaque,
    };
  }

  // --- Declarations ------------------------------------------------------------------------------

  #enter(kind: ScopeKind, node: AnyNode, parent: Scope | undefined, home?: AnyNode): Scope {
    const scope: Scope = { kind, node, parent, bindings: new Map(), home };
    this.#scopes.set(node, scope);
    return scope;
  }

  // --- Uses --------------------------------------------------------------------------------------

  #all(nodes: Iterable<AnyNode | null | undefined>, scope: Scope): void {
    for (const node of nodes) if (node) this.#visit(node, scope);
  }

  #use(node: Identifier, scope: Scope, use: Use = {}): void {
    this.#references.push({
      name: node.name,
      node,
      scope,
      member: use.member,
      assigns: use.assigns ?? false,
      mutates: use.mutates ?? false,
      onlyTypeof: use.onlyTypeof ?? false,
    });
  }

  #visit(node: AnyNode, scope: Scope): void {
    if (this.#skip.has(node)) return;
    this.#observe(node, scope);
    if (LOOPS.has(node.type)) this.#loops.push(node);
    switch (node.type) {
      case "Identifier":
        this.#use(node, scope);
        break;
      case "MemberExpression":
        this.#member(node, scope, false);
        break;
      case "CallExpression":
        this.#call(node, scope);
        break;
      case "UnaryExpression":
        if (node.operator === "typeof" && node.argument.type === "Identifier") {
          this.#use(node.argument, scope, { onlyTypeof: true });
        } else if (node.operator === "delete") this.#target(node.argument, scope);
        else this.#visit(node.argument, scope);
        break;
      case "AssignmentExpression":
        this.#target(node.left, scope);
        this.#visit(node.right, scope);
        break;
      case "UpdateExpression":
        this.#target(node.argument, scope);
        break;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        this.#function(node, scope);
        break;
      case "ClassDeclaration":
      case "ClassExpression":
        this.#class(node, scope);
        break;
      case "ObjectExpression":
        for (const each of node.properties) {
          if (each.type === "Property") this.#property(each, scope, node);
          else this.#visit(each, scope);
        }
        break;
      case "VariableDeclaration":
        for (const each of node.declarations) {
          this.#pattern(each.id, scope);
          if (each.init) this.#visit(each.init, scope);
        }
        break;
      case "BlockStatement":
      case "StaticBlock":
        this.#block(node, node.body, scope);
        break;
      case "SwitchStatement":
        this.#visit(node.discriminant, scope);
        this.#block(
          node,
          node.cases.flatMap((each) => each.consequent),
          scope,
          node.cases.map((each) => each.test),
        );
        break;
      case "ForStatement":
        this.#loop(node, node.init, [node.init, node.test, node.update, node.body], scope);
        break;
      case "ForInStatement":
      case "ForOfStatement":
        this.#loop(node, node.left, [node.right, node.body], scope);
        break;
      case "CatchClause": {
        const inner = this.#enter("block", node, scope);
        if (node.param) {
          declarePattern(inner, node.param, "let", node);
          this.#pattern(node.param, inner);
        }
        this.#visit(node.body, inner);
        break;
      }
      case "WithStatement":
        this.#opaque = true;
        this.#all(childrenOf(node), scope);
        break;
      case "LabeledStatement":
        this.#visit(node.body, scope);
        break;
      case "BreakStatement":
      case "ContinueStatement":
      case "MetaProperty":
      case "ImportDeclaration":
      case "ExportAllDeclaration":
        break;
      case "ExportNamedDeclaration":
        if (node.declaration) this.#visit(node.declaration, scope);
        else if (!node.source)
          this.#all(
            node.specifiers.map((each) => each.local),
            scope,
          );
        break;
      default:
        this.#all(childrenOf(node), scope);
    }
  }

  #block(
    node: AnyNode,
    body: readonly AnyNode[],
    scope: Scope,
    before: readonly (AnyNode | null | undefined)[] = [],
  ): void {
    const inner = this.#enter(node.type === "StaticBlock" ? "initializer" : "block", node, scope);
    if (node.type === "StaticBlock") declareBody(body, inner);
    else for (const statement of body) declareStatement(statement, inner);
    this.#all(before, inner);
    this.#all(body, inner);
  }

  #loop(
    node: AnyNode,
    head: AnyNode | null | undefined,
    parts: readonly (AnyNode | null | undefined)[],
    scope: Scope,
  ): void {
    const inner = this.#enter("block", node, scope);
    if (head) {
      declareStatement(head, inner);
      if (node.type !== "ForStatement") {
        if (head.type === "VariableDeclaration") this.#visit(head, inner);
        else this.#target(head, inner);
      }
    }
    this.#all(parts, inner);
  }

  #member(node: AnyNode & { type: "MemberExpression" }, scope: Scope, mutates: boolean): void {
    const member =
      !node.computed && node.property.type === "Identifier" ? node.property.name : undefined;
    if (node.computed) this.#visit(node.property, scope);
    else this.#observe(node.property, scope);
    const { object } = node;
    if (object.type === "Identifier") this.#use(object, scope, { member, mutates });
    else if (object.type === "MemberExpression") {
      this.#observe(object, scope);
      this.#member(object, scope, mutates);
    } else this.#visit(object, scope);
  }

  #call(node: AnyNode & { type: "CallExpression" }, scope: Scope): void {
    const { callee } = node;
    if (callee.type === "MemberExpression") {
      this.#observe(callee, scope);
      const name = callee.property.type === "Identifier" ? callee.property.name : "";
      // The method is read from the object, so a namespace used so is still used by its members.
      this.#member(callee, scope, !callee.computed && MUTATORS.has(name));
    } else {
      if (callee.type === "Identifier" && callee.name === "eval") this.#opaque = true;
      this.#visit(callee, scope);
    }
    this.#all(node.arguments, scope);
  }

  /** What stands left of an assignment, or is counted up, or deleted. */
  #target(node: AnyNode, scope: Scope): void {
    switch (node.type) {
      case "Identifier":
        this.#use(node, scope, { assigns: true });
        break;
      case "MemberExpression":
        this.#observe(node, scope);
        this.#member(node, scope, true);
        break;
      case "ObjectPattern":
        for (const each of node.properties) {
          if (each.type === "RestElement") this.#target(each.argument, scope);
          else {
            if (each.computed) this.#visit(each.key, scope);
            this.#target(each.value, scope);
          }
        }
        break;
      case "ArrayPattern":
        for (const each of node.elements) if (each) this.#target(each, scope);
        break;
      case "AssignmentPattern":
        this.#target(node.left, scope);
        this.#visit(node.right, scope);
        break;
      case "RestElement":
        this.#target(node.argument, scope);
        break;
      default:
        this.#visit(node, scope);
    }
  }

  /** The expressions within a declared pattern: defaults and computed keys. */
  #pattern(pattern: AnyNode, scope: Scope): void {
    switch (pattern.type) {
      case "ObjectPattern":
        for (const each of pattern.properties) {
          if (each.type === "RestElement") this.#pattern(each.argument, scope);
          else {
            if (each.computed) this.#visit(each.key, scope);
            this.#pattern(each.value, scope);
          }
        }
        break;
      case "ArrayPattern":
        for (const each of pattern.elements) if (each) this.#pattern(each, scope);
        break;
      case "AssignmentPattern":
        this.#pattern(pattern.left, scope);
        this.#visit(pattern.right, scope);
        break;
      case "RestElement":
        this.#pattern(pattern.argument, scope);
        break;
    }
  }

  #property(node: AnyNode & { type: "Property" }, scope: Scope, literal: AnyNode): void {
    this.#observe(node, scope);
    if (node.computed) this.#visit(node.key, scope);
    if (this.#skip.has(node.value)) return;
    const isMethod = node.method || node.kind !== "init";
    if (isMethod && node.value.type === "FunctionExpression") {
      this.#observe(node.value, scope);
      this.#function(node.value, scope, literal);
    } else this.#visit(node.value, scope);
  }

  #function(node: AnyNode & FunctionNode, scope: Scope, home?: AnyNode): void {
    let outer = scope;
    if (node.type === "FunctionExpression" && node.id) {
      // Only a scope for the name; the function's own entry in the table is set below.
      outer = { kind: "block", node, parent: scope, bindings: new Map(), home: undefined };
      declare(outer, node.id.name, "own name", node);
    }
    const kind = node.type === "ArrowFunctionExpression" ? "arrow" : "function";
    const parameters = this.#enter(kind, node, outer, home);
    if (kind === "function") declare(parameters, "arguments", "parameter", node);
    for (const each of node.params) declarePattern(parameters, each, "parameter", node);
    for (const each of node.params) this.#pattern(each, parameters);
    if (node.body.type !== "BlockStatement") this.#visit(node.body, parameters);
    else {
      const body = this.#enter("block", node.body, parameters);
      declareBody(node.body.body, body);
      this.#all(node.body.body, body);
    }
  }

  #class(node: AnyNode & Class, scope: Scope): void {
    const inner = this.#enter("class", node, scope);
    if (node.id) declare(inner, node.id.name, "own name", node);
    if (node.superClass) this.#visit(node.superClass, inner);
    for (const member of node.body.body) {
      if (this.#skip.has(member)) continue;
      this.#observe(member, inner);
      if (member.type === "StaticBlock") {
        this.#block(member, member.body, inner);
        continue;
      }
      if (member.computed) this.#visit(member.key, inner);
      if (!member.value || this.#skip.has(member.value)) continue;
      if (member.type === "MethodDefinition") {
        this.#observe(member.value, inner);
        this.#function(member.value as AnyNode & FunctionNode, inner, node);
      } else {
        this.#visit(member.value, this.#enter("initializer", member, inner, node));
      }
    }
  }
}

const LOOPS = new Set([
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "WhileStatement",
  "DoWhileStatement",
]);
