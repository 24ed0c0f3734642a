/**
 * Writes functions: what each has captured, and the code from which the other side builds it. What was
 * imported travels as an import; what was built here from another thread's code travels as that code with the
 * cells as they are now.
 */

import { types } from "node:util";
import { CaptureWriter } from "./capture-writer.ts";
import { type Capture, type Captured, readCaptures, statedFor } from "./captures.ts";
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
import { type Location, locationOf, readFunction } from "./inspector.ts";
import { isPrototype } from "./makers.ts";
import { exportOf, importedAs, isLibrary, parentOfImporter } from "./modules.ts";
import { type Extras, type GroupNode, NODE, type Node, type Slot } from "./nodes.ts";
import { originOf } from "./origins.ts";
import { captureOf, type Path, PROXY, partOf, refusal, refusalOfText } from "./refusal.ts";
import { type Script, scriptOf } from "./scripts.ts";
import { type Candidate, findSettled } from "./settled.ts";
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
  readonly #captures: CaptureWriter;
  readonly #fresh: Fresh[] = [];
  readonly #built: Built[] = [];
  readonly #sharedSlots = new Map<Group, readonly Slot[]>();

  constructor(writer: Writer) {
    this.#writer = writer;
    this.#captures = new CaptureWriter(writer);
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
    const isItself = Object.keys(stated).length === 0;
    const imported = isItself ? importedAs(fn) : undefined;
    if (imported) return this.#captures.import(fn, imported);
    if (types.isProxy(fn)) throw refusal(path, PROXY);
    const text = Function.prototype.toString.call(fn);
    if (text.endsWith("{ [native code] }")) throw nativeFunction(fn, path);
    const facts = readFacts(text, path);
    if (facts.bound) throw refusalOfText(path, facts.bound.cause, facts.bound.remedy);
    const captured = readCaptures(fn, facts, stated, path);
    const needsPlace = !isTask || facts.importCalls.length > 0;
    const location = captured.reading?.location ?? (needsPlace ? locationOf(fn) : undefined);
    const script = this.#scriptToAsk(captured, location, path, isTask);
    if (script?.url.startsWith("node:")) throw engineFunction(fn, path);
    const exported = script && isItself && isLibrary(script) ? exportOf(fn, script) : undefined;
    if (exported && this.#captures.mayImport(exported)) return this.#captures.import(fn, exported);
    this.#writeFresh({ given, fn, index, path, isTask, facts, captured, location });
    return undefined;
  }

  refuseBuiltin(path: Path, name: readonly string[]): Error {
    return refusal(
      path,
      "as a task it must be a function that can be called by itself, not a class or a method of the engine's",
      `Wrap it: ${wrapped(name)}.`,
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
    const slots = captures.map((each) => this.#captures.write(each, facts, location, path));
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
    const isUsual = isClass || parent === null || isUsualParent(parent);
    return this.#writer.extras(fn, isUsual ? undefined : this.#writer.slot(parent, path), path);
  }

  /** The object that instances inherit from, where something was added to it or it was replaced. */
  #prototype(fn: AnyFunction, isConstructor: boolean, path: Path): Slot {
    const prototype: unknown = Object.getOwnPropertyDescriptor(fn, "prototype")?.value;
    if (!isObject(prototype)) return undefined;
    const isGiven = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value === fn;
    const isUsual =
      Object.keys(prototype).length === 0 &&
      (!isConstructor ||
        (isGiven && isPrototype(Object.getPrototypeOf(prototype), Object.prototype)));
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
        const assigns = shared.length > 0 || sources[i]?.assigned.length !== 0;
        members.push(memberFor(each, number - 1, i, !!each.facts.class, assigns));
      });
    }
    members.push(...this.#finishBuilt(groups));
    const settled = findSettled(members, nodes);
    return {
      groups,
      members: members.map(({ of, index, group, member, isClass }) => {
        const origin = isClass || (settled.has(index) && !of.isTask) ? originOf(of.fn) : undefined;
        return [index, [NODE.function, of.extras, group, member, origin, of.name, of.prototype]];
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
        const assigns = shared.length > 0 || assigned.length > 0;
        return memberFor(each, number, each.member, isClass, assigns);
      });
    });
  }
}

/** A function with its place among the groups. */
interface Member extends Candidate {
  readonly of: Fresh | Built;
  readonly group: number;
  readonly member: number;
}

function memberFor(
  of: Fresh | Built,
  group: number,
  member: number,
  isClass: boolean,
  assigns: boolean,
): Member {
  const { index, slots, extras, prototype } = of;
  const isChanging = assigns || extras !== 0 || prototype !== undefined;
  return { of, index, group, member, isClass, isChanging, slots };
}

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

const isUsualParent = (parent: object): boolean =>
  USUAL_PARENTS.has(parent) || USUAL_PARENTS.values().some((usual) => isPrototype(parent, usual));

const isObject = (value: unknown): value is object =>
  typeof value === "function" || (typeof value === "object" && value !== null);

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

function wrapped(name: readonly string[]): string {
  if (name.includes("prototype")) return `(x, ...args) => x.${name.at(-1)}(...args)`;
  const isClass = name.length === 1 && /^[A-Z]/.test(name[0] as string);
  return `(...args) => ${isClass ? "new " : ""}${name.join(".")}(...args)`;
}

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
