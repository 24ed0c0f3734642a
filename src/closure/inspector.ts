/**
 * Reading what a function has captured, through the inspector of this very thread: connected to itself it
 * answers within the call. The scope objects it hands out are copies made for each reading, so a reading is a
 * snapshot. Where there is no inspector (other engines, the permission model) there is no reading.
 */

import type * as Inspector from "node:inspector";
import type { AnyFunction } from "./host.ts";

export interface Variable {
  readonly value: unknown;
  /** `let`, `const` or `class` whose line has not run yet: there is no value. */
  readonly isUninitialised: boolean;
  /** A variable of the whole module or script: there is exactly one of it. */
  readonly isTopLevel: boolean;
  /** It could be an import: a variable of a module, or one of code that is no module itself. */
  readonly mayBeImported: boolean;
}

/** Where the text of a function begins, counted from 0. */
export interface Location {
  readonly scriptId: string;
  readonly line: number;
  readonly column: number;
}

export interface FunctionReading {
  readonly location: Location | undefined;
  /** Finds a captured variable; undefined where no scope around the function holds it. */
  find(name: string): Variable | undefined;
  /** The value of a static private field of a class, by its name without `#`. */
  privateStatic(name: string): unknown;
}

/** Reads the scopes of a function; undefined where nothing can be read. */
export function readFunction(fn: AnyFunction): FunctionReading | undefined {
  return inspector()?.read(fn);
}

const locations = new WeakMap<AnyFunction, Location>();

/** Where a function was written, without its scopes. */
export function locationOf(fn: AnyFunction): Location | undefined {
  const known = locations.get(fn);
  if (known) return known;
  const found = inspector()?.locate(fn);
  if (found) locations.set(fn, found);
  return found;
}

/** Scripts by what the debugger tells of them. */
export interface ScriptNotice {
  readonly scriptId: string;
  readonly url: string;
  readonly isModule?: boolean;
  readonly startLine: number;
  readonly startColumn: number;
  readonly executionContextAuxData?: { readonly isDefault?: boolean };
}

/** Every script of this thread. Costs milliseconds, so ask once and only where needed. */
export function listScripts(): readonly ScriptNotice[] {
  return inspector()?.scripts() ?? [];
}

export function sourceOfScript(scriptId: string): string | undefined {
  return inspector()?.source(scriptId);
}

/** Whether it is only the permission model that keeps the inspector from us. */
export function isReadingForbidden(): boolean {
  inspector();
  return isForbidden;
}

let connected: OwnInspector | null | undefined;
let isForbidden = false;

function inspector(): OwnInspector | undefined {
  if (connected === undefined) {
    connected = null;
    try {
      // Asked for at run time: not every engine has it, and some refuse access.
      const { Session } = process.getBuiltinModule("node:inspector");
      const session = new Session();
      session.connect();
      connected = new OwnInspector(session);
    } catch (error) {
      // No reading here.
      isForbidden = (error as { code?: unknown } | null)?.code === "ERR_ACCESS_DENIED";
    }
  }
  return connected ?? undefined;
}

/** For tests: goes on as an engine without an inspector would, or as before. */
export function pretendNoInspector(pretend: boolean): void {
  connected = pretend ? null : undefined;
}

interface ScopeObject {
  readonly description: string;
  readonly object: object;
}

const GROUP = "bodkin";

class OwnInspector {
  readonly #session: Inspector.Session;
  /** What passes between us and the inspector, and the inspector's number for it. */
  readonly #desk: { fn?: AnyFunction; found?: unknown } = {};
  readonly #deskId: string;

  constructor(session: Inspector.Session) {
    this.#session = session;
    const key = `bodkin.desk.${Math.random()}`;
    const place = globalThis as Record<string, unknown>;
    place[key] = this.#desk;
    const { result } = this.#post("Runtime.evaluate", {
      expression: `globalThis[${JSON.stringify(key)}]`,
    });
    delete place[key];
    this.#deskId = result.objectId as string;
  }

  /** In one's own thread the answer comes before `post` returns. */
  #post<M extends keyof Answers>(method: M, params: object): Answers[M] {
    let failure: Error | null = null;
    let answer: unknown;
    this.#session.post(method, params, (error, result) => {
      failure = error;
      answer = result;
    });
    if (failure) throw failure;
    return answer as Answers[M];
  }

  #properties(fn: AnyFunction): Answers["Runtime.getProperties"] {
    this.#desk.fn = fn;
    const { result } = this.#post("Runtime.callFunctionOn", {
      objectId: this.#deskId,
      functionDeclaration: "function () { return this.fn; }",
      objectGroup: GROUP, // what is asked about it later joins the group
    });
    return this.#post("Runtime.getProperties", { objectId: result.objectId, ownProperties: true });
  }

  /** The object itself behind the inspector's number for it. */
  #fetch(objectId: string): unknown {
    this.#post("Runtime.callFunctionOn", {
      objectId: this.#deskId,
      functionDeclaration: "function (found) { this.found = found; }",
      arguments: [{ objectId }],
    });
    return this.#desk.found;
  }

  #clear(): void {
    delete this.#desk.fn;
    delete this.#desk.found;
    this.#post("Runtime.releaseObjectGroup", { objectGroup: GROUP });
  }

  locate(fn: AnyFunction): Location | undefined {
    try {
      return locationIn(this.#properties(fn));
    } finally {
      this.#clear();
    }
  }

  read(fn: AnyFunction): FunctionReading {
    try {
      const properties = this.#properties(fn);
      const scopesId = internal(properties, "[[Scopes]]")?.objectId;
      const scopes = scopesId === undefined ? [] : scopesIn(this.#fetch(scopesId));
      const privates = new Map<string, unknown>();
      for (const { name, value } of properties.privateProperties ?? []) {
        if (!value) continue;
        privates.set(
          name.slice(1),
          value.objectId ? this.#fetch(value.objectId) : plainValue(value),
        );
      }
      const location = locationIn(properties);
      if (location) locations.set(fn, location);
      return {
        location,
        find: (name) => findIn(scopes, name),
        privateStatic: (name) => privates.get(name),
      };
    } finally {
      this.#clear();
    }
  }

  scripts(): readonly ScriptNotice[] {
    const notices: ScriptNotice[] = [];
    const note = (message: { params: ScriptNotice }): void => {
      notices.push(message.params);
    };
    this.#session.on("Debugger.scriptParsed", note);
    try {
      this.#post("Debugger.enable", {});
      this.#post("Debugger.disable", {});
    } finally {
      this.#session.removeListener("Debugger.scriptParsed", note);
    }
    return notices;
  }

  source(scriptId: string): string | undefined {
    this.#post("Debugger.enable", {});
    try {
      return this.#post("Debugger.getScriptSource", { scriptId }).scriptSource;
    } finally {
      this.#post("Debugger.disable", {});
    }
  }
}

interface RemoteValue {
  readonly objectId?: string;
  readonly value?: unknown;
  readonly unserializableValue?: string;
}

interface Property {
  readonly name: string;
  readonly value?: RemoteValue;
}

interface Answers {
  "Runtime.evaluate": { readonly result: RemoteValue };
  "Runtime.getProperties": {
    readonly result: readonly Property[];
    readonly internalProperties?: readonly Property[];
    readonly privateProperties?: readonly Property[];
  };
  "Runtime.callFunctionOn": { readonly result: RemoteValue };
  "Runtime.releaseObjectGroup": Record<string, never>;
  "Debugger.enable": Record<string, never>;
  "Debugger.disable": Record<string, never>;
  "Debugger.getScriptSource": { readonly scriptSource: string };
}

const internal = (
  properties: Answers["Runtime.getProperties"],
  name: string,
): RemoteValue | undefined =>
  properties.internalProperties?.find((each) => each.name === name)?.value;

function locationIn(properties: Answers["Runtime.getProperties"]): Location | undefined {
  const found = internal(properties, "[[FunctionLocation]]")?.value as
    | { scriptId: string; lineNumber: number; columnNumber: number }
    | undefined;
  return found && { scriptId: found.scriptId, line: found.lineNumber, column: found.columnNumber };
}

/** The list of scopes has a length and indices, but is no iterable. The last scope is the global one. */
function scopesIn(list: unknown): ScopeObject[] {
  return Array.from(list as ArrayLike<ScopeObject>).filter((each) => each.description !== "Global");
}

function findIn(scopes: readonly ScopeObject[], name: string): Variable | undefined {
  const scope = scopes.find((each) => Object.hasOwn(each.object, name));
  if (!scope) return undefined;
  const isOfModule = scope.description === MODULE;
  const found = {
    isTopLevel: isOfModule || scope.description === "Script",
    mayBeImported: isOfModule || !scopes.some((each) => each.description === MODULE),
  };
  try {
    const value = (scope.object as Record<string, unknown>)[name];
    return { ...found, value, isUninitialised: false };
  } catch {
    return { ...found, value: undefined, isUninitialised: true };
  }
}

const MODULE = "Module";

const plainValue = ({ value, unserializableValue }: RemoteValue): unknown => {
  switch (unserializableValue) {
    case undefined:
      return value;
    case "NaN":
      return Number.NaN;
    case "-0":
      return -0;
    case "Infinity":
      return Number.POSITIVE_INFINITY;
    case "-Infinity":
      return Number.NEGATIVE_INFINITY;
    default:
      return BigInt(unserializableValue.slice(0, -1));
  }
};
