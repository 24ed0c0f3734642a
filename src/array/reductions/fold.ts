/**
 * Folds with functions of the user. The function joins two values to one; it must be associative, since parts are
 * folded apart, but need not be commutative, since they are joined in order.
 */

import { type DType, elementOf } from "../../memory/dtype.ts";
import { loadSource, type Value } from "../element.ts";
import { compileRow, compileRun } from "./loops.ts";
import { type Loops, makeReduction, type Reduction } from "./reduction.ts";

/** Joins the values of two neighbouring parts. */
export type Join = (a: never, b: never) => unknown;
export type MapElement = (value: never) => unknown;

/** Folds the elements, or what `map` makes of each. `dtype` is that of results that become an array. */
export function fold(input: DType, join: Join, dtype: DType, map?: MapElement): Reduction {
  return makeReduction<unknown[]>({
    name: map ? "mapReduce" : "reduce",
    dtype,
    loops: loopsOf(input, join, map),
    empty: undefined,
    lift: (init) => [init],
    value: (states, at) => states[at] as Value,
  });
}

interface Compiled {
  readonly plain: Map<DType, Loops<unknown[]>>;
  readonly mapped: WeakMap<MapElement, Map<DType, Loops<unknown[]>>>;
}

const compiled = new WeakMap<Join, Compiled>();

/** The loops of these functions, compiled once. */
function loopsOf(input: DType, join: Join, map: MapElement | undefined): Loops<unknown[]> {
  let own = compiled.get(join);
  if (!own) compiled.set(join, (own = { plain: new Map(), mapped: new WeakMap() }));
  let byType = map ? own.mapped.get(map) : own.plain;
  if (!byType) own.mapped.set(map as MapElement, (byType = new Map()));
  let loops = byType.get(input);
  if (!loops) byType.set(input, (loops = foldLoops(input, join, map)));
  return loops;
}

function foldLoops(input: DType, join: Join, map: MapElement | undefined): Loops<unknown[]> {
  const { lanes } = elementOf(input);
  const element = (at: string): string => {
    const value = loadSource(input, "data", at);
    return map ? `map(${value})` : value;
  };
  const scope = { join, map };
  const join_ = join as (a: unknown, b: unknown) => unknown;
  return {
    width: 1,
    leaf: 1024,
    create: (length) => new Array<unknown>(length),
    run: compileRun(
      `fold_${input}`,
      `let s = ${element("start")};
      for (let i = 1, p = start + ${lanes}; i < n; i++, p += ${lanes}) s = join(s, ${element("p")});
      states[at] = s;`,
      scope,
    ),
    row: compileRow(
      `fold_rows_${input}`,
      `for (let i = 0, p = start; i < n; i++, p += ${lanes}) {
        states[at + i] = seen === 0 ? ${element("p")} : join(states[at + i], ${element("p")});
      }`,
      scope,
    ),
    merge(states, at, others, from, n) {
      for (let i = 0; i < n; i++) states[at + i] = join_(states[at + i], others[from + i]);
    },
  };
}
