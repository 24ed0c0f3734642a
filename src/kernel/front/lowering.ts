/**
 * The state of one pass over a kernel: statements written so far, what names mean, and the types of variables.
 * The types are guesses that only grow; passes are repeated until one of them changes none.
 */

import type { AnyNode } from "acorn";
import type { KernelError } from "../../wire/errors.ts";
import { cast, constant, isConstant, variable } from "../build.ts";
import type {
  ElementDType,
  Expression,
  FloatType,
  Label,
  LocalArray,
  ScalarParameter,
  Statement,
  ValueType,
} from "../ir.ts";
import { valueTypeOf } from "../ir.ts";
import type { CapturedNumber, Environment } from "./captures.ts";
import type { FrontType, NumberRules } from "./meaning.ts";
import type { ArrayBinding, Frame, Initialiser, Origin, Typed, VariableBinding } from "./scope.ts";
import { Scope } from "./scope.ts";
import { kernelError } from "./source.ts";

/** The rules that translate syntax; they need each other and are given all together. */
export interface Rules {
  expression(cx: Lowering, node: AnyNode): Typed;
  /** For its effects only. */
  effect(cx: Lowering, node: AnyNode): void;
  statements(cx: Lowering, nodes: readonly AnyNode[], isTail: boolean): void;
  call(cx: Lowering, node: AnyNode & { type: "CallExpression" }): Typed | undefined;
}

const MOST_STATEMENTS = 50_000;

export class Lowering {
  readonly rules: Rules;
  /** Of the function at hand. */
  numbers: NumberRules;
  readonly environment: Environment;
  readonly origins: WeakMap<Statement, Origin> = new WeakMap();
  readonly variables: Map<string, { readonly origin: Origin; readonly name: string }> = new Map();
  readonly shared: LocalArray[] = [];
  readonly scalars: ScalarParameter[] = [];
  readonly isElementwise: boolean;
  scope: Scope = new Scope();
  frame!: Frame;
  out: Statement[] = [];
  readonly #types: Map<string, FrontType>;
  #hasChanged = false;
  readonly #names = new Map<string, number>();
  readonly #constants = new Set<string>();
  readonly #captured = new Map<CapturedNumber, string>();
  /** As what weak floats are passed, where functions with different rules may take the same one. */
  weakFloat: FloatType | undefined;
  #labels = 0;
  #statements = 0;

  constructor(
    rules: Rules,
    numbers: NumberRules,
    environment: Environment,
    types: Map<string, FrontType>,
    isElementwise: boolean,
  ) {
    this.rules = rules;
    this.numbers = numbers;
    this.environment = environment;
    this.#types = types;
    this.isElementwise = isElementwise;
  }

  /** Whether this pass has found a type to be more than it was taken for. */
  get hasChanged(): boolean {
    return this.#hasChanged;
  }

  error(node: AnyNode, reason: string, remedy: string): KernelError {
    return kernelError(this.frame.source, node, reason, remedy);
  }

  // --- Names and types ---------------------------------------------------------------------------

  /** An identifier that is free in all targets. */
  fresh(base: string): string {
    const plain = base.replace(/[^A-Za-z0-9]/g, "") || "v";
    const word = /^[0-9]/.test(plain) ? `v${plain}` : plain;
    const number = (this.#names.get(word) ?? 0) + 1;
    this.#names.set(word, number);
    return `${word}_${number}`;
  }

  freshLabel(): Label {
    return ++this.#labels;
  }

  keyFor(node: AnyNode): string {
    return `${this.frame.path}:${node.start}`;
  }

  typeOf(key: string): FrontType | undefined {
    return this.#types.get(key);
  }

  /** The variable of a key, for messages. */
  noteVariable(key: string, node: AnyNode, name: string): void {
    this.variables.set(key, { origin: { source: this.frame.source, node }, name });
  }

  /** Notes that a variable also holds values of this type, and gives the type that it must have. */
  widen(key: string, type: FrontType): FrontType {
    const known = this.#types.get(key);
    const wider = known === undefined ? type : this.numbers.join(known, type);
    if (wider !== known) {
      this.#types.set(key, wider);
      this.#hasChanged = true;
    }
    return wider;
  }

  /** Parameters and variables that never change once they are there. */
  noteConstant(name: string): void {
    this.#constants.add(name);
  }

  /** Reading it later, or twice, is the same and costs nothing. */
  isTrivial(e: Expression): boolean {
    switch (e.kind) {
      case "constant":
      case "index":
      case "length":
        return true;
      case "variable":
        return this.#constants.has(e.name);
      case "cast":
        return this.isTrivial(e.operand);
      default:
        return false;
    }
  }

  // --- Values ------------------------------------------------------------------------------------

  concrete(type: FrontType): ValueType {
    return this.numbers.concrete(type);
  }

  convert(value: Typed, type: FrontType): Expression {
    const to = this.concrete(type);
    if (value.integer && (to === "i32" || to === "u32")) return cast(value.integer, to);
    return cast(value.ir, to);
  }

  literal(value: number): Typed {
    const type = this.numbers.literal(value);
    return { type, ir: constant(this.concrete(type), value) };
  }

  zero(type: FrontType): Expression {
    return constant(this.concrete(type), 0);
  }

  /** What JavaScript's `undefined` becomes in arithmetic. */
  nothing(type: FrontType): Expression {
    const to = this.concrete(type);
    return constant(to, to === "f32" || to === "f64" ? Number.NaN : 0);
  }

  captured(number: CapturedNumber): Typed {
    let name = this.#captured.get(number);
    const type = (number.type === "float" && this.weakFloat) || this.concrete(number.type);
    if (name === undefined) {
      name = this.fresh(number.name);
      this.#captured.set(number, name);
      this.scalars.push({ kind: "scalar", name, type });
      this.noteConstant(name);
    }
    return { type: number.type, ir: cast(variable(type, name), this.concrete(number.type)) };
  }

  /** An element as a value: in JavaScript's meaning floats are `f64` at once. */
  load(array: ArrayBinding, index: Expression): Typed {
    const own = this.elementType(array);
    const dtype = this.elementDType(array);
    const ir: Expression = {
      kind: "load",
      type: valueTypeOf(dtype),
      array: array.name,
      dtype,
      index,
    };
    const type = this.numbers.meaning === "javascript" && own === "f32" ? "f64" : own;
    return { type, ir: cast(ir, this.concrete(type)) };
  }

  store(array: ArrayBinding, index: Expression, value: Typed): void {
    if (array.key !== undefined) this.widen(array.key, value.type);
    const dtype = this.elementDType(array);
    const converted = this.convert(value, valueTypeOf(dtype));
    this.emit({ kind: "store", array: array.name, dtype, index, value: converted });
  }

  elementType(array: ArrayBinding): FrontType {
    return (
      (array.key === undefined ? undefined : this.typeOf(array.key)) ?? valueTypeOf(array.dtype)
    );
  }

  /** The dtype that an array whose elements' type is found out has so far. */
  elementDType(array: ArrayBinding): ElementDType {
    return array.key === undefined
      ? array.dtype
      : (this.concrete(this.elementType(array)) as ElementDType);
  }

  // --- Statements --------------------------------------------------------------------------------

  emit(statement: Statement, node?: AnyNode): void {
    if (++this.#statements > MOST_STATEMENTS) {
      throw this.error(
        this.frame.node,
        `with its helpers inlined it has more than ${MOST_STATEMENTS} statements`,
        "Call helpers in a loop rather than one by one, or split the kernel",
      );
    }
    if (node) this.origins.set(statement, { source: this.frame.source, node });
    this.out.push(statement);
  }

  /** The statements that are written meanwhile. */
  collect(write: () => void): Statement[] {
    const before = this.out;
    const inner: Statement[] = [];
    this.out = inner;
    try {
      write();
    } finally {
      this.out = before;
    }
    return inner;
  }

  withScope<T>(scope: Scope, run: () => T): T {
    const before = this.scope;
    this.scope = scope;
    try {
      return run();
    } finally {
      this.scope = before;
    }
  }

  /** A value that stays what it is now, whatever statements follow. */
  settle(value: Typed): Typed {
    if (this.isTrivial(value.ir)) return value;
    const name = this.fresh("t");
    this.noteConstant(name);
    const { type } = value.ir;
    this.emit({ kind: "let", name, type, value: value.ir, isConstant: true, isUniform: false });
    return { type: value.type, ir: variable(type, name) };
  }

  settled(e: Expression): Expression {
    return this.settle({ type: e.type, ir: e }).ir;
  }

  /** Values in their order: what one of them changes is not seen by those before it. */
  inOrder<A>(parts: readonly A[], lower: (part: A) => Typed): Typed[] {
    const values: Typed[] = [];
    for (const part of parts) {
      const start = this.out.length;
      const value = lower(part);
      if (this.out.length > start) {
        const written = this.out.splice(start);
        for (const [i, each] of values.entries()) values[i] = this.settle(each);
        this.out.push(...written);
      }
      values.push(value);
    }
    return values;
  }

  expressions(nodes: readonly AnyNode[]): Typed[] {
    return this.inOrder(nodes, (node) => this.rules.expression(this, node));
  }

  expression(node: AnyNode): Typed {
    return this.rules.expression(this, node);
  }

  condition(node: AnyNode): Expression {
    return this.convert(this.expression(node), "bool");
  }

  /** A new variable for values of the program, with its first value. */
  declare(
    name: string,
    node: AnyNode,
    value: Typed | undefined,
    isConstant: boolean,
    from?: Initialiser,
  ): VariableBinding {
    const key = this.keyFor(node);
    this.noteVariable(key, node, name);
    if (value) this.widen(key, value.type);
    const type = this.typeOf(key) ?? "int";
    const own = this.fresh(name);
    if (isConstant) this.noteConstant(own);
    const first = value ? this.convert(value, type) : this.nothing(type);
    this.emit(
      {
        kind: "let",
        name: own,
        type: this.concrete(type),
        value: first,
        isConstant,
        isUniform: false,
      },
      node,
    );
    return { kind: "variable", name: own, key, isConstant, from };
  }

  /** Binds a name to a value: in place where neither changes, otherwise through a variable. */
  bind(
    name: string,
    node: AnyNode,
    value: Typed | undefined,
    isConstant: boolean,
    init?: AnyNode | null,
  ): void {
    const from = isConstant && init ? { node: init, scope: this.scope } : undefined;
    const isFixed = value && isConstant && this.isTrivial(value.ir);
    this.scope.set(
      name,
      isFixed ? { kind: "value", value, from } : this.declare(name, node, value, isConstant, from),
    );
  }

  read(binding: VariableBinding): Typed {
    const type = this.typeOf(binding.key) ?? "int";
    return { type, ir: variable(this.concrete(type), binding.name) };
  }

  assign(binding: { readonly name: string; readonly key: string }, value: Typed): void {
    const type = this.widen(binding.key, value.type);
    this.emit({ kind: "assign", name: binding.name, value: this.convert(value, type) });
  }
}

/** The value of an expression that is the same in every item and launch. */
export function constantValue(value: Typed): number | undefined {
  return isConstant(value.ir) ? value.ir.value : undefined;
}
