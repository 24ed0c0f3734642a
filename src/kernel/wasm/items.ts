/** Statements of a kernel for one item after another. */

import type { Label as WasmLabel } from "../../wasm/encoder.ts";
import {
  block,
  br,
  brIf,
  type Expr,
  i32,
  iff,
  type Local,
  loop,
  memoryFill,
  ret,
  select,
  set,
} from "../../wasm/ops.ts";
import type {
  AtomicStatement,
  Expression,
  Label,
  LoadExpression,
  LocalArray,
  Statement,
  StoreStatement,
} from "../ir.ts";
import type { Code } from "../math/code.ts";
import { bytesOf, elementAddress, loadElement, missingElement, storeElement } from "./elements.ts";
import type { ArrayPlace, Frame } from "./frame.ts";
import { evaluate, type Operations, type Sources } from "./operations.ts";
import { type Scalar, type ScalarType, scalarType } from "./scalar.ts";

type I32 = Expr<"i32">;

interface Targets {
  readonly end: WasmLabel;
  readonly next: WasmLabel | undefined;
}

export class ItemWriter implements Sources<Scalar> {
  readonly #c: Code;
  readonly #on: Operations<Scalar>;
  readonly #frame: Frame;
  readonly #variables: Map<string, Local<ScalarType>> = new Map();
  readonly #private: ReadonlyMap<string, ArrayPlace>;
  readonly #targets: Map<Label, Targets> = new Map();
  #end: WasmLabel | undefined;

  constructor(
    c: Code,
    on: Operations<Scalar>,
    frame: Frame,
    privates: ReadonlyMap<string, { array: LocalArray; offset: number }> = new Map(),
  ) {
    this.#c = c;
    this.#on = on;
    this.#frame = frame;
    this.#private = new Map(
      [...privates].map(([name, { array, offset }]) => [
        name,
        {
          dtype: array.dtype,
          base: frame.scratch(offset),
          length: i32.const(array.length),
          isFixed: false,
        },
      ]),
    );
  }

  /** The whole kernel for the current item. */
  writeItem(body: readonly Statement[]): void {
    const item = block((end) => {
      this.#end = end;
      return this.#c.nested(() => this.#list(body));
    });
    this.#c.emit(item);
  }

  value(e: Expression): Scalar {
    return evaluate(e, this.#on, this);
  }

  // --- Where values come from ---------------------------------------------------------------------

  known(): undefined {
    return undefined;
  }

  variable({ name }: { name: string }): Scalar {
    const own = this.#variables.get(name) ?? this.#frame.scalars.get(name)?.value;
    if (!own) throw new Error(`internal: variable '${name}' of the kernel is not declared`);
    return own;
  }

  index(e: Parameters<Frame["index"]>[0]): Scalar {
    return this.#frame.index(e);
  }

  length({ array }: { array: string }): Scalar {
    return this.#array(array).length;
  }

  load({ array, dtype, index }: LoadExpression): Scalar {
    const place = this.#array(array);
    if (place.isFixed) return loadElement(dtype, place.base);
    const at = this.#c.let(this.value(index) as I32);
    const isInside = this.#c.let(i32.ltU(at, place.length));
    // Outside of the array its first element is read, and thrown away.
    const safe = i32.mul(at, isInside);
    const element = loadElement(dtype, elementAddress(dtype, place.base, safe));
    return select(isInside, element, missingElement(dtype) as never);
  }

  #array(name: string): ArrayPlace {
    const place = this.#frame.arrays.get(name) ?? this.#private.get(name);
    if (!place) throw new Error(`internal: array '${name}' of the kernel is not declared`);
    return place;
  }

  // --- Statements -----------------------------------------------------------------------------------

  #list(list: readonly Statement[]): void {
    for (const statement of list) this.#statement(statement);
  }

  #nested(list: readonly Statement[]) {
    return this.#c.nested(() => this.#list(list));
  }

  /** Declares a variable, or sets it. */
  declare(name: string, type: ScalarType, value: Scalar): void {
    let local = this.#variables.get(name);
    if (!local) this.#variables.set(name, (local = this.#c.local(type)));
    this.#c.emit(set(local, value as never));
  }

  #statement(statement: Statement): void {
    const c = this.#c;
    switch (statement.kind) {
      case "let":
        this.declare(statement.name, scalarType(statement.type), this.value(statement.value));
        break;
      case "assign":
        c.emit(
          set(
            this.#variables.get(statement.name) as Local<ScalarType>,
            this.value(statement.value) as never,
          ),
        );
        break;
      case "private": {
        const { name, dtype, length } = statement.array;
        c.emit(memoryFill(this.#array(name).base, 0, length * bytesOf(dtype)));
        break;
      }
      case "store":
        this.#store(statement);
        break;
      case "atomic":
        this.#atomic(statement);
        break;
      case "if": {
        const condition = this.value(statement.condition) as I32;
        c.emit(
          iff(condition, this.#nested(statement.consequent), this.#nested(statement.alternate)),
        );
        break;
      }
      case "block": {
        const { label, body } = statement;
        c.emit(
          block((end) => {
            this.#targets.set(label, { end, next: undefined });
            return this.#nested(body);
          }),
        );
        break;
      }
      case "loop":
        this.#loop(statement);
        break;
      case "break":
        c.emit(br((this.#targets.get(statement.label) as Targets).end));
        break;
      case "continue":
        c.emit(br((this.#targets.get(statement.label) as Targets).next as WasmLabel));
        break;
      case "return":
        c.emit(this.#end ? br(this.#end) : ret());
        break;
      case "barrier":
        throw new Error("internal: a barrier in code for one item");
    }
  }

  #loop(statement: Statement & { kind: "loop" }): void {
    const c = this.#c;
    const { label, test, body, update, until } = statement;
    const whole = block((end) => [
      loop((again) =>
        c.nested(() => {
          if (test) c.emit(brIf(end, i32.eqz(this.value(test) as I32)));
          c.emit(
            block((next) => {
              this.#targets.set(label, { end, next });
              return this.#nested(body);
            }),
          );
          this.#list(update);
          if (until) c.emit(brIf(end, this.value(until) as I32));
          c.emit(br(again));
        }),
      ),
    ]);
    c.emit(whole);
  }

  #store({ array, dtype, index, value }: StoreStatement): void {
    const c = this.#c;
    const place = this.#array(array);
    const at = c.let(this.value(index) as I32);
    const element = c.let(this.value(value));
    c.when(i32.ltU(at, place.length), () =>
      c.emit(storeElement(dtype, elementAddress(dtype, place.base, at), element)),
    );
  }

  #atomic(statement: AtomicStatement): void {
    const c = this.#c;
    const { operation, array, dtype, index, value, expected, result } = statement;
    const place = this.#array(array);
    const at = c.let(this.value(index) as I32);
    const given = c.let(this.value(value) as I32);
    const old = c.let(i32.const(0));
    const wanted = expected && c.let(this.value(expected) as I32);
    c.when(i32.ltU(at, place.length), () => {
      const address = c.let(elementAddress(dtype, place.base, at));
      if (operation === "compareExchange") {
        c.emit(set(old, i32.atomic.compareExchange(address, wanted as I32, given)));
      } else if (operation === "min" || operation === "max") {
        this.#exchangeBest(operation, dtype === "i32", address, given, old);
      } else {
        c.emit(set(old, i32.atomic[operation](address, given)));
      }
    });
    this.declare(result, "i32", old);
  }

  #exchangeBest(
    operation: "min" | "max",
    isSigned: boolean,
    address: I32,
    given: I32,
    old: Local<"i32">,
  ): void {
    const c = this.#c;
    const seen = c.let(i32.atomic.load(address));
    const [less, more] = isSigned ? [i32.ltS, i32.gtS] : [i32.ltU, i32.gtU];
    const isBetter = (operation === "min" ? less : more)(given, seen);
    const best = select(isBetter, given, seen);
    const attempt = loop((again) => [
      set(old, i32.atomic.compareExchange(address, seen, best)),
      iff(i32.ne(old, seen), [set(seen, old), br(again)]),
    ]);
    c.emit(attempt);
  }
}
