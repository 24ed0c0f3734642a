/**
 * Which functions of one shipment must stay together because one of them changes a variable that another uses
 * as well: copies would not stay in step. That two functions mean the same variable needs proof, since a
 * function that runs twice has its variables twice. Where neither sameness nor separateness can be proved the
 * shipment is refused.
 */

import type { AnyNode, ObjectExpression } from "acorn";
import type { Capture } from "./captures.ts";
import type { FunctionFacts } from "./function-facts.ts";
import type { AnyFunction } from "./host.ts";
import type { Location } from "./inspector.ts";
import { type Path, refusalOfText } from "./refusal.ts";
import { type Binding, resolve, type Scope } from "./scope.ts";
import { type ScriptProgram, scriptOf } from "./scripts.ts";

export interface Sharer {
  readonly fn: AnyFunction;
  readonly facts: FunctionFacts;
  readonly location: Location | undefined;
  readonly captures: readonly Capture[];
  readonly path: Path;
}

export interface Sharing<S extends Sharer> {
  readonly members: readonly S[];
  /** Names of the variables they share; all others are each member's own. */
  readonly shared: readonly string[];
}

/** Divides functions into groups, most of them of one. @throws BodkinError where that would be guessing */
export function partition<S extends Sharer>(sharers: readonly S[]): Sharing<S>[] {
  const joined = new Union<S>();
  const byName = new Map<string, Union<S>>();
  for (const [name, users] of usersOfAssigned(sharers)) {
    const same = new Union<S>();
    const places = users.map((each) => new Place(each, name));
    for (const [i, a] of places.entries()) {
      for (const b of places.slice(i + 1)) {
        if ((!a.assigns && !b.assigns) || !meanSame(a, b, places)) continue;
        joined.join(a.sharer, b.sharer);
        same.join(a.sharer, b.sharer);
      }
    }
    byName.set(name, same);
  }
  return joined
    .groupsOf(sharers)
    .map((members) => ({ members, shared: [...sharedNames(members, byName)] }));
}

function* sharedNames<S extends Sharer>(
  members: readonly S[],
  byName: ReadonlyMap<string, Union<S>>,
): Generator<string> {
  for (const [name, same] of byName) {
    const [first, ...others] = same.groupsOf(members).filter((each) => each.length > 1);
    // One group can hold only one variable of a name.
    if (first && others[0])
      throw undecided(new Place(first[0] as S, name), new Place(others[0][0] as S, name));
    if (first) yield name;
  }
}

/** Per name that some function assigns: all that have captured a variable of that name, if more than one. */
function* usersOfAssigned<S extends Sharer>(
  sharers: readonly S[],
): Generator<[name: string, users: S[]]> {
  const assigned = new Set<string>();
  for (const { captures } of sharers) {
    for (const { use, from } of captures)
      if (use?.assigned && from === "scope") assigned.add(use.name);
  }
  for (const name of assigned) {
    const users = sharers.filter((each) => captureNamed(each, name)?.from === "scope");
    if (users.length > 1) yield [name, users];
  }
}

const captureNamed = (sharer: Sharer, name: string): Capture | undefined =>
  sharer.captures.find((each) => each.use?.name === name);

/** What a name means to one function. */
class Place<S extends Sharer> {
  readonly sharer: S;
  readonly name: string;
  readonly assigns: boolean;
  readonly isTopLevel: boolean;
  #found:
    | { readonly program: ScriptProgram; readonly node: AnyNode; readonly binding: Binding }
    | null
    | undefined;

  constructor(sharer: S, name: string) {
    const capture = captureNamed(sharer, name);
    this.sharer = sharer;
    this.name = name;
    this.assigns = capture?.use?.assigned ?? false;
    this.isTopLevel = capture?.isTopLevel ?? false;
  }

  /** The function in the text of its script, and the declaration that the name means there. */
  get found(): { program: ScriptProgram; node: AnyNode; binding: Binding } | undefined {
    if (this.#found === undefined) {
      const { location, facts } = this.sharer;
      const program = location && scriptOf(location.scriptId)?.program;
      const node = location && program?.functionAt(location, facts.text);
      const binding = node && resolve(this.name, program?.scopeAround(node));
      this.#found = program && binding ? { program, node, binding } : null;
    }
    return this.#found ?? undefined;
  }
}

function meanSame<S extends Sharer>(a: Place<S>, b: Place<S>, all: readonly Place<S>[]): boolean {
  if (a.sharer.location?.scriptId !== b.sharer.location?.scriptId) return false;
  if (a.isTopLevel || b.isTopLevel) return a.isTopLevel && b.isTopLevel;
  if (!a.found || !b.found) throw undecided(a, b);
  const { program, binding } = a.found;
  if (binding !== b.found.binding) return false;
  if (program.isTopLevel(binding)) return true;
  if (areAnchored(a, b, all) || areOfOneLiteral(a, b)) return true;
  if (a.found.node === b.found.node && !mayRepeat(a.found.node, binding, program)) return false;
  throw undecided(a, b);
}

/**
 * Functions that hold each other by variables whose declarations are the functions themselves were made in one
 * run of the code that declares these, and so mean the same variables of it and of all around it.
 */
function areAnchored<S extends Sharer>(
  a: Place<S>,
  b: Place<S>,
  all: readonly Place<S>[],
): boolean {
  const union = new Union<Place<S>>();
  for (const holder of all) {
    for (const held of all) if (holder !== held && holds(holder, held)) union.join(holder, held);
  }
  return union.areJoined(a, b);
}

function holds<S extends Sharer>(holder: Place<S>, held: Place<S>): boolean {
  if (!holder.found || !held.found || holder.found.binding !== held.found.binding) return false;
  const { node, program, binding } = holder.found;
  return holder.sharer.captures.some(({ use, value }) => {
    if (!use || value !== held.sharer.fn) return false;
    const by = resolve(use.name, program.scopeAround(node));
    return by !== undefined && declares(by, held) && isWithin(by.scope, binding.scope);
  });
}

/** `const f = () => …` or `function f() {…}`, with nothing ever assigned to `f`. */
function declares<S extends Sharer>(binding: Binding, { found }: Place<S>): boolean {
  const { declaration } = binding;
  const isConstant = binding.declarations === 1 && !binding.references.some((each) => each.assigns);
  const made = declaration.type === "VariableDeclarator" ? declaration.init : declaration;
  return isConstant && made === found?.node;
}

/** Members of one object, written in one object literal. */
function areOfOneLiteral<S extends Sharer>(a: Place<S>, b: Place<S>): boolean {
  const holder = a.sharer.path.holder;
  if (holder === undefined || holder !== b.sharer.path.holder || !a.found || !b.found) return false;
  const { node } = a.found;
  const other = b.found.node;
  return a.found.program.objects.some((literal) => isPart(literal, node) && isPart(literal, other));
}

const isPart = (literal: ObjectExpression, node: AnyNode): boolean =>
  literal.properties.some(
    (each) => each === node || (each.type === "Property" && each.value === node),
  );

/** Whether one run of the code that declares a variable may make several functions of one text. */
function mayRepeat(node: AnyNode, binding: Binding, program: ScriptProgram): boolean {
  if (program.isRepeated(node, binding.scope.node)) return true;
  for (let at = program.scopeAround(node); at && at !== binding.scope; at = at.parent) {
    if (at.kind !== "block") return true;
  }
  return false;
}

const isWithin = (inner: Scope, outer: Scope): boolean =>
  inner === outer || (inner.parent !== undefined && isWithin(inner.parent, outer));

function undecided<S extends Sharer>(a: Place<S>, b: Place<S>): Error {
  const [changing, other] = a.assigns ? [a, b] : [b, a];
  return refusalOfText(
    changing.sharer.path,
    `it changes the variable '${a.name}', which '${other.sharer.path.name}' uses as well, and copies of it ` +
      "would not stay in step",
    `Keep what changes in an object that both use, such as const state = { ${a.name} }.`,
  );
}

class Union<T> {
  readonly #parents = new Map<T, T>();

  #top(of: T): T {
    const parent = this.#parents.get(of);
    return parent === undefined ? of : this.#top(parent);
  }

  join(a: T, b: T): void {
    const [top, other] = [this.#top(a), this.#top(b)];
    if (top !== other) this.#parents.set(other, top);
  }

  areJoined(a: T, b: T): boolean {
    return this.#top(a) === this.#top(b);
  }

  groupsOf(all: readonly T[]): T[][] {
    return [...Map.groupBy(all, (each) => this.#top(each)).values()];
  }
}
