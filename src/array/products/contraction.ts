/**
 * What products of arrays have in common: each axis of two arrays and of their product has a label. Axes of one label
 * run together; what both arrays have and the product has not is summed over. Plain data, without arrays.
 */

import { invalidArgument } from "../../wire/errors.ts";
import { type Shape, shapeText } from "../shape.ts";

export type Labels = readonly number[];

export interface Contraction {
  readonly a: Labels;
  readonly b: Labels;
  /** Each label once. */
  readonly out: Labels;
}

/** What a label is in a product of two arrays. */
export interface Roles {
  /** In both arrays and in the product. */
  readonly batch: Labels;
  /** Only in the first array, and in the product. */
  readonly rows: Labels;
  /** Only in the second array, and in the product. */
  readonly columns: Labels;
  /** Not in the product. */
  readonly summed: Labels;
}

export function rolesOf({ a, b, out }: Contraction): Roles {
  return {
    batch: out.filter((label) => a.includes(label) && b.includes(label)),
    rows: out.filter((label) => !b.includes(label)),
    columns: out.filter((label) => !a.includes(label)),
    summed: [...new Set([...a, ...b])].filter((label) => !out.includes(label)),
  };
}

/**
 * The length of each label. Those of the product may be 1 in one array, which then repeats.
 * @throws where lengths differ; `name` is the function that the user called
 */
export function lengthsOf(
  name: string,
  { a, b, out }: Contraction,
  shapes: readonly [Shape, Shape],
): Map<number, number> {
  const lengths = new Map<number, number>();
  [a, b].forEach((labels, k) => {
    const shape = shapes[k] as Shape;
    labels.forEach((label, axis) => {
      const length = shape[axis] as number;
      const known = lengths.get(label);
      if (known === undefined || (known === 1 && out.includes(label))) lengths.set(label, length);
      else if (known !== length && !(length === 1 && out.includes(label))) {
        throw invalidArgument(
          `${name}: shapes ${shapes.map(shapeText).join(" and ")} do not fit together: axis ${axis} of ${k === 0 ? "the first" : "the second"} has ${length} elements, and must have ${known}`,
        );
      }
    });
  });
  return lengths;
}

export const shapeOfLabels = (labels: Labels, lengths: ReadonlyMap<number, number>): number[] =>
  labels.map((label) => lengths.get(label) as number);

/** The shape of the product of arrays that fit together. */
export const productShape = (
  contraction: Contraction,
  a: { readonly shape: Shape },
  b: { readonly shape: Shape },
): number[] =>
  shapeOfLabels(contraction.out, lengthsOf("a product", contraction, [a.shape, b.shape]));

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** The matrix product of the last two axes; those before run together. A vector is a row on the left, a column on the right. */
export function matrixProduct(a: Shape, b: Shape): Contraction {
  for (const shape of [a, b]) {
    if (shape.length > 0) continue;
    throw invalidArgument("matmul takes arrays of at least one dimension; to scale one use map");
  }
  const stacks = Math.max(a.length, b.length) - 2;
  const [row, inner, column] = [stacks, stacks + 1, stacks + 2] as const;
  const before = (shape: Shape): number[] =>
    upTo(Math.max(0, shape.length - 2)).map((axis) => stacks - (shape.length - 2) + axis);
  const ends = { a: a.length > 1 ? [row] : [], b: b.length > 1 ? [column] : [] };
  return {
    a: [...before(a), ...ends.a, inner],
    b: [...before(b), inner, ...ends.b],
    out: [...upTo(Math.max(0, stacks)), ...ends.a, ...ends.b],
  };
}

/** The sum over pairs of axes; those of the first array come first in the product. */
export function tensorProduct(
  a: Shape,
  b: Shape,
  [own, others]: readonly [readonly number[], readonly number[]],
): Contraction {
  const labels = { a: upTo(a.length), b: upTo(b.length).map((axis) => a.length + axis) };
  others.forEach((axis, i) => {
    labels.b[axis] = own[i] as number;
  });
  return {
    ...labels,
    out: [
      ...labels.a.filter((_, axis) => !own.includes(axis)),
      ...labels.b.filter((_, axis) => !others.includes(axis)),
    ],
  };
}

/** The sum along one axis of both, whose other axes run together. */
export function vectorProduct(a: Shape, b: Shape, axes: readonly [number, number]): Contraction {
  const rest = Math.max(a.length, b.length) - 1;
  const labelled = (shape: Shape, axis: number): number[] => {
    const labels = upTo(shape.length - 1).map((at) => rest - (shape.length - 1) + at);
    return labels.toSpliced(axis, 0, rest);
  };
  return { a: labelled(a, axes[0]), b: labelled(b, axes[1]), out: upTo(rest) };
}
