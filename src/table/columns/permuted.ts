/**
 * All rows of a column in another order, as part of a new partition. Rows are read in their order and written to where
 * they belong: where those are few places that move on, memory is touched far less than by reading in the new order.
 */

import { compile } from "../../util/compile.ts";
import { type Filling, factsOf, type IsShared, planOf } from "./build.ts";
import { type Column, isNull, setNull } from "./column.ts";
import { copyText, wordsOf } from "./rows.ts";

/** Row `row` comes to `places[row]`. */
export function permutedOf(column: Column, places: Int32Array, isShared: IsShared): Filling {
  const rows = places.length;
  const { nulls, offsets } = column;
  return {
    plan: planOf(column, rows, isShared),
    fill: (target) => {
      if (target.validity && nulls > 0) {
        for (let row = 0; row < rows; row++) {
          if (isNull(column, row)) setNull(target.validity, places[row] as number);
        }
      }
      if (!offsets || !target.offsets) {
        loopFor(column.values.constructor)(target.values, column.values, places);
        return factsOf(column, target, nulls);
      }
      permuteOffsets(target.offsets, offsets, places);
      const to = wordsOf(target.values as Uint8Array);
      const from = wordsOf(column.values as Uint8Array);
      for (let row = 0; row < rows; row++) {
        const place = target.offsets[places[row] as number] as number;
        copyText(to, place, from, offsets[row] as number, offsets[row + 1] as number);
      }
      return { nulls };
    },
  };
}

function permuteOffsets(to: Int32Array, from: Int32Array, places: Int32Array): void {
  to[0] = 0;
  for (let row = 0; row < places.length; row++) {
    to[(places[row] as number) + 1] = (from[row + 1] as number) - (from[row] as number);
  }
  let end = 0;
  for (let row = 0; row < places.length; row++) {
    end += to[row + 1] as number;
    to[row + 1] = end;
  }
}

type Loop = (to: Column["values"], from: Column["values"], places: Int32Array) => void;
const LOOPS = new Map<unknown, Loop>();

/** Each class of arrays has a loop of its own: one for all is several times slower. */
function loopFor(of: unknown): Loop {
  let loop = LOOPS.get(of);
  if (!loop) {
    const body = "for (let row = 0; row < places.length; row++) to[places[row]] = from[row];";
    loop = compile<Loop>("permuted", ["to", "from", "places"], body);
    LOOPS.set(of, loop);
  }
  return loop;
}
