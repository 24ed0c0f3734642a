/** What names mean within a kernel, and the functions whose bodies are being compiled. */

import type { AnyNode } from "acorn";
import type { ElementDType, Expression, Label } from "../ir.ts";
import type { FrontType } from "./meaning.ts";
import type { FunctionNode, FunctionSource } from "./source.ts";

/** A value while it is compiled. */
export interface Typed {
  readonly type: FrontType;
  /** Of the type that the rules make of `type`. */
  readonly ir: Expression;
  /** An integer expression that is what `| 0` makes of the value, where that is more than a cast of it. */
  readonly integer?: Expression | undefined;
  /** The operands, where it is a quotient of integers; of one type. */
  readonly quotient?: readonly [Expression, Expression] | undefined;
}

/** An array as code sees it. */
export interface ArrayBinding {
  readonly kind: "array";
  readonly name: string;
  readonly dtype: ElementDType;
  readonly storage: "parameter" | "shared" | "private";
  /** Undefined for parameters. */
  readonly length: number | undefined;
  /** Under which the type of its elements is found out; arrays of a declared type have none. */
  readonly key: string | undefined;
}

export interface VariableBinding {
  readonly kind: "variable";
  readonly name: string;
  readonly key: string;
  readonly isConstant: boolean;
  readonly from: Initialiser | undefined;
}

/** A record that a function is given; its fields never change. */
export interface RecordBinding {
  readonly kind: "record";
  readonly fields: ReadonlyMap<string, Typed>;
}

/** What a constant was made of. */
export interface Initialiser {
  readonly node: AnyNode;
  readonly scope: Scope;
}

export type Binding =
  | VariableBinding
  | ArrayBinding
  | RecordBinding
  /** Stands for an expression that never changes. */
  | { readonly kind: "value"; readonly value: Typed; readonly from: Initialiser | undefined }
  | { readonly kind: "function"; readonly node: FunctionNode; readonly scope: Scope };

export class Scope {
  readonly parent: Scope | undefined;
  readonly #bindings = new Map<string, Binding>();

  constructor(parent?: Scope) {
    this.parent = parent;
  }

  set(name: string, binding: Binding): void {
    this.#bindings.set(name, binding);
  }

  find(name: string): Binding | undefined {
    return this.#bindings.get(name) ?? this.parent?.find(name);
  }
}

/** Where `break`, `continue` or `return` go. */
export interface Target {
  /** Labels in the source that name it. */
  readonly names: readonly string[];
  readonly kind: "loop" | "switch" | "block";
  readonly label: Label;
}

/** A function whose body is being compiled: the kernel's own or an inlined helper. */
export interface Frame {
  readonly source: FunctionSource;
  readonly node: FunctionNode;
  /** Its number in the environment; functions within a function share it. */
  readonly owner: number;
  /** Different for each place at which a helper is inlined. */
  readonly path: string;
  /** Names that are assigned somewhere in the function. */
  readonly assigned: ReadonlySet<string>;
  /** Absent in the kernel's own function. */
  readonly result: ResultSlot | undefined;
  readonly caller: Frame | undefined;
  readonly targets: Target[];
}

/** Where an inlined function leaves what it returns. */
export interface ResultSlot {
  readonly key: string;
  readonly name: string;
  readonly label: Label;
  /** Some `return` gave a value. */
  hasValue: boolean;
}

export type Argument = Typed | ArrayBinding | RecordBinding;

/** Where a statement comes from. */
export interface Origin {
  readonly source: FunctionSource;
  readonly node: AnyNode;
}
