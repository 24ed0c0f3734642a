/**
 * Statements as WGSL. WGSL has no labels: a jump over several loops or blocks sets a flag and leaves the innermost;
 * behind each of them the flag is looked at.
 */

import type { Expression, Label, LoopStatement, Statement } from "../ir.ts";
import type { Accesses } from "./accesses.ts";
import { expressionText, type Spelling } from "./expressions.ts";

export interface Surroundings extends Spelling {
  readonly accesses: Accesses;
  /** A declaration, or the assignment to what is declared elsewhere. */
  declare(name: string, type: string, value: string, isConstant: boolean): string;
  /** Where the list goes on for all items of a group together; statements for single items stay within the range. */
  list(writer: StatementWriter, list: readonly Statement[]): string[];
}

export const block = (lines: readonly string[]): string =>
  lines.length === 0 ? "{}" : `{\n${lines.join("\n").replace(/^(?=.)/gm, "  ")}\n}`;

interface Jump {
  readonly kind: "break" | "continue";
  readonly label: Label;
}

export class StatementWriter {
  readonly #on: Surroundings;
  /** Loops and blocks around the statement, the innermost last. */
  readonly #around: { readonly label: Label; readonly kind: "loop" | "block" }[] = [];
  /** Jumps within the last statement that go beyond it. */
  #open: Jump[] = [];
  readonly #flags = new Set<string>();

  constructor(on: Surroundings) {
    this.#on = on;
  }

  /** Declarations of the flags. */
  get flags(): string[] {
    return [...this.#flags].map((flag) => `var ${flag} = false;`);
  }

  list(list: readonly Statement[]): string[] {
    return list.flatMap((each) => this.statement(each));
  }

  #inner(list: readonly Statement[]): string[] {
    return this.#on.list(this, list);
  }

  #text(e: Expression): string {
    return expressionText(e, this.#on);
  }

  statement(statement: Statement): string[] {
    const { accesses } = this.#on;
    switch (statement.kind) {
      case "let": {
        const { name, type, value, isConstant } = statement;
        return [this.#on.declare(name, type, this.#text(value), isConstant)];
      }
      case "private": {
        const { array } = statement;
        accesses.addLocal(array, "private");
        const type = `array<${array.dtype}, ${array.length}>`;
        return [this.#on.declare(array.name, type, `${type}()`, false)];
      }
      case "assign":
        return [`${statement.name} = ${this.#text(statement.value)};`];
      case "store": {
        const { array, index, value } = statement;
        return [accesses.store(array, index, this.#text(index), this.#text(value))];
      }
      case "atomic": {
        const { index, expected, value, result, dtype } = statement;
        const args = [index, ...(expected ? [expected] : []), value].map((e) => this.#text(e));
        const call = accesses.atomic(statement, args);
        return [this.#on.declare(result, dtype, call, true)];
      }
      case "if": {
        const head = `if ${parenthesised(this.#text(statement.condition))}`;
        const consequent = block(this.#inner(statement.consequent));
        const alternate = this.#inner(statement.alternate);
        return [`${head} ${consequent}${alternate.length > 0 ? ` else ${block(alternate)}` : ""}`];
      }
      case "loop":
        return this.#within(statement.label, "loop", () => this.#loop(statement));
      case "block":
        return this.#within(statement.label, "block", () => {
          return `switch (0i) { default ${block(this.#inner(statement.body))} }`;
        });
      case "break":
      case "continue":
        return this.#jump(statement);
      case "return":
        return ["return;"];
      case "barrier":
        return ["storageBarrier();", "workgroupBarrier();"];
    }
  }

  #loop(loop: LoopStatement): string {
    const test = loop.test ? [`if (!${parenthesised(this.#text(loop.test))}) { break; }`] : [];
    const body = this.#inner(loop.body);
    const flag = this.#flagOf({ kind: "continue", label: loop.label });
    const reset = this.#flags.has(flag) ? [`${flag} = false;`] : [];
    const until = loop.until ? [`break if ${parenthesised(this.#text(loop.until))};`] : [];
    const update = this.#inner(loop.update);
    const after = [...update, ...until];
    const continuing = after.length > 0 ? [`continuing ${block(after)}`] : [];
    return `loop ${block([...test, ...reset, ...body, ...continuing])}`;
  }

  // --- Jumps -------------------------------------------------------------------------------------

  #within(label: Label, kind: "loop" | "block", write: () => string): string[] {
    const before = this.#open;
    this.#open = [];
    this.#around.push({ label, kind });
    const text = write();
    this.#around.pop();
    const beyond = this.#open.filter((each) => each.label !== label);
    this.#open = before;
    const flag = this.#flagOf({ kind: "break", label });
    const reset = this.#flags.has(flag) ? [`${flag} = false;`] : [];
    const checks = unique(beyond).map((jump) => {
      return `if (${this.#flagOf(jump)}) ${block(this.#jumpFrom(jump))}`;
    });
    return [...reset, text, ...checks];
  }

  #flagOf({ kind, label }: Jump): string {
    return `${kind}${label}`;
  }

  /** The jump itself where WGSL can say it; otherwise out of the innermost, with the flag set. */
  #jump(jump: Jump): string[] {
    if (this.#isDirect(jump)) return [`${jump.kind};`];
    const flag = this.#flagOf(jump);
    this.#flags.add(flag);
    return [`${flag} = true;`, ...this.#jumpFrom(jump)];
  }

  /** Goes on with a jump whose flag is set. */
  #jumpFrom(jump: Jump): string[] {
    if (this.#isDirect(jump)) return [`${jump.kind};`];
    this.#open.push(jump);
    return ["break;"];
  }

  #isDirect({ kind, label }: Jump): boolean {
    if (kind === "break") return this.#around.at(-1)?.label === label;
    // A block is a switch, which `continue` passes over.
    return this.#around.findLast((each) => each.kind === "loop")?.label === label;
  }
}

function unique(jumps: readonly Jump[]): Jump[] {
  return jumps.filter(
    (each, i) => jumps.findIndex((k) => k.kind === each.kind && k.label === each.label) === i,
  );
}

/** Most texts have parentheses already. */
const parenthesised = (text: string): string => (isWhole(text) ? text : `(${text})`);

function isWhole(text: string): boolean {
  if (!text.startsWith("(")) return false;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "(") depth++;
    else if (text[i] === ")" && --depth === 0) return i === text.length - 1;
  }
  return false;
}
