/**
 * Statements of an elementwise kernel for several consecutive items side by side. Where their ways part, all ways are
 * taken, and masks say which items a statement is for: of each construct that differs, a mask of the
 * items that are in it; leaving a construct takes items out of the masks (as in M. Pharr, W. R. Mark: ispc, InPar
 * 2012). Conditions that are the same for all items stay branches, and their values single numbers.
 */

import type { Label as WasmLabel } from "../../wasm/encoder.ts";
import { block, br, brIf, type Expr, i32, iff, type Local, loop, set } from "../../wasm/ops.ts";
import { f32x4, f64x2, i32x4, type Vector, v128 } from "../../wasm/simd.ts";
import type {
  Expression,
  IndexExpression,
  Label,
  LoadExpression,
  Statement,
  StoreStatement,
  ValueType,
} from "../ir.ts";
import type { Code } from "../math/code.ts";
import { expressionsIn, statementsIn } from "../walk.ts";
import { loadElement, loadElements, storeElements } from "./elements.ts";
import type { Frame } from "./frame.ts";
import type { ItemWriter } from "./items.ts";
import { type Bundle, type LaneOperations, vectorsOf } from "./lanes.ts";
import { evaluate, type Sources } from "./operations.ts";
import { type Scalar, scalarType } from "./scalar.ts";
import type { Uniformity } from "./uniformity.ts";

/** A construct on the way to the current statement. */
interface Scope {
  readonly label: Label | undefined;
  /** The items in it; absent while those are all. */
  readonly mask: readonly Local<"v128">[] | undefined;
  /** The scope of a loop's turn, which `continue` leaves. */
  readonly isTurn: boolean;
  /** Where branches go that all items take. */
  readonly end?: WasmLabel;
  readonly next?: WasmLabel;
}

interface Variable {
  readonly type: ValueType;
  readonly vectors: readonly Local<"v128">[];
}

export class LaneWriter implements Sources<Bundle> {
  readonly #c: Code;
  readonly #on: LaneOperations;
  readonly #frame: Frame;
  readonly #lanes: number;
  readonly #uniformity: Uniformity;
  /** Computes what is the same for all items. */
  readonly #single: ItemWriter;
  /** The position of the first item in each array, by name. */
  readonly #pointers: ReadonlyMap<string, Expr<"i32">>;
  readonly #constants: Map<string, Bundle> = new Map();
  readonly #variables: Map<string, Variable> = new Map();
  #scopes: readonly Scope[] = [];

  constructor(
    c: Code,
    on: LaneOperations,
    single: ItemWriter,
    frame: Frame,
    uniformity: Uniformity,
    lanes: number,
    pointers: ReadonlyMap<string, Expr<"i32">>,
  ) {
    this.#c = c;
    this.#on = on;
    this.#single = single;
    this.#frame = frame;
    this.#uniformity = uniformity;
    this.#lanes = lanes;
    this.#pointers = pointers;
    for (const [name, { type, value }] of frame.scalars) {
      this.#constants.set(name, on.keep(this.#splat(type, value)));
    }
    for (const [name, place] of frame.arrays) {
      if (!place.isFixed) continue;
      const { dtype, base } = place;
      const type = dtype === "f64" || dtype === "f32" || dtype === "bool" ? dtype : "i32";
      this.#constants.set(name, on.keep(this.#splat(type, loadElement(dtype, base))));
    }
  }

  /** The whole kernel for the current item and those that follow. */
  writeItems(body: readonly Statement[]): void {
    const c = this.#c;
    const whole = block((end) =>
      c.nested(() => {
        const mask = this.#uniformity.hasEarlyEnd ? this.#copy(this.#all()) : undefined;
        this.#scopes = [{ label: undefined, mask, isTurn: false, end }];
        this.#list(body);
      }),
    );
    c.emit(whole);
  }

  // --- Where values come from ---------------------------------------------------------------------

  #value(e: Expression): Bundle {
    return evaluate(e, this.#on, this);
  }

  known(e: Expression): Bundle | undefined {
    if (e.kind === "binary" && (e.operator === "shl" || e.operator === "shr")) {
      if (this.#uniformity.isUniform(e)) return this.#splat(e.type, this.#single.value(e));
      const count = (e.right as Expression & { kind: "constant" }).value;
      return this.#on.shift(e.operator, e.type, this.#value(e.left), count);
    }
    if (e.kind === "constant" || !this.#uniformity.isUniform(e)) return undefined;
    const name = e.kind === "variable" ? e.name : e.kind === "load" ? e.array : "";
    return this.#constants.get(name) ?? this.#splat(e.type, this.#single.value(e));
  }

  variable({ name }: { name: string }): Bundle {
    const variable = this.#variables.get(name);
    if (!variable) throw new Error(`internal: variable '${name}' of the kernel is not declared`);
    return { vectors: variable.vectors };
  }

  index(_: IndexExpression): Bundle {
    const first = i32x4.splat(this.#frame.item);
    const vectors = Array.from({ length: vectorsOf("i32", this.#lanes) }, (_, k) =>
      i32x4.add(first, this.#words(4 * k, 4 * k + 1, 4 * k + 2, 4 * k + 3)),
    );
    return { vectors };
  }

  #words(...words: number[]): Vector {
    return this.#c.bytes(new Uint8Array(Int32Array.from(words).buffer));
  }

  length(): Bundle {
    throw new Error("internal: the length of an array differs between items");
  }

  load({ array, dtype }: LoadExpression): Bundle {
    const pointer = this.#pointers.get(array) as Expr<"i32">;
    return loadElements(this.#on, dtype, pointer, this.#lanes);
  }

  #splat(type: ValueType, value: Scalar): Bundle {
    const count = vectorsOf(type, this.#lanes);
    return { vectors: Array<Vector>(count).fill(this.#c.let(splatOf(type, value))) };
  }

  // --- Masks ----------------------------------------------------------------------------------------

  #all(): Bundle {
    return this.#on.constant("bool", 1);
  }

  #copy({ vectors }: Bundle): Local<"v128">[] {
    return vectors.map((vector) => this.#c.let(vector));
  }

  /** The items that the current statement is for; undefined for all. */
  #mask(): Bundle | undefined {
    const vectors = this.#scopes.at(-1)?.mask;
    return vectors && { vectors };
  }

  #within(mask: Bundle | undefined, condition: Bundle): Bundle {
    const narrow = this.#on.narrow(condition);
    return mask ? this.#on.logical("and", mask, narrow) : narrow;
  }

  #any({ vectors }: Bundle): Expr<"i32"> {
    return v128.anyTrue(vectors.reduce((a, b) => v128.or(a, b)));
  }

  #remove(from: readonly Local<"v128">[], items: Bundle): void {
    from.forEach((local, k) => {
      this.#c.emit(set(local, v128.andnot(local, items.vectors[k] as Vector)));
    });
  }

  #inScope(scope: Omit<Scope, "mask"> & { mask?: Scope["mask"] }, write: () => void): void {
    const outer = this.#scopes;
    this.#scopes = [...outer, { ...scope, mask: scope.mask ?? outer.at(-1)?.mask }];
    write();
    this.#scopes = outer;
  }

  // --- Statements -----------------------------------------------------------------------------------

  #list(list: readonly Statement[]): void {
    for (const statement of list) this.#statement(statement);
  }

  #statement(statement: Statement): void {
    switch (statement.kind) {
      case "let":
        this.#declare(statement);
        break;
      case "assign":
        this.#assign(statement.name, statement.value);
        break;
      case "store":
        this.#store(statement);
        break;
      case "if":
        if (this.#uniformity.isVarying(statement)) this.#maskedIf(statement);
        else this.#branch(statement);
        break;
      case "loop":
        if (this.#uniformity.isVarying(statement)) this.#maskedLoop(statement);
        else this.#loop(statement);
        break;
      case "block":
        this.#block(statement);
        break;
      case "break":
      case "continue":
      case "return":
        this.#leave(statement);
        break;
      default:
        throw new Error(`internal: a ${statement.kind} in code for items side by side`);
    }
  }

  #declare({ name, type, value }: Statement & { kind: "let" }): void {
    if (this.#uniformity.isUniformVariable(name)) {
      this.#single.declare(name, scalarType(type), this.#single.value(value));
      return;
    }
    const bundle = this.#value(value);
    const { vectors } = type === "bool" ? this.#on.narrow(bundle) : bundle;
    const known = this.#variables.get(name)?.vectors;
    const locals = known ?? vectors.map(() => this.#c.local("v128"));
    this.#variables.set(name, { type, vectors: locals });
    locals.forEach((local, k) => {
      this.#c.emit(set(local, vectors[k] as Vector));
    });
  }

  #assign(name: string, value: Expression): void {
    if (this.#uniformity.isUniformVariable(name)) {
      this.#single.declare(name, scalarType(value.type), this.#single.value(value));
      return;
    }
    const { type, vectors } = this.#variables.get(name) as Variable;
    const mask = this.#mask();
    const given = this.#value(value);
    const old: Bundle = { vectors };
    const merged = mask ? this.#on.select(type, mask, given, old) : given;
    const kept = this.#on.keep(type === "bool" ? this.#on.narrow(merged) : merged);
    vectors.forEach((local, k) => {
      this.#c.emit(set(local, kept.vectors[k] as Vector));
    });
  }

  #store({ array, dtype, value }: StoreStatement): void {
    const pointer = this.#pointers.get(array) as Expr<"i32">;
    const mask = this.#mask();
    const given = this.#value(value);
    const old = (): Bundle => loadElements(this.#on, dtype, pointer, this.#lanes);
    const merged = mask ? this.#on.select(value.type, mask, given, old()) : given;
    this.#c.emit(...storeElements(this.#on, dtype, pointer, merged));
  }

  #branch({ condition, consequent, alternate }: Statement & { kind: "if" }): void {
    const c = this.#c;
    const nested = (list: readonly Statement[]) =>
      c.nested(() => this.#inScope({ label: undefined, isTurn: false }, () => this.#list(list)));
    c.emit(
      iff(this.#single.value(condition) as Expr<"i32">, nested(consequent), nested(alternate)),
    );
  }

  #maskedIf({ condition, consequent, alternate }: Statement & { kind: "if" }): void {
    const truth = this.#on.keep(this.#on.narrow(this.#value(condition)));
    const outer = this.#mask();
    const way = (list: readonly Statement[], items: Bundle): void => {
      if (list.length === 0) return;
      const mask = this.#copy(this.#within(outer, items));
      const write = (): void =>
        this.#inScope({ label: undefined, isTurn: false, mask }, () => this.#list(list));
      if (isCostly(list)) this.#c.when(this.#any({ vectors: mask }), write);
      else write();
    };
    const rest = alternate.length > 0 ? this.#on.unary("not", "bool", truth) : truth;
    way(consequent, truth);
    way(alternate, rest);
  }

  #loop({ label, test, body, update, until }: Statement & { kind: "loop" }): void {
    const c = this.#c;
    const single = (e: Expression): Expr<"i32"> => this.#single.value(e) as Expr<"i32">;
    const whole = block((end) => [
      loop((again) =>
        c.nested(() => {
          if (test) c.emit(brIf(end, i32.eqz(single(test))));
          const turn = block((next) =>
            c.nested(() =>
              this.#inScope({ label, isTurn: false, end, next }, () => this.#list(body)),
            ),
          );
          c.emit(turn);
          this.#list(update);
          if (until) c.emit(brIf(end, single(until)));
          c.emit(br(again));
        }),
      ),
    ]);
    c.emit(whole);
  }

  #maskedLoop({ label, test, body, update, until }: Statement & { kind: "loop" }): void {
    const c = this.#c;
    const inside = this.#copy(this.#mask() ?? this.#all());
    const items: Bundle = { vectors: inside };
    const keep = (condition: Bundle): void => {
      const left = this.#within(items, condition);
      inside.forEach((local, k) => {
        c.emit(set(local, left.vectors[k] as Vector));
      });
    };
    const whole = block((end) => [
      loop((again) =>
        c.nested(() => {
          this.#inScope({ label, isTurn: false, mask: inside }, () => {
            if (test) keep(this.#value(test));
            c.emit(brIf(end, i32.eqz(this.#any(items))));
            const mask = this.#copy(items);
            this.#inScope({ label, isTurn: true, mask }, () => this.#list(body));
            this.#list(update);
            if (until) keep(this.#on.unary("not", "bool", this.#on.narrow(this.#value(until))));
            c.emit(br(again));
          });
        }),
      ),
    ]);
    c.emit(whole);
  }

  #block(statement: Statement & { kind: "block" }): void {
    const c = this.#c;
    const { label, body } = statement;
    const outer = this.#mask();
    const isMasked = this.#uniformity.isVarying(statement);
    const whole = block((end) =>
      c.nested(() => {
        const mask = isMasked ? this.#copy(outer ?? this.#all()) : undefined;
        const scope = { label, isTurn: false, end, ...(mask && { mask }) };
        this.#inScope(scope, () => this.#list(body));
      }),
    );
    c.emit(whole);
  }

  #leave(statement: Statement & { kind: "break" | "continue" | "return" }): void {
    const c = this.#c;
    const label = statement.kind === "return" ? undefined : statement.label;
    const isContinue = statement.kind === "continue";
    const target = label === undefined ? 0 : this.#scopes.findIndex((each) => each.label === label);
    const scope = this.#scopes[target] as Scope;
    const mask = this.#mask();
    if (!mask) {
      c.emit(br((isContinue ? scope.next : scope.end) as WasmLabel));
      return;
    }
    const items = this.#on.keep(mask);
    // A loop has two scopes; `continue` leaves the inner one, that of the turn.
    const first = isContinue ? target + 1 : target;
    const masks = new Set(this.#scopes.slice(first).map((each) => each.mask));
    for (const each of masks) if (each) this.#remove(each, items);
  }
}

function splatOf(type: ValueType, value: Scalar): Vector {
  if (type === "f64") return f64x2.splat(value as Expr<"f64">);
  if (type === "f32") return f32x4.splat(value as Expr<"f32">);
  const word = value as Expr<"i32">;
  return i32x4.splat(type === "bool" ? i32.sub(0, word) : word);
}

/** Worth a branch that skips it when there are no items for it. */
function isCostly(list: readonly Statement[]): boolean {
  let count = 0;
  for (const statement of statementsIn(list)) {
    count++;
    if (statement.kind === "loop") return true;
  }
  for (const e of expressionsIn(list)) if (e.kind === "math") return true;
  return count > 4;
}
