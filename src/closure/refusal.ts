/**
 * What cannot travel is refused with three things: where it is, as a path from the function or value that was
 * sent (`task > helper > socket`), why, and what to do instead.
 */

import { BodkinError } from "../wire/errors.ts";

/** How a value was reached. The first step is the function or value that was sent. */
export interface Path {
  readonly name: string;
  readonly from: Path | undefined;
  /** The value of a variable that a function captured, rather than a part of another value. */
  readonly captured: boolean;
  /** The script of the function that captured it, or of the nearest on the way. */
  readonly script: string | undefined;
  /** It is part of what was imported and could not be imported elsewhere. */
  readonly isCopied: boolean;
  /** The object it is a property of. */
  readonly holder: object | undefined;
}

export const startPath = (name: string): Path => ({
  name,
  from: undefined,
  captured: false,
  script: undefined,
  isCopied: false,
  holder: undefined,
});

/** The value of a variable that the function at `from` uses. */
export const captureOf = (from: Path, name: string): Path => ({
  ...from,
  name,
  from,
  captured: true,
  holder: undefined,
});

/** A property, an element or an entry of the value at `from`. */
export const partOf = (from: Path, name: PropertyKey, holder?: object): Path => ({
  ...from,
  name: String(name),
  from,
  captured: false,
  holder,
});

/** The first variable on the way, which the function itself captured: what the user could state by hand. */
function variableOf(path: Path): string | undefined {
  let found: string | undefined;
  for (let at: Path | undefined = path; at; at = at.from) if (at.captured) found = at.name;
  return found;
}

const LONGEST = 12;

export function showPath(path: Path): string {
  const names: string[] = [];
  for (let at: Path | undefined = path; at; at = at.from) names.unshift(at.name);
  if (names.length > LONGEST) names.splice(LONGEST / 2, names.length - LONGEST, "…");
  return names.join(" > ");
}

/** A name, and the way to it where that is longer. */
const place = (path: Path): string =>
  path.from ? `'${path.name}' (${showPath(path)})` : `'${path.name}'`;

/** The remedies that fit most refusals: by argument, inside the task, or by hand. */
function remediesFor(path: Path): string {
  const variable = variableOf(path);
  if (variable === undefined) {
    return "Send plain data from which it can be made on the other side, or create it inside the task.";
  }
  return (
    "Pass what the task needs of it as an argument, create it inside the task, or state a value by hand: " +
    `task(fn, { captures: { ${variable} } }).`
  );
}

export const PROXY = "it is a Proxy, whose handler cannot be read";

export function refusal(
  path: Path,
  reason: string,
  remedy: string = remediesFor(path),
): BodkinError {
  return new BodkinError(
    "UNSHIPPABLE",
    `${place(path)} cannot be sent to another thread: ${reason}. ${remedy}`,
  );
}

/** For what belongs to the function's text rather than to a value. */
export function refusalOfText(path: Path, reason: string, remedy: string): BodkinError {
  return new BodkinError(
    "UNSHIPPABLE",
    `the function ${place(path)} cannot be sent to another thread: ${reason}. ${remedy}`,
  );
}

/**
 * Without an inspector the captured values cannot be read; the call that states them is spelled out.
 * `isForbidden`: there is one, and the permission model keeps it from us.
 */
export function cannotRead(
  path: Path,
  names: readonly string[],
  isForbidden: boolean,
): BodkinError {
  const list = names.map((name) => `'${name}'`).join(", ");
  const why = isForbidden
    ? "the permission model (--permission) lets nobody read variables of a function. Start with " +
      "--allow-inspector, or state them by hand"
    : "this engine gives no way to read variables of a function. State them by hand";
  return new BodkinError(
    "UNSHIPPABLE",
    `the function ${place(path)} uses ${list} from around it, and ${why}: task(${nameForCode(path.name)}, ` +
      `{ captures: { ${names.join(", ")} } }).`,
  );
}

const nameForCode = (name: string): string =>
  /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : "fn";
