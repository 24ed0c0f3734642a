/** Products of two local arrays by labels: brought down to products of matrices, whose axes are groups of axes. */

import { elementOf } from "../../memory/dtype.ts";
import { copyInto, copyOf } from "../copy.ts";
import { scalarArray } from "../elementwise/apply.ts";
import { sizeOf } from "../shape.ts";
import { broadcastStrides, coalesce, empty, type Strided, walk } from "../strided.ts";
import { type Contraction, type Labels, lengthsOf, rolesOf, shapeOfLabels } from "./contraction.ts";
import { multiplyInto } from "./multiply.ts";
import { multiplyElements, type Stack } from "./multiply-elements.ts";

/** An array whose axes have labels. */
interface Labelled {
  readonly view: Strided;
  readonly labels: Labels;
}

type Lengths = ReadonlyMap<number, number>;

/** Sets `out` to the product of two arrays, or adds it. `out` has no elements in common with them. */
export function contractInto(
  out: Strided,
  contraction: Contraction,
  first: Strided,
  second: Strided,
  add: boolean = false,
): void {
  const { dtype } = out;
  const a = withoutLone(first, contraction.a, [...contraction.b, ...contraction.out], dtype);
  const b = withoutLone(second, contraction.b, [...contraction.a, ...contraction.out], dtype);
  const own: Contraction = { a: a.labels, b: b.labels, out: contraction.out };
  const lengths = lengthsOf("a product", own, [a.view.shape, b.view.shape]);
  const { batch, rows, columns, summed } = rolesOf(own);
  const left = stackOf(a, [batch, rows, summed], lengths);
  const right = stackOf(b, [batch, summed, columns], lengths);
  const target = { view: out, labels: own.out };
  const order = [batch, rows, columns];
  const direct = groupedStack(target, order, lengths);
  if (direct) {
    multiplyStacks(direct, left, right, add);
    return;
  }
  // Axes of the product are mixed: it is computed beside it.
  const turned = permuted(target, order.flat()).view;
  const beside = empty(turned.shape, dtype);
  if (add) copyInto(beside, turned);
  const stack = groupedStack({ view: beside, labels: order.flat() }, order, lengths) as Stack;
  multiplyStacks(stack, left, right, add);
  copyInto(turned, beside);
}

// --- Axes -------------------------------------------------------------------------------------------

/** Takes diagonals where a label comes twice, and sums over labels that nothing else has. */
function withoutLone(
  view: Strided,
  labels: Labels,
  others: Labels,
  dtype: Strided["dtype"],
): Labelled {
  const distinct = [...new Set(labels)];
  const axesOf = (label: number): number[] =>
    labels.flatMap((own, axis) => (own === label ? [axis] : []));
  const diagonal: Labelled = {
    labels: distinct,
    view: {
      ...view,
      shape: distinct.map((label) => view.shape[axesOf(label)[0] as number] as number),
      strides: distinct.map((label) =>
        axesOf(label).reduce((sum, axis) => sum + (view.strides[axis] as number), 0),
      ),
    },
  };
  const lone = distinct.filter((label) => !others.includes(label));
  if (lone.length === 0) return diagonal;
  const kept = distinct.filter((label) => others.includes(label));
  const lengths = new Map(
    distinct.map((label, axis) => [label, diagonal.view.shape[axis] as number]),
  );
  const sums = empty(shapeOfLabels(kept, lengths), dtype);
  const shape = shapeOfLabels(lone, lengths);
  const one = scalarArray(1, dtype);
  const ones = { ...one, shape, strides: broadcastStrides(one, shape) };
  contractInto(sums, { a: distinct, b: lone, out: kept }, diagonal.view, ones);
  return { view: sums, labels: kept };
}

const permuted = ({ view, labels }: Labelled, order: Labels): Labelled => {
  const present = order.filter((label) => labels.includes(label));
  const axes = present.map((label) => labels.indexOf(label));
  return {
    labels: present,
    view: {
      ...view,
      shape: axes.map((axis) => view.shape[axis] as number),
      strides: axes.map((axis) => view.strides[axis] as number),
    },
  };
};

// --- Stacks of matrices -------------------------------------------------------------------------------

type Order = readonly Labels[];

/** An operand; a copy in the order of the groups where its axes cannot be grouped as they lie. */
function stackOf(operand: Labelled, order: Order, lengths: Lengths): Stack {
  const own = groupedStack(operand, order, lengths);
  if (own) return own;
  const { view, labels } = permuted(operand, order.flat());
  return groupedStack({ view: copyOf(view, view.dtype), labels }, order, lengths) as Stack;
}

/** Undefined where the axes of rows or columns do not follow one another evenly. */
function groupedStack(
  { view, labels }: Labelled,
  [batch, rows, columns]: Order,
  lengths: Lengths,
): Stack | undefined {
  const strideOf = (label: number): number => {
    const axis = labels.indexOf(label);
    const repeats = axis < 0 || (view.shape[axis] === 1 && lengths.get(label) !== 1);
    return repeats ? 0 : (view.strides[axis] as number);
  };
  const group = (own: Labels): { length: number; stride: number } | undefined => {
    const shape = shapeOfLabels(own, lengths);
    const nest = coalesce(shape, [own.map(strideOf)]);
    if (nest.shape.length > 1 && !shape.includes(0)) return undefined;
    return { length: sizeOf(shape), stride: nest.strides[0]?.[0] ?? elementOf(view.dtype).lanes };
  };
  const [down, across] = [group(rows as Labels), group(columns as Labels)];
  if (!down || !across) return undefined;
  return {
    lengths: shapeOfLabels(batch as Labels, lengths),
    strides: (batch as Labels).map(strideOf),
    matrix: {
      ...view,
      shape: [down.length, across.length],
      strides: [down.stride, across.stride],
    },
  };
}

/** Products of fewer pairs are not worth a call each where there are many. */
const FEW = 16;

function multiplyStacks(out: Stack, a: Stack, b: Stack, add: boolean): void {
  const [m, n] = out.matrix.shape as [number, number];
  const k = a.matrix.shape[1] as number;
  if (m * n * k <= FEW && sizeOf(out.lengths) > m * n * k) {
    multiplyElements(out, a, b, add);
    return;
  }
  const stacks = [out, a, b];
  const nest = coalesce(
    out.lengths,
    stacks.map(({ strides }) => strides),
  );
  const at = stacks.map(({ matrix }) => matrix.offset);
  const matrixAt = ({ matrix }: Stack, k: number): Strided => ({
    ...matrix,
    offset: at[k] as number,
  });
  walk(nest, at, () => {
    multiplyInto(matrixAt(out, 0), matrixAt(a, 1), matrixAt(b, 2), add);
  });
}
