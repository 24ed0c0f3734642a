/**
 * A WebAssembly module under construction: imports, one imported shared memory, functions. Types and indices
 * are assigned here; what functions do is written with `ops.ts`.
 */

import { Encoder, type ValueType } from "./encoder.ts";
import { type Body, type Expr, type Local, type Operand, operand, writeProbe } from "./ops.ts";

export type Params = Readonly<Record<string, ValueType>>;
type ParamLocals<P extends Params> = { readonly [K in keyof P]: Local<P[K]> };
type Result = ValueType | "void";

/** Calls the function with one operand a parameter, in the order of their declaration. */
export type Callable<R extends Result> = (...args: (Operand<ValueType> | number)[]) => Expr<R>;

export interface FunctionScope {
  local<T extends ValueType>(type: T): Local<T>;
  /** Several locals by name: `{ at: "i32", bits: "i64" }`. */
  locals<P extends Params>(types: P): ParamLocals<P>;
}

export interface ModuleOptions {
  /** Writes a call of the import `env.probe` at every loop head and function entry. */
  readonly probe?: boolean;
}

interface Signature {
  readonly params: readonly ValueType[];
  readonly result: Result;
}

interface Definition extends Signature {
  readonly name: string;
  readonly exported: boolean;
  readonly locals: ValueType[];
  readonly body: Body;
}

export class ModuleBuilder {
  readonly #types: string[] = [];
  readonly #signatures: Signature[] = [];
  readonly #imports: { name: string; type: number }[] = [];
  readonly #functions: Definition[] = [];
  readonly #maximumPages: number;
  readonly #probe: boolean;

  /** The module imports `env.memory`, shared, with at most `maximumPages` pages of 64 KiB. */
  constructor(maximumPages: number, options: ModuleOptions = {}) {
    this.#maximumPages = maximumPages;
    this.#probe = options.probe ?? false;
    if (this.#probe) this.import("probe", [], "void");
  }

  /** Imports `env.<name>`; every import comes before the first function. */
  import<R extends Result>(name: string, params: readonly ValueType[], result: R): Callable<R> {
    if (this.#functions.length > 0) throw new Error("internal: imports come before functions");
    this.#imports.push({ name, type: this.#type({ params, result }) });
    return call(this.#imports.length - 1, { params, result }) as Callable<R>;
  }

  /** Defines a function for other functions of the module. */
  define<P extends Params, R extends Result>(
    name: string,
    params: P,
    result: R,
    fill: (params: ParamLocals<P>, scope: FunctionScope) => Body,
  ): Callable<R> {
    return this.#add(name, params, result, false, fill);
  }

  /** Defines a function that the module exports under its name. */
  export<P extends Params, R extends Result>(
    name: string,
    params: P,
    result: R,
    fill: (params: ParamLocals<P>, scope: FunctionScope) => Body,
  ): Callable<R> {
    return this.#add(name, params, result, true, fill);
  }

  #add<P extends Params, R extends Result>(
    name: string,
    params: P,
    result: R,
    exported: boolean,
    fill: (params: ParamLocals<P>, scope: FunctionScope) => Body,
  ): Callable<R> {
    const names = Object.keys(params);
    const types = Object.values(params);
    const locals: ValueType[] = [];
    const localAt = <T extends ValueType>(type: T, index: number): Local<T> => ({
      type,
      index,
      emit: (out) => {
        out.byte(0x20);
        out.unsigned(index);
      },
    });
    const arguments_ = Object.fromEntries(
      names.map((key, index) => [key, localAt(types[index] as ValueType, index)]),
    ) as ParamLocals<P>;
    const local = <T extends ValueType>(type: T): Local<T> =>
      localAt(type, types.length + locals.push(type) - 1);
    const scope: FunctionScope = {
      local,
      locals: <Q extends Params>(wanted: Q) =>
        Object.fromEntries(
          Object.entries(wanted).map(([key, type]) => [key, local(type)]),
        ) as ParamLocals<Q>,
    };
    const index = this.#imports.length + this.#functions.length;
    const body = fill(arguments_, scope);
    this.#functions.push({ name, params: types, result, exported, locals, body });
    return call(index, { params: types, result }) as Callable<R>;
  }

  #type(signature: Signature): number {
    const key = `${signature.params.join()}>${signature.result}`;
    const known = this.#types.indexOf(key);
    if (known >= 0) return known;
    this.#signatures.push(signature);
    return this.#types.push(key) - 1;
  }

  /** The finished binary. */
  bytes(): Uint8Array<ArrayBuffer> {
    const out = new Encoder(this.#probe ? 0 : null);
    const typeOf = this.#functions.map((f) => this.#type(f));
    out.byte(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
    out.section(1, this.#signatures.length, (section) => {
      for (const { params, result } of this.#signatures) {
        section.byte(0x60);
        section.unsigned(params.length);
        for (const param of params) section.type(param);
        section.unsigned(result === "void" ? 0 : 1);
        if (result !== "void") section.type(result);
      }
    });
    out.section(2, this.#imports.length + 1, (section) => {
      for (const { name, type } of this.#imports) {
        section.name("env");
        section.name(name);
        section.byte(0x00);
        section.unsigned(type);
      }
      section.name("env");
      section.name("memory");
      section.byte(0x02, 0x03);
      section.unsigned(1);
      section.unsigned(this.#maximumPages);
    });
    out.section(3, typeOf.length, (section) => {
      for (const type of typeOf) section.unsigned(type);
    });
    const exported = this.#functions.flatMap((f, index) => (f.exported ? [{ f, index }] : []));
    out.section(7, exported.length, (section) => {
      for (const { f, index } of exported) {
        section.name(f.name);
        section.byte(0x00);
        section.unsigned(this.#imports.length + index);
      }
    });
    out.section(10, this.#functions.length, (section) => {
      for (const f of this.#functions) section.sized((code) => writeFunction(code, f));
    });
    return new Uint8Array(out.bytes);
  }
}

function writeFunction(code: Encoder, f: Definition): void {
  code.unsigned(f.locals.length);
  for (const type of f.locals) {
    code.unsigned(1);
    code.type(type);
  }
  writeProbe(code);
  for (const statement of f.body) statement.emit(code);
  if (f.result !== "void") code.byte(0x00); // a function with a result always leaves by `ret`
  code.byte(0x0b);
}

function call(index: number, { params, result }: Signature): Callable<Result> {
  return (...args) => {
    if (args.length !== params.length) {
      throw new Error(`internal: ${args.length} arguments for ${params.length} parameters`);
    }
    const operands = params.map((type, at) => {
      const given = operand(type, args[at] as Operand<ValueType>);
      if (given.type !== type)
        throw new Error(`internal: ${given.type} for a parameter of ${type}`);
      return given;
    });
    return {
      type: result,
      emit(out) {
        for (const each of operands) each.emit(out);
        out.byte(0x10);
        out.unsigned(index);
      },
    };
  };
}
