/**
 * The loop over the elements of a part: a loop compiled for its functions, in which engines inline them and keep
 * numbers unboxed. Our own stateless transducers become statements of it; any others are in its step.
 */

import { compile } from "../util/compile.ts";
import { FunctionCache } from "../util/function-cache.ts";
import { isReduced, type Reduced, type ReduceFunction, reduced } from "./protocol.ts";

/** A stateless transducer of ours, as statements: each takes the element of the one before. */
export type StageKind = "map" | "filter" | "cat";

type Step = ReduceFunction<unknown, unknown>;
type StageFunction = (element: never) => unknown;

export interface LoopElements {
  /** Elements by index, or `[start, step]` of a range. */
  readonly values: ArrayLike<unknown>;
  readonly isRange: boolean;
  readonly from: number;
  readonly to: number;
}

/** How many elements a call has taken. */
interface Cursor {
  taken: number;
}

type Run = (
  cursor: Cursor,
  values: ArrayLike<unknown>,
  base: number,
  count: number,
  result: unknown,
  step: Step,
  isReduced: (value: unknown) => boolean,
  ...stages: readonly StageFunction[]
) => unknown;

interface Loops {
  /** For results that are numbers, while they are. */
  readonly numeric: Run;
  readonly any: Run;
}

const loops = new FunctionCache<Loops>();

/**
 * Elements taken by one call: engines optimise what is called often, and enter what runs on only halfway. The first
 * calls are short: an engine that enters a loop before it has ever seen its end makes code that cannot end it, and
 * falls back to slow code at the end of every call.
 */
const FIRST_RUN = 32;
const RUN = 4096;

/** The result of no elements, where there is none to begin with. Travels by name. */
export const NOTHING: object = Object.freeze({});

/** Takes all elements into a result, or as many as it needs: then it is `Reduced`. */
export function runLoop(
  { values, isRange, from, to }: LoopElements,
  kinds: readonly StageKind[],
  stages: readonly StageFunction[],
  step: Step,
  result: unknown,
): unknown {
  const own = loops.get([step, ...stages], `${isRange}${kinds}`, () =>
    compileLoops(kinds, isRange),
  );
  const cursor: Cursor = { taken: 0 };
  let current = result;
  let length = FIRST_RUN;
  for (let at = from; at < to; at += cursor.taken) {
    const isFirst = current === NOTHING;
    const run = typeof current === "number" ? own.numeric : own.any;
    const [base, count] = [asInteger(at), asInteger(Math.min(length, to - at))];
    const take = isFirst ? first : step;
    current = run(cursor, values, base, count, current, take, isReduced, ...stages);
    length = Math.min(RUN, 2 * length);
    if (!isReduced(current)) continue;
    if (!isFirst) return current as Reduced<unknown>;
    current = current.deref();
  }
  return current;
}

/**
 * The number in the form that engines count with, if it has one. Numbers that come to a task out of memory are
 * floating-point ones to them, and so would be all that is counted from there, at twice the time of the loop.
 */
const asInteger = (n: number): number => ((n | 0) === n ? n | 0 : n);

/** Leaves the loop with the first element. */
const first: Step = (_, element) => reduced(element);

function compileLoops(kinds: readonly StageKind[], isRange: boolean): Loops {
  const stages = kinds.map((_, at) => `f${at}`);
  const names = ["cursor", "values", "base", "count", "result", "step", "isReduced"];
  const parameters = [...names, ...stages];
  const read = isRange ? "start + (base + i) * by" : "values[base + i]";
  const body = (numeric: boolean): string => `
    ${isRange ? "const start = +values[0], by = +values[1];" : ""}
    let s = ${numeric ? "+result" : "result"};
    for (let i = 0; i < count; i++) {
      const x0 = ${read};
      ${stageSource(kinds, 0, (element) => takeSource(element, numeric))}
    }
    cursor.taken = count;
    return s;`;
  const name = ["fold", ...kinds].join("_");
  const any = compile<Run>(name, parameters, body(false));
  // The other loop could not go on in the middle of an element.
  if (kinds.includes("cat")) return { numeric: any, any };
  return { numeric: compile(`${name}_numbers`, parameters, body(true)), any };
}

/** Statements that lead an element through the stages from `at` on, then to what takes it. */
function stageSource(
  kinds: readonly StageKind[],
  at: number,
  take: (element: string) => string,
): string {
  const kind = kinds[at];
  if (kind === undefined) return take(`x${at}`);
  const next = `x${at + 1}`;
  const rest = stageSource(kinds, at + 1, take);
  switch (kind) {
    case "map":
      return `const ${next} = f${at}(x${at}); ${rest}`;
    case "filter":
      return `if (f${at}(x${at})) { const ${next} = x${at}; ${rest} }`;
    case "cat":
      return `for (const ${next} of f${at}(x${at})) { ${rest} }`;
  }
}

/** Takes an element into the result. A numeric loop leaves what it is not made for to the other one. */
function takeSource(element: string, numeric: boolean): string {
  const leave = "cursor.taken = i + 1; return v;";
  const check = numeric
    ? `if (typeof v !== "number") { ${leave} }`
    : `if (typeof v === "object" && v !== null && isReduced(v)) { ${leave} }`;
  return `const v = step(s, ${element}); ${check} s = v;`;
}
