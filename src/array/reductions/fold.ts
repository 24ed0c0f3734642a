/**
 * Folds with functions of the user. The function joins two values to one; it must be associative, since parts are
 * folded apart, but need not be commutative, since they are joined in order.
 */

import { type DType, elementOf } from "../../memory/dtype.ts";
import { compile } from "../../util/compile.ts";
import { FunctionCache } from "../../util/function-cache.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { loadSource, type Value } from "../element.ts";
import { type Loops, makeReduction, type Reduction } from "./reduction.ts";

/** Joins the values of two neighbouring parts. */
export type Join = (a: never, b: never) => unknown;
export type MapElement = (value: never) => unknown;

const itself: MapElement = (value) => value;

/** Folds the elements, or what `map` makes of each. `dtype` is that of results that become an array. */
export function fold(input: DType, join: Join, dtype: DType, map: MapElement = itself): Reduction {
  return makeReduction<unknown[]>({
    name: "reduce",
    dtype,
    loops: loopsOf(input, join as AnyJoin, map),
    empty: undefined,
    lift: (init) => [init],
    value: (states, at) => given(states[at]) as Value,
  });
}

function given(value: unknown): unknown {
  if (value !== undefined) return value;
  throw invalidArgument("the function of reduce gave undefined; does it lack a return?");
}

type AnyJoin = (a: unknown, b: unknown) => unknown;

interface Compiled {
  run(...args: [AnyJoin, MapElement, ...Parameters<Loops<unknown[]>["run"]>]): void;
  row(...args: [AnyJoin, MapElement, ...Parameters<Loops<unknown[]>["row"]>]): void;
}

const cache = new FunctionCache<Compiled>();

function loopsOf(input: DType, join: AnyJoin, map: MapElement): Loops<unknown[]> {
  const { run, row } = cache.get([join, map], input, () => compileLoops(input));
  return {
    width: 1,
    leaf: 1024,
    create: (length) => new Array<unknown>(length),
    run: (...args) => run(join, map, ...args),
    row: (...args) => row(join, map, ...args),
    merge(states, at, others, from, n) {
      for (let i = 0; i < n; i++) states[at + i] = join(states[at + i], others[from + i]);
    },
  };
}

function compileLoops(input: DType): Compiled {
  const { lanes } = elementOf(input);
  const element = (at: string): string => `map(${loadSource(input, "data", at)})`;
  return {
    run: compile(
      `fold_${input}`,
      ["join", "map", "data", "start", "n", "states", "at"],
      `start |= 0; n |= 0; at |= 0;
      let s = ${element("start")};
      for (let i = 1, p = start + ${lanes}; i < n; i++, p += ${lanes}) s = join(s, ${element("p")});
      states[at] = s;`,
    ),
    row: compile(
      `fold_rows_${input}`,
      ["join", "map", "data", "start", "n", "states", "at", "seen"],
      `start |= 0; n |= 0; at |= 0;
      for (let i = 0, p = start; i < n; i++, p += ${lanes}) {
        states[at + i] = seen === 0 ? ${element("p")} : join(states[at + i], ${element("p")});
      }`,
    ),
  };
}
