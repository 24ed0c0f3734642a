/**
 * Code of a function under construction: values that are used more than once get a local, vector constants get
 * one that is set once, before everything else. Formulas are written as plain calls that give values.
 */

import type { ValueType } from "../../wasm/encoder.ts";
import type { Callable, FunctionScope } from "../../wasm/module.ts";
import { type Body, type Expr, iff, type Local, type Statement, set } from "../../wasm/ops.ts";
import { f64x2, i64x2, type Vector, v128 } from "../../wasm/simd.ts";

/** Functions of JavaScript that take over where a vector function has no method of its own. */
export type HostName = "sin" | "cos" | "tan";
export type Host = Readonly<Record<HostName, Callable<"f64">>>;

export class Code {
  readonly host: Host;
  readonly #scope: FunctionScope;
  readonly #constants: Map<string, Local<"v128">> = new Map();
  readonly #prologue: Statement[] = [];
  #statements: Statement[] = [];
  /** Sums of products may be rounded once. */
  readonly isFused: boolean;

  constructor(scope: FunctionScope, host: Host, isFused = false) {
    this.#scope = scope;
    this.host = host;
    this.isFused = isFused;
  }

  local<T extends ValueType>(type: T): Local<T> {
    return this.#scope.local(type);
  }

  emit(...statements: Statement[]): void {
    this.#statements.push(...statements);
  }

  /** A value computed here and used several times. */
  let<T extends ValueType>(value: Expr<T>): Local<T> {
    const local = this.#scope.local(value.type);
    this.emit(set(local, value));
    return local;
  }

  /** The same number in both lanes. */
  f64(value: number): Vector {
    return this.#constant(`f64 ${Object.is(value, -0) ? "-0" : value}`, () =>
      f64x2.const(value, value),
    );
  }

  /** The same bits in both lanes. */
  i64(bits: bigint): Vector {
    return this.#constant(`i64 ${bits}`, () => i64x2.const(bits, bits));
  }

  /** Any constant, set once. */
  bytes(bytes: Uint8Array): Vector {
    return this.#constant(`${bytes}`, () => v128.const(bytes));
  }

  #constant(key: string, make: () => Vector): Vector {
    let local = this.#constants.get(key);
    if (!local) {
      this.#constants.set(key, (local = this.#scope.local("v128")));
      this.#prologue.push(set(local, make()));
    }
    return local;
  }

  /** a · b + c of f64 lanes. */
  multiplyAdd(a: Vector, b: Vector, c: Vector): Vector {
    return this.isFused ? f64x2.relaxedMadd(a, b, c) : f64x2.add(f64x2.mul(a, b), c);
  }

  /** What `fill` emits, for a block or a loop. */
  nested(fill: () => void): Body {
    const outer = this.#statements;
    const inner: Statement[] = [];
    this.#statements = inner;
    fill();
    this.#statements = outer;
    return inner;
  }

  when(condition: Expr<"i32">, then: () => void): void {
    this.emit(iff(condition, this.nested(then)));
  }

  /** Everything emitted, behind the constants. */
  body(): Body {
    return [...this.#prologue, ...this.#statements];
  }
}
