/** The items of a launch: how many along each axis, and how they are cut into groups. Always three axes inside. */

import { invalidArgument } from "../wire/errors.ts";

export type Triple = readonly [number, number, number];

export interface Range {
  /** Axes as given; further ones have one item. */
  readonly axes: 1 | 2 | 3;
  readonly size: Triple;
  readonly group: Triple;
  /** Groups along each axis; the last may reach beyond the range. */
  readonly groups: Triple;
  readonly items: number;
  readonly groupItems: number;
  readonly groupCount: number;
}

/** Groups where the caller names none, by the number of axes; the last axis runs fastest. */
const USUAL_GROUPS: readonly (readonly number[])[] = [[64], [8, 8], [4, 4, 4]];

/** @throws for what is no range of items below 2^31, or no shape of its groups */
export function rangeOf(size: readonly number[], group?: readonly number[]): Range {
  check("the range of a kernel", size, 0);
  const own = group ?? (USUAL_GROUPS[size.length - 1] as readonly number[]);
  check("the group of a kernel", own, 1);
  if (own.length !== size.length) {
    throw invalidArgument(
      `the range [${size.join(", ")}] has ${size.length} axes and the group [${own.join(", ")}] has ${own.length}; give both the same number`,
    );
  }
  const sizes = triple(size);
  const extent = triple(own);
  const groups = sizes.map((n, axis) => Math.ceil(n / (extent[axis] as number)));
  return {
    axes: size.length as Range["axes"],
    size: sizes,
    group: extent,
    groups: groups as unknown as Triple,
    items: product(sizes),
    groupItems: product(extent),
    groupCount: product(groups),
  };
}

const product = (values: readonly number[]): number => values.reduce((all, each) => all * each, 1);

const triple = ([a = 1, b = 1, c = 1]: readonly number[]): Triple => [a, b, c];

function check(what: string, values: readonly number[], least: number): void {
  const isFine =
    values.length >= 1 &&
    values.length <= 3 &&
    values.every((each) => Number.isInteger(each) && each >= least) &&
    product(values) < 2 ** 31;
  if (isFine) return;
  throw invalidArgument(
    `${what} is [${values.join(", ")}]; give one to three whole numbers from ${least}, less than 2147483648 in all`,
  );
}
