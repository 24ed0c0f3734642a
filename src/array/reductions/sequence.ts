/** Elements of a view in row-major order, brought together for loops that take neighbours. */

import { type DType, elementOf, type TypedArray } from "../../memory/dtype.ts";
import { compile } from "../../util/compile.ts";
import { sizeOf } from "../shape.ts";
import type { Nest, Strided } from "../strided.ts";

/** Positions from here on are not given to loops, which count in 32 bits. */
export const WIDE: number = 2 ** 31;

/** Elements of a nest by their number, read where they are or, if they are apart, from a copy of a few. */
export class Sequence {
  readonly count: number;
  /** Where `read` leaves elements. */
  data: TypedArray;
  readonly #source: TypedArray;
  readonly #nest: Nest;
  readonly #lanes: number;
  readonly #gather: Gather | undefined;

  /** `most` elements are read at a time. */
  constructor(view: Strided, nest: Nest, most: number) {
    const { lanes, array: Class } = elementOf(view.dtype);
    this.count = sizeOf(nest.shape);
    this.#source = view.data;
    this.#nest = nest;
    this.#lanes = lanes;
    const direct = nest.shape.length < 2 && (nest.strides[0]?.[0] ?? lanes) === lanes;
    this.#gather = direct ? undefined : gatherOf(view.dtype, view.data.length >= WIDE);
    this.data = direct ? view.data : new Class(Math.min(most, this.count) * lanes);
  }

  /** Where in `data` elements `first` to `first + n` are, of the nest that begins at `offset`. */
  read(offset: number, first: number, n: number): number {
    if (!this.#gather) {
      const at = offset + first * this.#lanes;
      if (this.#source.length < WIDE) return at;
      this.data = this.#source.subarray(at, at + n * this.#lanes) as TypedArray;
      return 0;
    }
    const length = this.#nest.shape.at(-1) as number;
    const stride = this.#nest.strides[0]?.at(-1) as number;
    for (let done = 0; done < n; ) {
      const column = (first + done) % length;
      const now = Math.min(n - done, length - column);
      const from = offset + positionIn(this.#nest, first + done);
      this.#gather(this.#source, from, stride, this.data, done * this.#lanes, now);
      done += now;
    }
    return 0;
  }
}

/** How far from the start of a nest its element `index` is. */
export function positionIn({ shape, strides }: Nest, index: number): number {
  let position = 0;
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] as number;
    const next = Math.floor(rest / length);
    position += (rest - next * length) * (strides[0]?.[axis] as number);
    rest = next;
  }
  return position;
}

type Gather = (
  data: TypedArray,
  from: number,
  stride: number,
  out: TypedArray,
  to: number,
  n: number,
) => void;

const gathers = new Map<string, Gather>();

/** Copies `n` elements that are `stride` apart; `wide` where positions need more than 32 bits. */
function gatherOf(dtype: DType, wide: boolean): Gather {
  const key = `${dtype}${wide}`;
  let gather = gathers.get(key);
  if (!gather) {
    const pair = elementOf(dtype).lanes === 2 ? "out[to++] = data[from + 1];" : "";
    gather = compile<Gather>(
      `gather_${dtype}`,
      ["data", "from", "stride", "out", "to", "n"],
      `${wide ? "" : "from |= 0; stride |= 0;"} to |= 0; n |= 0;
      for (let i = 0; i < n; i++, from += stride) { out[to++] = data[from]; ${pair} }`,
    );
    gathers.set(key, gather);
  }
  return gather;
}
