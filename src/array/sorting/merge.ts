/** Merging of sorted runs, two by two. Of equal elements those of the earlier run come first. */

import { type DType, elementOf, type TypedArray } from "../../memory/dtype.ts";
import { compile } from "../../util/compile.ts";
import { allocate, isComplex } from "../element.ts";
import { keysOf, precedesSource } from "./keys.ts";

/** Values, and for each a number that goes with it, if any. */
export interface Run {
  readonly data: TypedArray;
  readonly numbers: Int32Array | undefined;
}

type MergeTwo = (
  data: TypedArray,
  numbers: Int32Array | undefined,
  first: number,
  middle: number,
  end: number,
  out: TypedArray,
  outNumbers: Int32Array | undefined,
) => void;

const loops = new Map<string, MergeTwo>();

/** Merges elements `first` to `middle` and `middle` to `end` of an array into the same place of another. */
function mergeTwo(dtype: DType, descending: boolean, hasNumbers: boolean): MergeTwo {
  const key = `${dtype}${descending}${hasNumbers}`;
  let loop = loops.get(key);
  if (loop) return loop;
  const { lanes } = elementOf(dtype);
  const move = (from: string): string =>
    `${Array.from({ length: lanes }, (_, k) => `out[to * ${lanes} + ${k}] = data[${from} * ${lanes} + ${k}];`).join(" ")}
    ${hasNumbers ? `outNumbers[to] = numbers[${from}];` : ""}`;
  const condition = isComplex(dtype)
    ? `precedes(data, j * ${lanes}, i * ${lanes})`
    : precedesSource(descending, "data[j]", "data[i]");
  loop = compile<MergeTwo>(
    `merge_${dtype}`,
    ["data", "numbers", "first", "middle", "end", "out", "outNumbers"],
    `let i = first, j = middle, to = first;
    while (i < middle && j < end) {
      if (${condition}) { ${move("j")} j++; } else { ${move("i")} i++; }
      to++;
    }
    for (; i < middle; i++, to++) { ${move("i")} }
    for (; j < end; j++, to++) { ${move("j")} }`,
    { precedes: keysOf(dtype, descending).precedes },
  );
  loops.set(key, loop);
  return loop;
}

/** All runs as one. */
export function mergeRuns(runs: readonly Run[], dtype: DType, descending: boolean): Run {
  const { lanes } = elementOf(dtype);
  const ends = [0];
  for (const run of runs) ends.push((ends.at(-1) as number) + run.data.length / lanes);
  const size = ends.at(-1) as number;
  const hasNumbers = runs.some((run) => run.numbers);
  const make = (): Run => ({
    data: allocate(dtype, size),
    numbers: hasNumbers ? new Int32Array(size) : undefined,
  });
  let from = make();
  runs.forEach((run, at) => {
    from.data.set(run.data as never, (ends[at] as number) * lanes);
    if (run.numbers) from.numbers?.set(run.numbers, ends[at]);
  });
  let bounds = ends.filter((end, at) => at === 0 || end !== ends[at - 1]);
  if (bounds.length <= 2) return from;
  const merge = mergeTwo(dtype, descending, hasNumbers);
  let to = make();
  while (bounds.length > 2) {
    const next = [0];
    for (let at = 0; at + 1 < bounds.length; at += 2) {
      const [first, middle] = [bounds[at] as number, bounds[at + 1] as number];
      const end = bounds[at + 2] ?? middle;
      merge(from.data, from.numbers, first, middle, end, to.data, to.numbers);
      next.push(end);
    }
    bounds = next;
    [from, to] = [to, from];
  }
  return from;
}
