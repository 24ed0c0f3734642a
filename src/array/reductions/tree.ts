/**
 * The order in which elements are reduced. Runs of neighbouring elements are taken by one loop each, their
 * states combined by a balanced tree: rounding errors grow with the logarithm of the number of elements, and
 * the result depends on shape and axes only, not on strides or on who computes.
 */

import { sizeOf } from "../shape.ts";
import { coalesce, isContiguous, type Nest, type Strided, walk } from "../strided.ts";
import { reduceOnHeap } from "./on-heap.ts";
import type { Loops, States } from "./reduction.ts";
import { positionIn, Sequence, WIDE } from "./sequence.ts";

/** The state of all leaves from `first` to `last` goes into `slot`; `merge` adds slot + 1 to it. */
function balanced(
  first: number,
  last: number,
  slot: number,
  leaf: (index: number, slot: number) => void,
  merge: (slot: number, first: number, middle: number, last: number) => void,
): void {
  if (last - first === 1) {
    leaf(first, slot);
    return;
  }
  const middle = first + 2 ** (31 - Math.clz32(last - first - 1));
  balanced(first, middle, slot, leaf, merge);
  balanced(middle, last, slot + 1, leaf, merge);
  merge(slot, first, middle, last);
}

/** One state for each index of the axes that are kept. No axis that is reduced may have length 0. */
export function reduceView<S extends States>(
  view: Strided,
  axes: readonly number[],
  loops: Loops<S>,
): S {
  const lengths = (list: readonly number[]): number[] =>
    list.map((axis) => view.shape[axis] as number);
  const kept = view.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const states = loops.create(sizeOf(lengths(kept)) * loops.width);
  if (states.length === 0) return states;
  if (kept.length === 0 && loops.onHeap) {
    const state = reduceOnHeap(view, loops.onHeap);
    if (state) return state as States as S;
  }
  const count = sizeOf(lengths(axes));
  if (kept.length === 0 && count <= loops.leaf && view.data.length < WIDE && isContiguous(view)) {
    loops.run(view.data, view.offset, count, states, 0);
    return states;
  }
  const trailing = kept.filter((axis) => axis > Math.max(...axes));
  const across = axes.length > 0 && sizeOf(lengths(trailing)) >= SHORT_ROW;
  if (across) reduceRows(view, axes, kept, trailing, loops, states);
  else reduceRuns(view, axes, kept, loops, states);
  return states;
}

/** Rows of fewer states are not worth a loop of their own. */
const SHORT_ROW = 16;

const nestOf = (view: Strided, axes: readonly number[]): Nest =>
  coalesce(
    axes.map((axis) => view.shape[axis] as number),
    [axes.map((axis) => view.strides[axis] as number)],
  );

// --- Elements that follow one another in the order of reduction -----------------------------------

function reduceRuns<S extends States>(
  view: Strided,
  axes: readonly number[],
  kept: readonly number[],
  loops: Loops<S>,
  states: S,
): void {
  const { width, leaf } = loops;
  const elements = new Sequence(view, nestOf(view, axes), leaf);
  const { count } = elements;
  const at = [view.offset];
  let result = 0;
  const run = (index: number, to: S, slot: number): void => {
    const n = Math.min(leaf, count - index * leaf);
    const start = elements.read(at[0] as number, index * leaf, n);
    loops.run(elements.data, start, n, to, slot);
  };
  const leaves = Math.ceil(count / leaf);
  const spare = loops.create(leaves > 1 ? 32 * width : 0);
  const reduceTree = (): void =>
    balanced(
      0,
      leaves,
      0,
      (index, slot) =>
        slot === 0 ? run(index, states, result) : run(index, spare, (slot - 1) * width),
      (slot, first, middle, last) => {
        const others = Math.min(count, last * leaf) - middle * leaf;
        const to = slot === 0 ? states : spare;
        const place = slot === 0 ? result : (slot - 1) * width;
        loops.merge(to, place, spare, slot * width, 1, (middle - first) * leaf, others);
      },
    );
  walk(nestOf(view, kept), at, () => {
    if (leaves === 1) run(0, states, result);
    else reduceTree();
    result += width;
  });
}

// --- Rows of elements that go into states side by side --------------------------------------------

/** Rows that are taken one after the other before states are combined. */
const ROWS = 32;
/** States worked on at a time, which stay in the first-level cache while the rows pass by. */
const PANEL = 1024;

function reduceRows<S extends States>(
  view: Strided,
  axes: readonly number[],
  kept: readonly number[],
  trailing: readonly number[],
  loops: Loops<S>,
  states: S,
): void {
  const { width } = loops;
  const rows = nestOf(view, axes);
  const count = sizeOf(rows.shape);
  const row = nestOf(view, trailing);
  const length = row.shape.at(-1) as number;
  const stride = row.strides[0]?.at(-1) as number;
  const before = nestOf(view, kept.slice(0, kept.length - trailing.length));
  const outer: Nest = {
    shape: [...before.shape, ...row.shape.slice(0, -1)],
    strides: [[...(before.strides[0] ?? []), ...(row.strides[0]?.slice(0, -1) ?? [])]],
  };
  const panel = Math.min(PANEL, length);
  const line = new Sequence(view, { shape: [panel], strides: [[stride]] }, panel);
  const depth = Math.ceil(Math.log2(Math.max(1, count / ROWS))) + 1;
  const spare = loops.create(depth * panel * width);
  const at = [view.offset];
  let result = 0;

  const reducePanel = (offset: number, n: number, to: number): void => {
    const slots = (slot: number): [S, number] =>
      slot === 0 ? [states, to] : [spare, (slot - 1) * panel * width];
    balanced(
      0,
      Math.ceil(count / ROWS),
      0,
      (group, slot) => {
        const first = group * ROWS;
        const last = Math.min(count, first + ROWS);
        for (let index = first; index < last; index++) {
          const start = line.read(offset + positionIn(rows, index), 0, n);
          loops.row(line.data, start, n, ...slots(slot), index - first);
        }
      },
      (slot, first, middle, last) => {
        const others = Math.min(count, last * ROWS) - middle * ROWS;
        loops.merge(...slots(slot), ...slots(slot + 1), n, (middle - first) * ROWS, others);
      },
    );
  };
  walk(outer, at, () => {
    for (let done = 0; done < length; done += panel) {
      const n = Math.min(panel, length - done);
      reducePanel((at[0] as number) + done * stride, n, result + done * width);
    }
    result += length * width;
  });
}
