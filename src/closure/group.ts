/**
 * The code from which functions are built anew. What a function captured becomes cells, variables of the code
 * around it, filled after it exists, so that functions may refer to each other in circles. Functions that
 * share a variable which one of them changes form a group with one cell for it; any other function is a group
 * of its own.
 *
 * The text of a group has its description as JSON in the first line. It depends on the sources alone, so a
 * closure made a thousand times is sent and compiled once.
 */

import { compileFunction } from "node:vm";
import type { Range } from "./class-parts.ts";
import type { FunctionFacts } from "./function-facts.ts";
import type { AnyFunction } from "./host.ts";

export interface MemberDescription {
  readonly cells: readonly string[];
  /** Cells that the text assigns. */
  readonly assigned: readonly number[];
  /** Cells that must be filled before the member is made: those that a class reads while it is defined. */
  readonly early: readonly number[];
  readonly isClass: boolean;
  readonly mayContinue: boolean;
}

export interface GroupDescription {
  /** What stack traces call it. */
  readonly file: string;
  readonly shared: readonly string[];
  readonly members: readonly MemberDescription[];
}

/** What `groupText` needs to know of each function. */
export interface MemberSource {
  readonly facts: FunctionFacts;
  readonly name: string;
  readonly strict: boolean;
  readonly cells: readonly string[];
  readonly assigned: readonly number[];
  readonly mayContinue: boolean;
}

/** What the names of built code begin with in stack traces. */
export const BUILT_CODE = "bodkin:";

/** Cells besides the variables a text uses: one for `import`, and those of a class. */
export const IMPORT_CELL = "$bodkin_import";
const EARLY = "$bodkin_class_";
export const BASE_CELL: string = `${EARLY}base`;
export const keyCell = (index: number): string => `${EARLY}key_${index}`;
const STATIC = `${EARLY}static_`;
export const staticCell = (name: string): string => STATIC + name;

/** The private static field whose first value a cell holds. */
export const staticOfCell = (cell: string): string | undefined =>
  cell.startsWith(STATIC) ? cell.slice(STATIC.length) : undefined;

const isEarly = (cell: string): boolean => cell.startsWith(EARLY);

export function groupText(members: readonly MemberSource[], shared: readonly string[]): string {
  const description: GroupDescription = {
    file: `${BUILT_CODE}${members.map((each) => each.name || "(anonymous)").join("+")}`,
    shared,
    members: members.map(({ facts, cells, assigned, mayContinue }) => ({
      cells,
      assigned,
      early: facts.class ? cells.flatMap((cell, i) => (isEarly(cell) ? [i] : [])) : [],
      isClass: facts.class !== undefined,
      mayContinue,
    })),
  };
  const frames = [`{${access(shared)}}`, ...members.map(memberCode)];
  const code = `${declare(shared)}return[${frames.join()}]`;
  return `${JSON.stringify(description)}\n${code}`;
}

function memberCode({ facts, strict, cells }: MemberSource): string {
  const head = (strict ? '"use strict";' : "") + declare(cells);
  return `(()=>{${head}return{make:()=>${expressionOf(facts)},${access(cells)}}})()`;
}

const declare = (cells: readonly string[]): string =>
  cells.length > 0 ? `let ${cells.join()};` : "";

/** Reading and writing all cells of a frame; methods, since any name could be that of a cell. */
const access = (cells: readonly string[]): string =>
  `read(){return[${cells.join()}]},write(){[${cells.join()}]=arguments[0]}`;

function expressionOf(facts: FunctionFacts): string {
  const text = edited(facts);
  const behindKey = text.slice(facts.afterKey);
  switch (facts.form) {
    case "method":
      return `({${facts.isAsync ? "async " : ""}${facts.isGenerator ? "*" : ""}m${behindKey}}).m`;
    case "getter":
      return `({get m${behindKey}}).__lookupGetter__("m")`;
    case "setter":
      return `({set m${behindKey}}).__lookupSetter__("m")`;
    default:
      return `(${text})`;
  }
}

/** The text with cells in the place of `import`, and of what ran once where a class was defined. */
function edited({ text, importCalls, class: parts }: FunctionFacts): string {
  const edits: (Range & { readonly by: string })[] = importCalls.map((at) => ({
    ...at,
    by: IMPORT_CELL,
  }));
  if (parts) {
    if (parts.heritage) edits.push({ ...parts.heritage, by: BASE_CELL });
    for (const [i, key] of parts.computedKeys.entries()) edits.push({ ...key, by: keyCell(i) });
    for (const value of parts.staticValues) edits.push({ ...value, by: "void 0" });
    for (const value of parts.privateStatics) edits.push({ ...value, by: staticCell(value.name) });
    for (const block of parts.staticBlocks) edits.push({ ...block, by: ";" });
  }
  edits.sort((a, b) => b.start - a.start);
  let result = text;
  for (const { start, end, by } of edits) result = result.slice(0, start) + by + result.slice(end);
  return result;
}

// --- Building ------------------------------------------------------------------------------------

interface Frame {
  read(): unknown[];
  write(values: readonly unknown[]): void;
}

interface MemberFrame extends Frame {
  make(): AnyFunction;
}

type Frames = readonly [Frame, ...MemberFrame[]];

/** The code of one text, compiled. */
export interface GroupCode {
  readonly id: number;
  readonly text: string;
  readonly description: GroupDescription;
  readonly instantiate: () => Frames;
}

const compiled = new Map<string, GroupCode>();

export function compileGroup(text: string): GroupCode {
  let code = compiled.get(text);
  if (!code) {
    const end = text.indexOf("\n");
    const description = JSON.parse(text.slice(0, end)) as GroupDescription;
    const options = { filename: description.file };
    const instantiate = compileFunction(text.slice(end + 1), [], options) as () => Frames;
    code = { id: compiled.size, text, description, instantiate };
    compiled.set(text, code);
  }
  return code;
}

/** Functions built from one text, with the cells they share and their own. */
export class Group {
  readonly code: GroupCode;
  readonly #frames: Frames;

  constructor(text: string) {
    this.code = compileGroup(text);
    this.#frames = this.code.instantiate();
  }

  make(member: number): AnyFunction {
    const fn = (this.#frames[member + 1] as MemberFrame).make();
    built.set(fn, { group: this, member });
    return fn;
  }

  readShared(): unknown[] {
    return this.#frames[0].read();
  }

  writeShared(values: readonly unknown[]): void {
    this.#frames[0].write(values);
  }

  read(member: number): unknown[] {
    return (this.#frames[member + 1] as MemberFrame).read();
  }

  write(member: number, values: readonly unknown[]): void {
    (this.#frames[member + 1] as MemberFrame).write(values);
  }
}

export interface Membership {
  readonly group: Group;
  readonly member: number;
}

const built = new WeakMap<AnyFunction, Membership>();

/** What a function was built from, if it came from another thread. */
export const membershipOf = (fn: AnyFunction): Membership | undefined => built.get(fn);
