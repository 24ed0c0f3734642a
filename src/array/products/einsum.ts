/** Einstein sums of any number of arrays: two at a time, those first whose product is the least work. */

import type { DType } from "../../memory/dtype.ts";
import { isDArray } from "../distributed/block-array.ts";
import type { DArray } from "../distributed/darray.ts";
import { type AnyArray, checkArray } from "../kinds.ts";
import { fromArray } from "../local.ts";
import type { NDArray } from "../ndarray.ts";
import { sizeOf } from "../shape.ts";
import { type Labels, lengthsOf, shapeOfLabels } from "./contraction.ts";
import { parseEinsum } from "./einsum-syntax.ts";
import { type ProductOf, product } from "./functions.ts";

/** The dtype that holds all. */
type EinsumOf<A extends readonly AnyArray[]> = A extends readonly [infer F extends AnyArray]
  ? F
  : A extends readonly [infer F extends AnyArray, infer G extends AnyArray, ...infer R]
    ? R extends readonly AnyArray[]
      ? EinsumOf<readonly [ProductOf<F, G>, ...R]>
      : never
    : [Extract<A[number], DArray>] extends [never]
      ? NDArray<A[number]["dtype"]>
      : DArray<A[number]["dtype"]>;

interface Factor {
  readonly array: AnyArray;
  readonly labels: Labels;
  /** Made here. */
  readonly isOwn: boolean;
}

/**
 * The sum of products over all axes that the result does not have: `einsum("ij,jk->ik", A, B)` is the matrix
 * product, `"ii->i"` the diagonal, `"ij->ji"` the transpose. Without `->` the result has the letters that come
 * once, in alphabetical order; `...` stands for axes without a letter, which broadcast.
 */
export function einsum<const A extends readonly [AnyArray, ...AnyArray[]]>(
  subscripts: string,
  ...arrays: A
): EinsumOf<A>;
/** As the function of a task: `spawn(einsum, "ij,jk", a, task)`. */
export function einsum(subscripts: string, ...arrays: NDArray[]): NDArray;
export function einsum(subscripts: string, ...arrays: AnyArray[]): AnyArray {
  for (const each of arrays) checkArray("einsum", each);
  const { operands, out } = parseEinsum(
    subscripts,
    arrays.map(({ ndim }) => ndim),
  );
  let factors = arrays.map((array, k): Factor => {
    return { array, labels: operands[k] as Labels, isOwn: false };
  });
  checkLengths(factors, out);
  if (factors.length === 1) factors.push(oneLike(factors[0]?.array.dtype as DType));
  while (factors.length > 1) {
    const [a, b] = cheapest(factors, out);
    const rest = factors.filter((factor) => factor !== a && factor !== b);
    const needed = new Set([...out, ...rest.flatMap(({ labels }) => labels)]);
    const both = [...new Set([...a.labels, ...b.labels])];
    const labels = rest.length === 0 ? out : both.filter((label) => needed.has(label));
    const array = product("einsum", { a: a.labels, b: b.labels, out: labels }, a.array, b.array);
    for (const used of [a, b]) if (used.isOwn && isDArray(used.array)) used.array.dispose();
    factors = [{ array, labels, isOwn: true }, ...rest];
  }
  return (factors[0] as Factor).array;
}

const oneLike = (dtype: DType): Factor => ({
  array: fromArray(1, { dtype }),
  labels: [],
  isOwn: true,
});

/** @throws where axes with one letter differ in length */
function checkLengths(factors: readonly Factor[], out: Labels): void {
  const all = {
    labels: factors.flatMap(({ labels }) => labels),
    shape: factors.flatMap(({ array }) => array.shape),
  };
  lengthsOf("einsum", { a: all.labels, b: [], out }, [all.shape, []]);
}

/** The pair whose product has the fewest pairs of elements; of several the first. */
function cheapest(factors: readonly Factor[], out: Labels): [Factor, Factor] {
  let least = Number.POSITIVE_INFINITY;
  let best = [factors[0], factors[1]] as [Factor, Factor];
  factors.forEach((a, k) => {
    for (const b of factors.slice(k + 1)) {
      const lengths = lengthsOf("einsum", { a: a.labels, b: b.labels, out }, [
        a.array.shape,
        b.array.shape,
      ]);
      const work = sizeOf(shapeOfLabels([...lengths.keys()], lengths));
      if (work < least) [least, best] = [work, [a, b]];
    }
  });
  return best;
}
