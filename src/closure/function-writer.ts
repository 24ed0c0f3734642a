/**
 * Writes functions: what each has captured, and the code from which the other side builds it. What was
 * imported travels as an import; what was built here from another thread's code travels as that code with the
 * cells as they are now.
 */

import { types } from "node:util";
import { type Capture, type Captured, IMPORTER, readCaptures, statedFor } from "./captures.ts";
import { isSynchronousBuiltin } from "./continuation.ts";
import { type FunctionFacts, factsOf } from "./function-facts.ts";
import {
  type Group,
  groupText,
  type MemberDescription,
  type MemberSource,
  type Membership,
  membershipOf,
  staticOfCell,
} from "./group.ts";
import type { AnyFunction } from "./host.ts";
import { MODULE_EXPORTS, NAMESPACE } from "./imports.ts";
import { type Location, locationOf, readFunction } from "./inspector.ts";
import {
  type ExportName,
  exportOf,
  importElsewhere,
  importedAs,
  isLibrary,
  parentOfImporter,
} from "./modules.ts";
import { type Extras, type GroupNode, NODE, type Node, type Slot } from "./nodes.ts";
import { originOf } from "./origins.ts";
import { captureOf, type Path, partOf, refusal, refusalOfText } from "./refusal.ts";
import { type Script, type ScriptProgram, scriptOf } from "./scripts.ts";
import { partition } from "./sharing.ts";
import type { Writer } from "./writer.ts";

/** A function that is written when all that it needs is known. */
interface Pending {
  readonly fn: AnyFunction;
  readonly index: number;
  readonly path: Path;
  readonly name: string | undefined;
  readonly extras: Extras | 0;
  /** What its instances inherit from, if that is more than its code makes it. */
  readonly prototype: Slot;
  readonly isTask: boolean;
}

/** One that this thread has the source of. */
interface Fresh extends Pending {
  readonly facts: FunctionFacts;
  readonly location: Location | undefined;
  readonly captures: readonly Capture[];
  readonly slots: readonly Slot[];
  readonly mayContinue: boolean;
}

/** One that was built here. */
interface Built extends Pending {
  readonly group: Group;
  readonly member: number;
  readonly slots: readonly Slot[];
}

export interface FinishedFunctions {
  readonly groups: readonly GroupNode[];
  readonly members: readonly (readonly [index: number, node: Node])[];
}

export class FunctionWriter {
  readonly #writer: Writer;
  readonly #fresh: Fresh[] = [];
  readonly #built: Built[] = [];
  readonly #sharedSlots = new Map<Group, readonly Slot[]>();

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  /** The node of a function that travels by name; any other comes with `finish`. */
  write(given: AnyFunction, index: number, path: Path, isTask: boolean): Node | undefined {
    const { fn, captures: stated } = statedFor(given);
    const parent = parentOfImporter(fn);
    if (parent !== undefined) return [NODE.importer, 0, parent];
    if (membershipOf(fn)) {
      this.#writeBuilt(given, index, path, isTask);
      return undefined;
    }
    const text = Function.prototype.toString.call(fn);
    if (text.endsWith("{ [native code] }")) throw nativeFunction(fn, path);
    const imported = importedAs(fn);
    if (imported) return this.#import(fn, imported);
    const facts = readFacts(text, path);
    if (facts.bound) throw refusalOfText(path, facts.bound.cause, facts.bound.remedy);
    const captured = readCaptures(fn, facts, stated, path);
    const location = captured.reading?.location ?? (isTask ? undefined : locationOf(fn));
    const script = this.#scriptToAsk(captured, location, path, isTask);
    if (script?.url.startsWith("node:")) throw engineFunction(fn, path);
    const exported = script && isLibrary(script) ? exportOf(fn, script) : undefined;
    if (exported && this.#mayImport(exported)) return this.#import(fn, exported);
    this.#writeFresh({ given, fn, index, path, isTask, facts, captured, location });
    return undefined;
  }

  refuseBuiltin(path: Path, name: readonly string[]): Error {
    return refusal(
      path,
      "as a task it must be a function written in JavaScript, not one of the engine's own",
      `Wrap it: (...args) => ${name.join(".")}(...args).`,
    );
  }

  // --- Functions with a source -------------------------------------------------------------------

  /**
   * The script of a function, where it matters: asking costs milliseconds the first time. Whoever stands in
   * the same script as the function that captured it is no library, nor is a task that captures no objects.
   */
  #scriptToAsk(
    { captures }: Captured,
    location: Location | undefined,
    path: Path,
    isTask: boolean,
  ): Script | undefined {
    if (!location || location.scriptId === path.script) return undefined;
    if (isTask && !captures.some((each) => isObject(each.value))) return undefined;
    return scriptOf(location.scriptId);
  }

  #writeFresh(known: {
    given: AnyFunction;
    fn: AnyFunction;
    index: number;
    path: Path;
    isTask: boolean;
    facts: FunctionFacts;
    captured: Captured;
    location: Location | undefined;
  }): void {
    const { given, fn, index, facts, captured, location, isTask } = known;
    const path: Path = { ...known.path, script: location?.scriptId };
    const { captures } = captured;
    const slots = captures.map((each) => this.#capture(each, facts, location, path));
    const isInLine = captured.globals.every((name) => isSynchronousBuiltin(undefined, [name]));
    const mayContinue = facts.mayContinue || !isInLine;
    if (mayContinue) this.#writer.noteContinuation();
    const name = fn.name === facts.ownName || typeof fn.name !== "string" ? undefined : fn.name;
    const extras = this.#extras(fn, facts.class !== undefined, path);
    const prototype = this.#prototype(fn, facts.form === "function" && !facts.isGenerator, path);
    this.#fresh.push({
      ...{ fn: given, index, path, name, extras, prototype, isTask },
      ...{ facts, location, captures, slots, mayContinue },
    });
  }

  #capture(
    capture: Capture,
    facts: FunctionFacts,
    location: Location | undefined,
    from: Path,
  ): Slot {
    const path = captureOf(from, capture.cell);
    const { value } = capture;
    if (value === IMPORTER) return this.#importer(location, from);
    const program = this.#programToAsk(capture, location, path);
    const binding = location && program?.bindingFor(capture.cell, location, facts.text);
    if (path.copiedFrom !== undefined && binding && program?.isState(binding)) {
      throw moduleState(path, path.copiedFrom);
    }
    if (!isObject(value)) return this.#writer.slot(value, path);
    const imported = binding && program?.importOf(binding);
    const script = imported && scriptOf(location?.scriptId ?? "");
    const elsewhere = script && importElsewhere(imported, script);
    const usable = elsewhere && this.#mayImport(elsewhere) ? elsewhere : undefined;
    const own = usable || !imported ? path : { ...path, copiedFrom: imported.specifier };
    if (isNamespaceLike(value, capture)) return this.#namespace(value, capture, usable, own);
    if (!usable || this.#writer.isNamed(value)) return this.#writer.slot(value, own);
    return this.#writer.place(value, this.#import(value, usable));
  }

  /** The syntax of the script around a function, where a variable may be imported or the state of a module. */
  #programToAsk(
    { value, from, mayBeImported }: Capture,
    location: Location | undefined,
    path: Path,
  ): ScriptProgram | undefined {
    if (from !== "scope" || !location) return undefined;
    if (path.copiedFrom === undefined) {
      if (!mayBeImported || !isObject(value)) return undefined;
      const isOwn = isFunction(value) && locationOf(value)?.scriptId === location.scriptId;
      if (isOwn) return undefined;
    }
    return scriptOf(location.scriptId)?.program;
  }

  #mayImport({ url }: ExportName): boolean {
    return this.#writer.host.isImportable?.(url) ?? true;
  }

  #import(value: object, { url, name }: ExportName): Node {
    this.#writer.noteContinuation();
    return [NODE.import, 0, url, name, isFunction(value) ? originOf(value) : undefined];
  }

  /** A module's namespace, of which only the members travel that the function names. */
  #namespace(value: object, { use }: Capture, usable: ExportName | undefined, path: Path): Slot {
    const isWhole = usable?.name === NAMESPACE || usable?.name === MODULE_EXPORTS;
    if (usable && (!isWhole || !use?.members))
      return this.#writer.place(value, this.#import(value, usable));
    if (!use?.members) {
      if (isNamespace(value) || types.isProxy(value)) throw wholeModule(path);
      return this.#writer.slot(value, path);
    }
    const copied: Path = usable ? path : { ...path, copiedFrom: path.copiedFrom ?? path.name };
    const names = [...use.members];
    const slots = names.map((name) => {
      const at = partOf(copied, name);
      const member = memberOf(value, name, at);
      if (!isObject(member) || !usable || this.#writer.isNamed(member))
        return this.#writer.slot(member, at);
      return this.#writer.place(member, this.#import(member, { url: usable.url, name }));
    });
    return this.#writer.add([NODE.object, [null, names, slots, [], 0]]);
  }

  #importer(location: Location | undefined, path: Path): Slot {
    const url = location && scriptOf(location.scriptId)?.url;
    if (!url?.startsWith("file:")) {
      throw refusalOfText(
        path,
        "it imports a module while it runs, and the place it would import from is unknown",
        "Import the module at the top of the file.",
      );
    }
    this.#writer.noteContinuation();
    return this.#writer.add([NODE.importer, 0, url]);
  }

  // --- Functions built here ----------------------------------------------------------------------

  #writeBuilt(given: AnyFunction, index: number, path: Path, isTask: boolean): void {
    const { fn, captures: stated } = statedFor(given);
    const { group, member } = membershipOf(fn) as Membership;
    const { description } = group.code;
    const { cells, isClass, mayContinue } = description.members[member] as MemberDescription;
    if (mayContinue) this.#writer.noteContinuation();
    const slotOf = (cell: string, value: unknown): Slot =>
      this.#writer.slot(Object.hasOwn(stated, cell) ? stated[cell] : value, captureOf(path, cell));
    const values = currentCells(fn, group.read(member), cells);
    const slots = values.map((value, i) => slotOf(cells[i] as string, value));
    if (!this.#sharedSlots.has(group)) {
      const shared = group.readShared();
      this.#sharedSlots.set(
        group,
        shared.map((value, i) => slotOf(description.shared[i] as string, value)),
      );
    }
    const extras = this.#extras(fn, isClass, path);
    const prototype = this.#prototype(fn, false, path);
    this.#built.push({
      fn: given,
      index,
      path,
      name: fn.name,
      extras,
      prototype,
      isTask,
      group,
      member,
      slots,
    });
  }

  // --- What functions have besides code ----------------------------------------------------------

  #extras(fn: AnyFunction, isClass: boolean, path: Path): Extras | 0 {
    const parent = Object.getPrototypeOf(fn) as object | null;
    const isUsual = isClass || parent === null || USUAL_PARENTS.has(parent);
    return this.#writer.extras(fn, isUsual ? undefined : this.#writer.slot(parent, path), path);
  }

  /** The object that instances inherit from, where something was added to it or it was replaced. */
  #prototype(fn: AnyFunction, isConstructor: boolean, path: Path): Slot {
    const prototype: unknown = Object.getOwnPropertyDescriptor(fn, "prototype")?.value;
    if (!isObject(prototype)) return undefined;
    const isGiven = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value === fn;
    const isUsual =
      Object.keys(prototype).length === 0 &&
      (!isConstructor || (isGiven && Object.getPrototypeOf(prototype) === Object.prototype));
    return isUsual ? undefined : this.#writer.slot(prototype, partOf(path, "prototype"));
  }

  // --- When everything is known ------------------------------------------------------------------

  finish(nodes: readonly Node[]): FinishedFunctions {
    const groups: GroupNode[] = [];
    const members: Member[] = [];
    for (const sharing of partition(this.#fresh)) {
      const { shared } = sharing;
      const sources = sharing.members.map((each) => sourceOf(each, shared));
      const text = textOf(sharing.members, sources, shared);
      const number = groups.push([
        this.#writer.host.internSource(text),
        shared.map((name) => slotOfCell(sharing.members, name)),
        sharing.members.map(
          (each, i) => sources[i]?.cells.map((cell) => slotOfCell([each], cell)) ?? [],
        ),
      ]);
      sharing.members.forEach((each, i) => {
        const isChanging = shared.length > 0 || sources[i]?.assigned.length !== 0;
        const slots = shared.length > 0 ? [] : each.slots;
        members.push({
          of: each,
          group: number - 1,
          member: i,
          isClass: !!each.facts.class,
          isChanging,
          slots,
        });
      });
    }
    members.push(...this.#finishBuilt(groups));
    const settled = findSettled(members, nodes);
    return {
      groups,
      members: members.map(({ of, group, member, isClass }) => {
        const origin =
          isClass || (settled.has(of.index) && !of.isTask) ? originOf(of.fn) : undefined;
        return [of.index, [NODE.function, of.extras, group, member, origin, of.name, of.prototype]];
      }),
    };
  }

  #finishBuilt(groups: GroupNode[]): Member[] {
    return [...Map.groupBy(this.#built, (each) => each.group)].flatMap(([group, parts]) => {
      const { text, description } = group.code;
      const shared = this.#sharedSlots.get(group) ?? [];
      const slots = description.members.map(
        (_, i) => parts.find((each) => each.member === i)?.slots ?? [],
      );
      const number = groups.push([this.#writer.host.internSource(text), shared, slots]) - 1;
      return parts.map((each) => {
        const { isClass, assigned } = description.members[each.member] as MemberDescription;
        const isChanging = shared.length > 0 || assigned.length > 0;
        return {
          of: each,
          group: number,
          member: each.member,
          isClass,
          isChanging,
          slots: each.slots,
        };
      });
    });
  }
}

/** A function with its place among the groups. */
interface Member {
  readonly of: Pending;
  readonly group: number;
  readonly member: number;
  readonly isClass: boolean;
  /** Its code changes variables that it captured. */
  readonly isChanging: boolean;
  readonly slots: readonly Slot[];
}

/**
 * The functions that can never differ from what they are now: they change nothing and have captured nothing
 * that changes. Two copies of such a function cannot be told apart, so one is enough.
 */
function findSettled(members: readonly Member[], nodes: readonly Node[]): ReadonlySet<number> {
  const settled = new Set<number>();
  const classes = new Set<number>();
  for (const { of, isClass, isChanging } of members) {
    if (isClass) classes.add(of.index);
    else if (!isChanging && of.extras === 0 && of.prototype === undefined) settled.add(of.index);
  }
  const isFixed = (slot: Slot): boolean => {
    if (typeof slot !== "bigint") return true;
    const index = Number(slot);
    return settled.has(index) || classes.has(index) || isConstant(nodes[index] as Node);
  };
  for (let before = -1; before !== settled.size; ) {
    before = settled.size;
    for (const { of, slots } of members) if (!slots.every(isFixed)) settled.delete(of.index);
  }
  return settled;
}

const CONSTANT_KINDS = new Set<number>([
  NODE.builtin,
  NODE.export,
  NODE.import,
  NODE.symbol,
  NODE.importer,
]);

const isConstant = (node: Node): boolean =>
  CONSTANT_KINDS.has(node[0]) || (node[0] === NODE.raw && typeof node[2] === "bigint");

function sourceOf(
  { facts, fn, captures, mayContinue }: Fresh,
  shared: readonly string[],
): MemberSource {
  const own = captures.filter((each) => !each.use || !shared.includes(each.cell));
  return {
    facts,
    name: fn.name,
    strict: facts.strict && !Object.hasOwn(fn, "arguments"),
    cells: own.map((each) => each.cell),
    assigned: own.flatMap((each, i) => (each.use?.assigned ? [i] : [])),
    mayContinue,
  };
}

function slotOfCell(members: readonly Fresh[], cell: string): Slot {
  for (const { captures, slots } of members) {
    const i = captures.findIndex((each) => each.cell === cell);
    if (i >= 0) return slots[i];
  }
  return undefined;
}

/** Texts of groups of one, so that a closure made again and again is put together once. */
const texts = new WeakMap<FunctionFacts, Map<string, string>>();

function textOf(
  members: readonly Fresh[],
  sources: readonly MemberSource[],
  shared: readonly string[],
): string {
  const [only] = sources;
  if (!only || members.length > 1) return groupText(sources, shared);
  const key = `${only.name}|${only.strict}|${only.mayContinue}|${only.cells.join()}`;
  let known = texts.get(only.facts);
  if (!known) texts.set(only.facts, (known = new Map()));
  let text = known.get(key);
  if (text === undefined) known.set(key, (text = groupText(sources, shared)));
  return text;
}

/** The cells of a built function as they are now; private static fields have moved on from their cells. */
function currentCells(
  fn: AnyFunction,
  values: readonly unknown[],
  cells: readonly string[],
): unknown[] {
  const names = cells.map(staticOfCell);
  const reading = names.some((name) => name !== undefined) ? readFunction(fn) : undefined;
  return values.map((value, i) => {
    const name = names[i];
    return name !== undefined && reading ? reading.privateStatic(name) : value;
  });
}

const USUAL_PARENTS = new Set<object>(
  [() => {}, async () => {}, function* () {}, async function* () {}].map(
    (each) => Object.getPrototypeOf(each) as object,
  ),
);

const isObject = (value: unknown): value is object =>
  typeof value === "function" || (typeof value === "object" && value !== null);

const isFunction = (value: unknown): value is AnyFunction => typeof value === "function";

const isNamespace = (value: object): boolean =>
  types.isModuleNamespaceObject(value) ||
  Object.getOwnPropertyDescriptor(value, Symbol.toStringTag)?.value === "Module";

/** Namespaces, and what transpilers make of them. */
function isNamespaceLike(value: object, { cell }: Capture): boolean {
  if (types.isProxy(value)) return VITE_IMPORT.test(cell);
  return (
    !isFunction(value) &&
    (isNamespace(value) || Object.getOwnPropertyDescriptor(value, "__esModule")?.value === true)
  );
}

/** What Vite and vitest call an imported module; where another loader has loaded it, it is a proxy of it. */
const VITE_IMPORT = /^__vi(te_ssr)?_import_\d+__$/;

function memberOf(namespace: object, name: string, path: Path): unknown {
  try {
    return (namespace as Record<string, unknown>)[name];
  } catch {
    throw refusal(path, "its module has not got so far as to give it a value");
  }
}

function readFacts(text: string, path: Path): FunctionFacts {
  try {
    return factsOf(text);
  } catch (error) {
    const why =
      error instanceof Error ? error.message.replace(/\s*\(\d+:\d+\)$/, "") : String(error);
    throw refusalOfText(path, why, "Write it in a way that its text makes sense on its own.");
  }
}

// --- Refusals ------------------------------------------------------------------------------------

function nativeFunction(fn: AnyFunction, path: Path): Error {
  if (fn.name.startsWith("bound ") && !Object.hasOwn(fn, "prototype")) {
    return refusal(
      path,
      "it is a bound function, which does not show what it is bound to",
      "Send the function itself and pass its arguments.",
    );
  }
  return refusal(
    path,
    `it is the native function '${fn.name || "(anonymous)"}', which has no source and no name that every thread knows`,
  );
}

const engineFunction = (fn: AnyFunction, path: Path): Error =>
  refusal(
    path,
    `it is '${fn.name}' of the engine, or made by it, and its state lives in this thread`,
  );

const wholeModule = (path: Path): Error =>
  refusal(
    path,
    "it is used as a whole module and cannot be imported on the other side",
    `Use members of it by name, as in ${path.name}.member.`,
  );

const moduleState = (path: Path, module: string): Error =>
  refusal(
    path,
    `it is a variable that the module '${module}' changes while it runs, and this module cannot be imported ` +
      "on the other side, so a copy would go its own way",
  );
