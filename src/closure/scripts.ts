/**
 * The scripts that functions come from: their place, their text, and what the text says about the variables
 * around a function. Finding out costs milliseconds once a script, so it is asked only where the answer
 * matters: for what may have been imported, and for the proof that a variable never changes.
 */

import { type AnyNode, type ObjectExpression, type Program, parse } from "acorn";
import { BUILT_CODE } from "./group.ts";
import { type ImportedName, importedName } from "./imports.ts";
import { type Location, listScripts, type ScriptNotice, sourceOfScript } from "./inspector.ts";
import { type Binding, resolve, type Scope } from "./scope.ts";
import { type Analysis, analyseScopes } from "./scope-analysis.ts";

export interface Script {
  readonly id: string;
  readonly url: string;
  /** A module that this engine loaded itself; test runners and bundlers evaluate theirs as plain scripts. */
  readonly isModule: boolean;
  /** What its text says; undefined where it cannot be parsed. */
  readonly program: ScriptProgram | undefined;
}

/** A script by the number the inspector gives it. */
export function scriptOf(id: string): Script | undefined {
  if (!scripts.has(id)) lookForScripts();
  return scripts.get(id);
}

/** A script by its address, if it has been loaded before the script that was asked for last. */
export const scriptAt = (url: string): Script | undefined => byUrl.get(url);

function lookForScripts(): void {
  for (const notice of listScripts()) {
    if (scripts.has(notice.scriptId)) continue;
    const script = new LazyScript(notice);
    scripts.set(script.id, script);
    byUrl.set(script.url, script);
  }
}

/** Where a script begins, as far as positions in it are concerned; loaders shift it to hide what they add. */
interface Start {
  readonly line: number;
  readonly column: number;
}

const scripts = new Map<string, LazyScript>();
const byUrl = new Map<string, LazyScript>();

class LazyScript implements Script {
  readonly id: string;
  readonly url: string;
  readonly isModule: boolean;
  readonly #start: Start;
  #program: ScriptProgram | null | undefined;

  constructor(notice: ScriptNotice) {
    this.id = notice.scriptId;
    this.url = notice.url;
    this.isModule = notice.isModule === true && notice.executionContextAuxData?.isDefault === true;
    this.#start = { line: notice.startLine, column: notice.startColumn };
  }

  get program(): ScriptProgram | undefined {
    if (this.#program === undefined) {
      const text = sourceOfScript(this.id);
      const parsed = text === undefined ? undefined : parseScript(text, this.isModule);
      // Code that this room has built runs once for every group of functions made from it.
      const runsOnce = !this.url.startsWith(BUILT_CODE);
      this.#program =
        parsed && text !== undefined
          ? new ScriptProgram(text, parsed, this.#start, runsOnce)
          : null;
    }
    return this.#program ?? undefined;
  }
}

function parseScript(text: string, isModule: boolean): Program | undefined {
  for (const sourceType of isModule ? (["module"] as const) : (["commonjs", "script"] as const)) {
    try {
      return parse(text, { ecmaVersion: "latest", sourceType, allowHashBang: true });
    } catch {
      // The next way of reading it.
    }
  }
  return undefined;
}

/** The syntax of one script, with functions found by their place. */
export class ScriptProgram {
  readonly analysis: Analysis;
  readonly #text: string;
  readonly #lines: number[] = [0];
  readonly #start: Start;
  readonly #runsOnce: boolean;
  readonly #functions: AnyNode[] = [];
  readonly objects: ObjectExpression[] = [];

  constructor(text: string, program: Program, start: Start, runsOnce: boolean) {
    this.#text = text;
    this.#runsOnce = runsOnce;
    this.#start = start;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
      this.#lines.push(at + 1);
    }
    this.analysis = analyseScopes(program, {
      observe: (node) => {
        if (CARRIERS.has(node.type)) this.#functions.push(node);
        else if (node.type === "ObjectExpression") this.objects.push(node);
      },
    });
  }

  /** The node of a function: the innermost that holds the place and reads the same. */
  functionAt({ line, column }: Location, text: string): AnyNode | undefined {
    const row = line - this.#start.line;
    const start = this.#lines[row];
    if (start === undefined) return undefined;
    const offset = start + (row === 0 ? column - this.#start.column : column);
    let found: AnyNode | undefined;
    for (const node of this.#functions) {
      if (node.start > offset || node.end < offset || node.end - node.start < text.length) continue;
      if (found && node.start < found.start) continue;
      if (this.#text.slice(node.end - text.length, node.end) === text) found = node;
    }
    return found;
  }

  /** The scope in which a function stands. */
  scopeAround(node: AnyNode): Scope | undefined {
    const isMember = node.type === "Property" || node.type === "MethodDefinition";
    return this.analysis.scopes.get(isMember ? node.value : node)?.parent;
  }

  /** The variable that a name means to the function at a place. */
  bindingFor(name: string, location: Location, text: string): Binding | undefined {
    const node = this.functionAt(location, text);
    return node && resolve(name, this.scopeAround(node));
  }

  /**
   * Whether there can be only one of a variable: it belongs to the module, or to the one function that a
   * loader wraps around a whole module.
   */
  isTopLevel({ scope }: Binding): boolean {
    if (!this.#runsOnce || this.isRepeated(scope.node, this.analysis.program.node)) return false;
    const functions: AnyNode[] = [];
    for (let at: Scope | undefined = scope; at; at = at.parent) {
      if (at.kind !== "program" && at.kind !== "block") functions.push(at.node);
    }
    return functions.length === 0 || (functions.length === 1 && functions[0] === this.#wrapper());
  }

  /** Where a variable is imported from; undefined for the script's own. */
  importOf(binding: Binding): ImportedName | undefined {
    return importedName(binding, (this.analysis.program.node as Program).body);
  }

  /** Whether functions of the module change a variable of it, or what it holds, after the module has run. */
  isState(binding: Binding): boolean {
    if (!this.isTopLevel(binding)) return false;
    return binding.references.some(
      (each) => (each.assigns || each.mutates) && isInsideFunction(each.scope, binding.scope),
    );
  }

  /** Whether a node may run more than once while `within` runs once, leaving functions out of account. */
  isRepeated(node: AnyNode, within: AnyNode): boolean {
    return this.analysis.loops.some(
      (loop) => holds(within, loop) && loop !== within && holds(loop, node),
    );
  }

  /** The function that is all there is of the script. */
  #wrapper(): AnyNode | undefined {
    const { body } = this.analysis.program.node as Program;
    const statements = body.filter((each) => !("directive" in each && each.directive));
    const [only] = statements;
    return statements.length === 1 && only?.type === "ExpressionStatement"
      ? only.expression
      : undefined;
  }
}

function isInsideFunction(scope: Scope, outside: Scope): boolean {
  for (let at: Scope | undefined = scope; at && at !== outside; at = at.parent) {
    if (at.kind === "function" || at.kind === "arrow" || at.kind === "initializer") return true;
  }
  return false;
}

const holds = (outer: AnyNode, inner: AnyNode): boolean =>
  outer.start <= inner.start && inner.end <= outer.end;

const CARRIERS = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
  "ClassDeclaration",
  "ClassExpression",
  "Property",
  "MethodDefinition",
]);
