/**
 * Writes an expression as the statements of a loop over the rows of a partition. What is known of its columns decides
 * what is written: those without nulls are not asked for them. Equal code is written for partitions of equal form.
 */

import { invalidArgument } from "../../wire/errors.ts";
import type { Column, Partition } from "../columns/column.ts";
import { stringsOf } from "../columns/dictionary.ts";
import { isSafe, readerOf, type Value } from "../columns/values.ts";
import { columnNamed } from "../keys/columns.ts";
import { castCode, kindOf, zeroOf } from "./casts.ts";
import { type Node, nodeText } from "./node.ts";
import { type Code, comparable, type Kind, numberOf, OPERATORS } from "./operators.ts";

type Call = Extract<Node, { readonly kind: "call" }>;

export class Emitter {
  readonly #partition: Partition;
  readonly #isRecord: boolean;
  readonly #columns = new Map<string, Code>();
  #lines: string[] = [];
  #temporaries = 0;
  /** What the loop is given: names and values. */
  readonly inputs: Map<string, unknown> = new Map();

  /** Columns are arrays that the loop is given, or, without nulls, fields of a record called `row`. */
  constructor(partition: Partition, columns: "arrays" | "record" = "arrays") {
    this.#partition = partition;
    this.#isRecord = columns === "record";
  }

  /** The statements for a row until now. */
  get body(): string {
    return this.#lines.join("\n");
  }

  /** Writes what an expression needs, and gives its value. */
  emit(node: Node): Code {
    if (node.kind === "column") return this.#column(node.name);
    return node.kind === "value" ? this.#value(node.value) : this.#call(node);
  }

  #input(value: unknown): string {
    const name = `x${this.inputs.size}`;
    this.inputs.set(name, value);
    return name;
  }

  #keep(code: string): string {
    const name = `t${this.#temporaries++}`;
    this.#lines.push(`const ${name} = ${code};`);
    return name;
  }

  /** What is written by `make`, apart. */
  #apart<T>(make: () => T): readonly [lines: string, made: T] {
    const outer = this.#lines;
    this.#lines = [];
    const made = make();
    const lines = this.#lines.join("\n");
    this.#lines = outer;
    return [lines, made];
  }

  // --- Columns and values -------------------------------------------------------------------------

  #column(name: string): Code {
    let code = this.#columns.get(name);
    if (!code) {
      code = this.#columnCode(columnNamed(this.#partition, name));
      this.#columns.set(name, code);
    }
    return code;
  }

  #columnCode(column: Column): Code {
    const { name, type, values, validity } = column;
    if (this.#isRecord) return { kind: kindOf(type), code: `row[${JSON.stringify(name)}]` };
    if (column.nulls === this.#partition.rows) return NULL;
    const kind = kindOf(type);
    const isNull =
      column.nulls > 0 && `(((${this.#input(validity)}[i >> 3] >> (i & 7)) & 1) === 0)`;
    const own = { kind, ...(isNull && { isNull }) };
    if (kind === "text" && column.dictionary) {
      const strings = this.#input(stringsOf(column.dictionary));
      return { ...own, code: `${strings}[${this.#input(values)}[i]]` };
    }
    if (kind === "text") return { ...own, code: `${this.#reader(column)}(i)` };
    if (type === "timestamp") return { ...own, code: `${this.#reader(column)}(i).getTime()` };
    const at = `${this.#input(values)}[i]`;
    if (type === "bool") return { ...own, code: `(${at} === 1)` };
    if (type === "date") return { ...own, code: `(${at} * 86400000)` };
    if (kind === "wide" && isSafe(column)) return { ...own, code: at, asNumber: `Number(${at})` };
    return { ...own, code: at };
  }

  /** Reads what lies under nulls, too. */
  #reader(column: Column): string {
    return this.#input(readerOf({ ...column, nulls: 0 }));
  }

  #value(value: Value): Code {
    if (value === null) return NULL;
    if (value instanceof Date) return { kind: "time", code: String(value.getTime()) };
    switch (typeof value) {
      case "number":
        return { kind: "number", code: Object.is(value, -0) ? "(-0)" : signed(String(value)) };
      case "bigint":
        return { kind: "wide", code: signed(`${value}n`) };
      case "boolean":
        return { kind: "bool", code: String(value) };
      default:
        return { kind: "text", code: JSON.stringify(value) };
    }
  }

  // --- Calls --------------------------------------------------------------------------------------

  #call(node: Call): Code {
    switch (node.operator) {
      case "and":
      case "or":
        return this.#logic(node);
      case "isNull":
      case "isNotNull": {
        const { isNull = "false" } = this.emit(node.of[0] as Node);
        return { kind: "bool", code: node.operator === "isNull" ? isNull : `!${isNull}` };
      }
      case "isIn":
        return this.#isIn(node);
      case "coalesce":
        return this.#coalesce(node);
      case "when":
        return this.#when(node);
      case "cast":
        return this.#cast(node);
      default:
        return this.#strict(node);
    }
  }

  /** Null where an operand is. */
  #strict(node: Call): Code {
    const operands = node.of.map((each) => this.emit(each));
    const made = (OPERATORS[node.operator] as (typeof OPERATORS)[string])(operands, nodeText(node));
    const flags = [...operands, made].flatMap(({ isNull }) => isNull ?? []);
    if (flags.includes("true")) return { kind: made.kind, code: zeroOf(made.kind), isNull: "true" };
    return this.#kept(made.kind, made.code, flags);
  }

  #kept(kind: Kind, code: string, flags: readonly string[]): Code {
    const unique = [...new Set(flags)];
    const isNull = unique.length > 1 ? this.#keep(unique.join(" || ")) : unique[0];
    return { kind, code: this.#keep(code), ...(isNull && { isNull }) };
  }

  /** What decides is not null: false of `and`, true of `or`. */
  #logic(node: Call): Code {
    const [a, b] = node.of.map((each) => this.emit(each)) as [Code, Code];
    for (const { kind } of [a, b]) {
      if (kind !== "bool" && kind !== "null") {
        throw invalidArgument(`${nodeText(node)}: it takes conditions, such as col("a").gt(3)`);
      }
    }
    const [p, q] = [this.#truth(a), this.#truth(b)];
    const isAnd = node.operator === "and";
    const value = this.#keep(`${p} ${isAnd ? "&&" : "||"} ${q}`);
    if (!a.isNull && !b.isNull) return { kind: "bool", code: value };
    const [m, n] = [a.isNull ?? "false", b.isNull ?? "false"];
    // A null counts as false in `value`. It decides nothing, so the result is null unless the other decides.
    const isNull = isAnd
      ? `(${m} && (${n} || ${q})) || (${n} && ${p})`
      : `!${value} && (${m} || ${n})`;
    return { kind: "bool", code: value, isNull: this.#keep(isNull) };
  }

  /** Whether a condition holds: false where it is null. */
  #truth({ kind, code, isNull }: Code): string {
    if (kind === "null") return "false";
    return isNull ? this.#keep(`!${isNull} && ${code}`) : code;
  }

  #isIn(node: Call): Code {
    const [own, ...list] = node.of.map((each) => this.emit(each)) as [Code, ...Code[]];
    const odd = list.find((each) => !comparable(own, each));
    if (odd) {
      throw invalidArgument(
        `${nodeText(node)}: the values are not of the kind of what is looked for`,
      );
    }
    const values = node.of.slice(1).map((each) => (each as { readonly value: Value }).value);
    const isWide = own.kind === "wide" && own.asNumber === undefined;
    const keys = values.filter((value) => value !== null).flatMap((value) => keyOf(value, isWide));
    const set = this.#input(new Set(keys));
    const found = this.#keep(`${set}.has(${own.asNumber ?? own.code})`);
    const flags = own.isNull ? [own.isNull] : [];
    if (values.includes(null)) flags.push(`!${found}`);
    return this.#kept("bool", found, flags);
  }

  #coalesce(node: Call): Code {
    return this.#choice(
      node,
      node.of.map((each) => [undefined, each]),
    );
  }

  #when(node: Call): Code {
    const branches: [Node | undefined, Node][] = [];
    for (let at = 0; at + 1 < node.of.length; at += 2) {
      branches.push([node.of[at] as Node, node.of[at + 1] as Node]);
    }
    branches.push([undefined, node.of.at(-1) as Node]);
    return this.#choice(node, branches);
  }

  /**
   * The value of the first branch that counts: one whose condition holds, or, of those without, which is not null. The
   * others are not evaluated.
   */
  #choice(node: Call, branches: readonly (readonly [Node | undefined, Node])[]): Code {
    const parts = branches.map(([condition, value]) => {
      const [before, holds] = this.#apart(
        () => condition && this.#condition(this.emit(condition), node),
      );
      const [lines, own] = this.#apart(() => this.emit(value));
      return { before, holds, lines, own };
    });
    const kind = commonKind(
      parts.map(({ own }) => own),
      node,
    );
    if (kind === "null") return NULL;
    const isNullable =
      node.operator === "when"
        ? parts.some(({ own }) => own.isNull)
        : parts.every(({ own }) => own.isNull);
    const [value, flag] = [`t${this.#temporaries++}`, `t${this.#temporaries++}`];
    this.#lines.push(`let ${value} = ${zeroOf(kind)}, ${flag} = true;`);
    let ends = "";
    for (const { before, holds, lines, own } of parts) {
      const set = own.kind === "null" ? "" : `${value} = ${converted(own, kind)}; ${flag} = false;`;
      const guarded = own.isNull && own.kind !== "null" ? `if (!${own.isNull}) { ${set} }` : set;
      this.#lines.push(before);
      if (holds === undefined) this.#lines.push(`${lines} ${guarded} if (${flag}) {`);
      else this.#lines.push(`if (${holds}) { ${lines} ${guarded} } else {`);
      ends += "}";
    }
    this.#lines.push(ends);
    return { kind, code: value, ...(isNullable && { isNull: flag }) };
  }

  #condition(code: Code, node: Call): string {
    if (code.kind === "bool" || code.kind === "null") return this.#truth(code);
    throw invalidArgument(`${nodeText(node)}: it takes conditions, such as col("a").gt(3)`);
  }

  #cast(node: Call): Code {
    const own = this.emit(node.of[0] as Node);
    const type = node.type as NonNullable<Call["type"]>;
    const kind = kindOf(type);
    const code = castCode(own, type);
    return this.#kept(
      kind,
      own.isNull ? `${own.isNull} ? ${zeroOf(kind)} : ${code}` : code,
      own.isNull ? [own.isNull] : [],
    );
  }
}

const NULL: Code = { kind: "null", code: "0", isNull: "true" };

/** So that `- -1` is no decrement. */
const signed = (text: string): string => (text.startsWith("-") ? `(${text})` : text);

/** What a set is asked for. Bigints and numbers are different elements of it, though they compare as equal. */
function keyOf(value: Value, isWide: boolean): (Value | bigint)[] {
  if (value instanceof Date) return [value.getTime()];
  if (typeof value === "bigint" && !isWide)
    return [Number(value)].filter((own) => BigInt(own) === value);
  if (typeof value === "number" && isWide) return Number.isInteger(value) ? [BigInt(value)] : [];
  return Number.isNaN(value) ? [] : [value];
}

function commonKind(branches: readonly Code[], node: Call): Kind {
  const kinds = new Set(branches.map(({ kind }) => kind).filter((kind) => kind !== "null"));
  const [kind = "null", ...others] = kinds;
  if (others.length === 0) return kind;
  if ([...kinds].every((each) => each === "number" || each === "wide")) return "number";
  throw invalidArgument(
    `${nodeText(node)}: its values are of different kinds; give it values of one`,
  );
}

const converted = (own: Code, kind: Kind): string => (kind === "number" ? numberOf(own) : own.code);
