/** Reads and writes of arrays in WGSL, as functions that check the index. */

import type { AtomicStatement, Expression, LocalArray, ValueType } from "../ir.ts";
import { constantText } from "./expressions.ts";
import type { Helpers } from "./helpers.ts";

export interface WgslArray {
  readonly name: string;
  readonly type: "f32" | "i32" | "u32";
  readonly isAtomic: boolean;
  readonly storage: "parameter" | "shared" | "private";
  /** An expression of type `u32`. */
  readonly length: string;
  /** Where it is known. */
  readonly size: number | undefined;
  /** What is bound begins with this element, an expression of type `i32`. */
  readonly first?: string;
}

/** Accesses of the arrays of one module; collects the functions they need. */
export class Accesses {
  readonly #arrays = new Map<string, WgslArray>();
  readonly #functions = new Map<string, string>();
  readonly #helpers: Helpers;

  constructor(helpers: Helpers) {
    this.#helpers = helpers;
  }

  add(array: WgslArray): void {
    this.#arrays.set(array.name, array);
  }

  addLocal({ name, dtype, length, isAtomic }: LocalArray, storage: "shared" | "private"): void {
    const type = dtype as WgslArray["type"];
    this.add({ name, type, isAtomic, storage, length: `${length}u`, size: length });
  }

  get functions(): string[] {
    return [...this.#functions.values()];
  }

  load(name: string, index: Expression, text: string): string {
    const array = this.#array(name);
    const nothing = this.#nothing(array.type);
    if (isInside(array, index)) return readOf(array, text);
    return this.#call(array, "load", `-> ${array.type}`, [text], () => {
      return `if (u32(i) < ${array.length}) { return ${readOf(array, "i")}; } return ${nothing};`;
    });
  }

  store(name: string, index: Expression, text: string, value: string): string {
    const array = this.#array(name);
    if (isInside(array, index)) return `${writeOf(array, text, value)}`;
    const call = this.#call(array, "store", "", [text, value], () => {
      return `if (u32(i) < ${array.length}) { ${writeOf(array, "i", "v")} }`;
    });
    return `${call};`;
  }

  atomic(statement: AtomicStatement, args: readonly string[]): string {
    const array = this.#array(statement.array);
    const { operation, dtype } = statement;
    return this.#call(array, operation, `-> ${dtype}`, args, () => {
      const zero = constantText(0, dtype, this.#helpers);
      return `if (u32(i) >= ${array.length}) { return ${zero}; } ${atomicBody(array.name, operation)}`;
    });
  }

  #array(name: string): WgslArray {
    const array = this.#arrays.get(name);
    if (!array) throw new Error(`internal: no array '${name}'`);
    return array;
  }

  #nothing(type: ValueType): string {
    return constantText(type === "f32" ? Number.NaN : 0, type, this.#helpers);
  }

  /** Arguments are the index, and values in the order in which the operation takes them. */
  #call(
    array: WgslArray,
    what: string,
    result: string,
    args: readonly string[],
    body: () => string,
  ): string {
    const { name, type, storage } = array;
    // Functions cannot see variables of another, so private arrays are passed; those of one kind share.
    const isPassed = storage === "private";
    const fn = isPassed ? `${what}_${type}_${array.length}` : `${what}_${name}`;
    if (!this.#functions.has(fn)) {
      const own = isPassed ? [`a: ptr<function, array<${type}, ${array.length}>>`] : [];
      const values = args.length === 3 ? ["expected", "v"] : ["v"];
      const parameters = [
        ...own,
        "i: i32",
        ...values.slice(0, args.length - 1).map((each) => `${each}: ${type}`),
      ];
      const text = isPassed ? body().replaceAll(`${name}[`, "(*a)[") : body();
      this.#functions.set(fn, `fn ${fn}(${parameters.join(", ")}) ${result} { ${text} }`);
    }
    return `${fn}(${[...(isPassed ? [`&${name}`] : []), ...args].join(", ")})`;
  }
}

const isInside = ({ size }: WgslArray, index: Expression): boolean =>
  size !== undefined && index.kind === "constant" && index.value >= 0 && index.value < size;

const elementOf = ({ name, first }: WgslArray, index: string): string =>
  `${name}[${first === undefined ? index : `${index} - ${first}`}]`;

const readOf = (array: WgslArray, index: string): string =>
  array.isAtomic ? `atomicLoad(&${elementOf(array, index)})` : elementOf(array, index);

const writeOf = (array: WgslArray, index: string, value: string): string =>
  array.isAtomic
    ? `atomicStore(&${elementOf(array, index)}, ${value});`
    : `${elementOf(array, index)} = ${value};`;

const ATOMICS = {
  add: "atomicAdd",
  sub: "atomicSub",
  min: "atomicMin",
  max: "atomicMax",
  exchange: "atomicExchange",
};

function atomicBody(name: string, operation: AtomicStatement["operation"]): string {
  if (operation !== "compareExchange") return `return ${ATOMICS[operation]}(&${name}[i], v);`;
  // The exchange may fail although the element equals what is expected.
  return (
    `loop { let seen = atomicCompareExchangeWeak(&${name}[i], expected, v); ` +
    "if (seen.exchanged || seen.old_value != expected) { return seen.old_value; } } return v;"
  );
}
