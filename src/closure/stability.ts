/**
 * The proof that a function will always be what it is now: every variable it captured is never assigned, by
 * the text of the script around it, and holds something that never changes. Without proof the answer is no.
 * Properties that are added to a function after it was first sent are not looked for.
 */

import { builtinName } from "./builtins.ts";
import { type Capture, readCaptures, statedFor } from "./captures.ts";
import { type FunctionFacts, factsOf } from "./function-facts.ts";
import { membershipOf } from "./group.ts";
import type { AnyFunction, CodecHost } from "./host.ts";
import { locationOf } from "./inspector.ts";
import { importElsewhere, importedAs } from "./modules.ts";
import { startPath } from "./refusal.ts";
import type { Binding } from "./scope.ts";
import { type ScriptProgram, scriptOf } from "./scripts.ts";

const verdicts = new WeakMap<AnyFunction, boolean>();

/** Whether a function provably never changes. */
export function isFixed(fn: AnyFunction, host: CodecHost): boolean {
  const known = verdicts.get(fn);
  if (known !== undefined) return known;
  const proof = new Proof(host);
  const verdict = proof.function(fn);
  // What was found to hold on the way rests on the whole; only all of it together is proved.
  if (verdict) for (const each of proof.assumed) verdicts.set(each, true);
  else verdicts.set(fn, false);
  return verdict;
}

class Proof {
  /** Functions that may rely on themselves and each other while the proof is under way. */
  readonly assumed = new Set<AnyFunction>();
  readonly #host: CodecHost;

  constructor(host: CodecHost) {
    this.#host = host;
  }

  function(given: AnyFunction): boolean {
    if (this.assumed.has(given)) return true;
    this.assumed.add(given);
    try {
      return this.#isFixed(given);
    } catch {
      return false; // What cannot be sent has no proof.
    }
  }

  #isFixed(given: AnyFunction): boolean {
    const { fn, captures: stated } = statedFor(given);
    if (hasAdditions(fn)) return false;
    const membership = membershipOf(fn);
    if (membership) {
      const { group, member } = membership;
      const { description } = group.code;
      const isChanging =
        description.members[member]?.assigned.length !== 0 || description.shared.length > 0;
      return !isChanging && group.read(member).every((value) => this.#value(value));
    }
    const facts = factsOf(Function.prototype.toString.call(fn));
    const parts = facts.class;
    if (facts.bound || (parts && parts.privateStatics.length + parts.staticValues.length > 0))
      return false;
    const { captures } = readCaptures(fn, facts, stated, startPath(fn.name));
    return captures.every((each) => this.#capture(each, fn, facts));
  }

  #capture(capture: Capture, fn: AnyFunction, facts: FunctionFacts): boolean {
    if (capture.use?.assigned) return false;
    switch (capture.from) {
      case "global":
        return false;
      case "stated":
        return this.#value(capture.value);
      case "class":
        return typeof capture.value === "symbol" || this.#value(capture.value);
      case "scope": {
        const location = locationOf(fn);
        const script = location && scriptOf(location.scriptId);
        const program = script?.program;
        const binding = location && program?.bindingFor(capture.cell, location, facts.text);
        if (!binding || !program || program.analysis.opaque) return false;
        const imported = program.importOf(binding);
        const elsewhere = imported && importElsewhere(imported, script);
        // An import always travels as the same import, whatever its value becomes.
        if (elsewhere && isObject(capture.value))
          return this.#host.isImportable?.(elsewhere.url) ?? true;
        return (
          !imported && isConstant(binding, program, capture.value) && this.#value(capture.value)
        );
      }
    }
  }

  #value(value: unknown): boolean {
    if (!isObject(value)) return typeof value !== "symbol" || Symbol.keyFor(value) !== undefined;
    if (this.#host.exportName(value) !== undefined || builtinName(value) || importedAs(value))
      return true;
    if (typeof value === "function") return this.function(value as AnyFunction);
    // Frozen plain data, as deep as it goes.
    const prototype: unknown = Object.getPrototypeOf(value);
    const isPlain = prototype === Object.prototype || prototype === Array.prototype;
    return (
      isPlain && Object.isFrozen(value) && Object.values(value).every((each) => this.#value(each))
    );
  }
}

/** Whether a variable has one value for as long as it has one. */
function isConstant(binding: Binding, program: ScriptProgram, value: unknown): boolean {
  if (binding.references.some((each) => each.assigns)) return false;
  switch (binding.kind) {
    case "const":
    case "class":
    case "own name":
      return true;
    case "let":
    case "function":
      return binding.declarations === 1;
    case "parameter":
      // Outside of strict code `arguments` changes parameters behind their back.
      return (binding.scope.bindings.get("arguments")?.references.length ?? 0) === 0;
    case "var": {
      const { declaration } = binding;
      const isSetOnce = declaration.type === "VariableDeclarator" && declaration.init;
      const isReached = binding.declarations === 1 && value !== undefined;
      return (
        Boolean(isSetOnce) && isReached && !program.isRepeated(declaration, binding.scope.node)
      );
    }
    case "import":
      return false;
  }
}

/** Properties that the program gave a function, or its instances. */
function hasAdditions(fn: AnyFunction): boolean {
  const prototype: unknown = Object.getOwnPropertyDescriptor(fn, "prototype")?.value;
  return Object.keys(fn).length > 0 || (isObject(prototype) && Object.keys(prototype).length > 0);
}

const isObject = (value: unknown): value is object =>
  typeof value === "function" || (typeof value === "object" && value !== null);
