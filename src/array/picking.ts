/** Moving the elements at single indices of one axis from one array to another. */

import { elementOf } from "../memory/dtype.ts";
import { copyOf } from "./copy.ts";
import { type Strided, walk } from "./strided.ts";

/** Sets what `target` has at indices `to` of an axis to what `source` has at indices `from`; in their order. */
export function copyPicked(
  target: Strided,
  to: ArrayLike<number>,
  source: Strided,
  from: ArrayLike<number>,
  axis: number,
): void {
  const converted = source.dtype === target.dtype ? source : copyOf(source, target.dtype);
  const { lanes } = elementOf(target.dtype);
  const [t, s] = [target.data, converted.data];
  const [tStep, sStep] = [target.strides[axis] as number, converted.strides[axis] as number];
  const others = (of: readonly number[]): number[] => of.filter((_, at) => at !== axis);
  const nest = {
    shape: others(target.shape),
    strides: [others(target.strides), others(converted.strides)],
  };
  const at = [target.offset, converted.offset];
  walk(nest, at, () => {
    const [tAt, sAt] = at as [number, number];
    for (let k = 0; k < to.length; k++) {
      const [a, b] = [tAt + (to[k] as number) * tStep, sAt + (from[k] as number) * sStep];
      for (let lane = 0; lane < lanes; lane++) t[a + lane] = s[b + lane] as number;
    }
  });
}

/** 0, 1, 2, … */
export const inOrder = (count: number): Int32Array =>
  Int32Array.from({ length: count }, (_, at) => at);
