/**
 * What windows come to, for rows that are laid out group by group, in order: columns of as many rows. Frames are of
 * rows: from the first of the group, or some rows before, to this one. Nulls do not count.
 */

import { type Column, isNull } from "../columns/column.ts";
import { takeOf } from "../columns/rows.ts";
import { type Made, numbersOf, numericColumn } from "../groupby/aggregates.ts";
import { comparatorOf } from "../keys/compare.ts";
import type { WindowGroups } from "./groups.ts";
import type { WindowVerb } from "./options.ts";

type Compute = (groups: WindowGroups, column: Column, rows: number) => Made;

/** Calls with the places from `from` to before `to` of each group. */
function eachGroup({ starts }: WindowGroups, visit: (from: number, to: number) => void): void {
  for (let group = 0; group + 1 < starts.length; group++) {
    visit(starts[group] as number, starts[group + 1] as number);
  }
}

const plain = (values: Float64Array): Made => ({ type: "f64", values, nulls: 0 });

/** Places count from 1; with `gaps`, peers use up as many as they are. */
const ranks =
  (kind: "number" | "gaps" | "dense"): Compute =>
  (groups) => {
    const values = new Float64Array(groups.order.length);
    eachGroup(groups, (from, to) => {
      let rank = 0;
      for (let at = from; at < to; at++) {
        const isPeer =
          at > from && groups.arePeers(groups.order[at - 1] as number, groups.order[at] as number);
        if (kind === "number" || (kind === "gaps" && !isPeer)) rank = at - from + 1;
        else if (!isPeer) rank++;
        values[at] = rank;
      }
    });
    return plain(values);
  };

/** The value of the row at another place of the group; null where there is none. */
const shifted =
  (place: (at: number, from: number, to: number, rows: number) => number): Compute =>
  (groups, column, rows) => {
    const taken = new Int32Array(groups.order.length);
    eachGroup(groups, (from, to) => {
      for (let at = from; at < to; at++) {
        const other = place(at, from, to, rows);
        taken[at] = other < from || other >= to ? -1 : (groups.order[other] as number);
      }
    });
    return takeOf(column, taken);
  };

/** The least or greatest value of a frame, kept as its type; NaN is greater than all numbers. */
const extremes =
  (sign: 1 | -1, frame: "running" | "rolling" | "whole"): Compute =>
  (groups, column, size) => {
    const { order } = groups;
    const taken = new Int32Array(order.length).fill(-1);
    const compare = comparatorOf(column);
    /** Places in a frame that may yet be the best, the best of them first. */
    const queue = new Int32Array(order.length);
    eachGroup(groups, (from, to) => {
      let [head, tail] = [0, 0];
      for (let at = from; at < to; at++) {
        const row = order[at] as number;
        if (!isNull(column, row)) {
          while (tail > head && compare(row, order[queue[tail - 1] as number] as number) * sign > 0)
            tail--;
          queue[tail++] = at;
        }
        if (frame === "rolling" && tail > head && (queue[head] as number) <= at - size) head++;
        if (tail > head) taken[at] = order[queue[head] as number] as number;
      }
      if (frame === "whole") taken.fill(taken[to - 1] as number, from, to);
    });
    return takeOf(column, taken);
  };

type Summary = (sum: number, count: number) => number | undefined;
const total: Summary = (sum, count) => (count === 0 ? undefined : sum);
const average: Summary = (sum, count) => (count === 0 ? undefined : sum / count);
const amount: Summary = (_, count) => count;

const sums =
  (summary: Summary, frame: "running" | "rolling" | "whole"): Compute =>
  (groups, column, size) => {
    const { order } = groups;
    // Only what is counted need not be numbers.
    const numbers = summary === amount ? undefined : numbersOf(column);
    const own = new Float64Array(order.length);
    const counts = new Int32Array(order.length + 1);
    for (let at = 0; at < order.length; at++) {
      const row = order[at] as number;
      const isValue = !isNull(column, row);
      own[at] = isValue && numbers ? (numbers[row] as number) : 0;
      counts[at + 1] = (counts[at] as number) + Number(isValue);
    }
    const made = new Float64Array(order.length);
    /** First place of the frame of each place. */
    const begins = new Int32Array(order.length);
    eachGroup(groups, (from, to) => {
      if (frame === "rolling") rollingSums(own, made, from, to, size);
      else runningSums(own, made, from, to);
      for (let at = from; at < to; at++)
        begins[at] = frame === "rolling" ? Math.max(from, at - size + 1) : from;
      if (frame !== "whole") return;
      made.fill(made[to - 1] as number, from, to);
    });
    const ends = frame === "whole" ? lastPlaces(groups) : undefined;
    return numericColumn(order.length, (at) => {
      const end = ends ? (ends[at] as number) : at + 1;
      const count = (counts[end] as number) - (counts[begins[at] as number] as number);
      return summary(made[at] as number, count);
    });
  };

/** Where the group of each place ends. */
function lastPlaces(groups: WindowGroups): Int32Array {
  const ends = new Int32Array(groups.order.length);
  eachGroup(groups, (from, to) => void ends.fill(to, from, to));
  return ends;
}

function runningSums(own: Float64Array, made: Float64Array, from: number, to: number): void {
  let sum = 0;
  for (let at = from; at < to; at++) {
    sum += own[at] as number;
    made[at] = sum;
  }
}

/**
 * Sums to the end of a block of `size` and sums from the beginning of the next one, so that nothing is taken away
 * again: that would keep errors, infinities and NaN for good.
 */
function rollingSums(
  own: Float64Array,
  made: Float64Array,
  from: number,
  to: number,
  size: number,
): void {
  const toEnd = new Float64Array(Math.min(size, to - from));
  for (let block = from; block < to; block += size) {
    const end = Math.min(block + size, to);
    let sum = 0;
    for (let at = block; at < end; at++) {
      sum += own[at] as number;
      const before = block > from && at - block + 1 < size ? (toEnd[at - block + 1] as number) : 0;
      made[at] = before + sum;
    }
    for (let at = end - 1, rest = 0; at >= block; at--) {
      rest += own[at] as number;
      toEnd[at - block] = rest;
    }
  }
}

export const WINDOW_FUNCTIONS: Readonly<Record<WindowVerb, Compute>> = {
  rowNumber: ranks("number"),
  rank: ranks("gaps"),
  denseRank: ranks("dense"),
  lag: shifted((at, _from, _to, rows) => at - rows),
  lead: shifted((at, _from, _to, rows) => at + rows),
  first: shifted((_at, from) => from),
  last: shifted((_at, _from, to) => to - 1),
  cumCount: sums(amount, "running"),
  cumSum: sums(total, "running"),
  cumMin: extremes(-1, "running"),
  cumMax: extremes(1, "running"),
  count: sums(amount, "whole"),
  sum: sums(total, "whole"),
  mean: sums(average, "whole"),
  min: extremes(-1, "whole"),
  max: extremes(1, "whole"),
  rollingSum: sums(total, "rolling"),
  rollingMean: sums(average, "rolling"),
  rollingMin: extremes(-1, "rolling"),
  rollingMax: extremes(1, "rolling"),
};
