/**
 * What the code of a kernel can see: its parameters, the range of items, and where in it the current item is.
 * The compiled function takes, in this order: the linear indices of the first item and of the one after the last,
 * the size of the range along three axes, the size of a group, the address of scratch memory, and for each array its
 * address and length, for each scalar its value.
 */

import type { Params } from "../../wasm/module.ts";
import { block, brIf, type Expr, i32, iff, type Local, loop, set } from "../../wasm/ops.ts";
import type { ElementDType, IndexExpression, KernelIR, ValueType } from "../ir.ts";
import type { Code } from "../math/code.ts";
import { bytesOf } from "./elements.ts";
import { type Scalar, type ScalarType, scalarType } from "./scalar.ts";

type I32 = Expr<"i32">;

export interface ArrayPlace {
  readonly dtype: ElementDType;
  readonly base: I32;
  readonly length: I32;
  /** Every item sees the first element. */
  readonly isFixed: boolean;
}

const AXES = [0, 1, 2] as const;
const SIZES = ["size0", "size1", "size2"] as const;
const GROUPS = ["group0", "group1", "group2"] as const;

/** Parameters of the compiled function; those of the kernel are numbered, as their names may clash. */
export function parametersOf(ir: KernelIR): Params {
  const own = ir.parameters.flatMap((parameter, k): [string, ScalarType][] =>
    parameter.kind === "array"
      ? [
          [`address ${k}`, "i32"],
          [`length ${k}`, "i32"],
        ]
      : [[`value ${k}`, scalarType(parameter.type)]],
  );
  const range = ["first", "last", ...SIZES, ...GROUPS, "scratch"].map((name) => [name, "i32"]);
  return Object.fromEntries([...range, ...own]) as Params;
}

/** The locals of `parametersOf`. */
export type GivenParameters = Readonly<Record<string, Local<ScalarType>>>;

export class Frame {
  readonly ir: KernelIR;
  readonly item: Local<"i32">;
  readonly last: I32;
  readonly arrays: ReadonlyMap<string, ArrayPlace>;
  readonly scalars: ReadonlyMap<string, { type: ValueType; value: Scalar }>;
  readonly #c: Code;
  readonly #params: GivenParameters;
  /** Of the current item, where the kernel asks for them. */
  readonly #coordinates: readonly Local<"i32">[];

  constructor(ir: KernelIR, c: Code, params: GivenParameters, fixed: ReadonlySet<string>) {
    this.ir = ir;
    this.#c = c;
    this.#params = params;
    this.item = params["first"] as Local<"i32">;
    this.last = params["last"] as Local<"i32">;
    const arrays = new Map<string, ArrayPlace>();
    const scalars = new Map<string, { type: ValueType; value: Scalar }>();
    ir.parameters.forEach((parameter, k) => {
      if (parameter.kind === "scalar") {
        const value = params[`value ${k}`] as Scalar;
        scalars.set(parameter.name, { type: parameter.type, value });
        return;
      }
      arrays.set(parameter.name, {
        dtype: parameter.dtype,
        base: params[`address ${k}`] as I32,
        length: params[`length ${k}`] as I32,
        isFixed: fixed.has(parameter.name),
      });
    });
    this.arrays = arrays;
    this.scalars = scalars;
    const needsCoordinates = ir.facts.axes > 0 || ir.facts.usesGroups;
    this.#coordinates = needsCoordinates ? AXES.map(() => c.local("i32")) : [];
  }

  #size(axis: 0 | 1 | 2): I32 {
    return this.#params[SIZES[axis]] as I32;
  }

  #group(axis: 0 | 1 | 2): I32 {
    return this.#params[GROUPS[axis]] as I32;
  }

  /** The address of a private array. */
  scratch(offset: number): I32 {
    return i32.add(this.#params["scratch"] as I32, offset);
  }

  /** Runs `write` for every item from the current one on. */
  forEachItem(write: () => void): void {
    const c = this.#c;
    const [, middle, inner] = this.#coordinates;
    const isTracking = this.#coordinates.length > 0;
    if (isTracking) this.#locate();
    const step = block((done) => [
      brIf(done, i32.geS(this.item, this.last)),
      loop((again) =>
        c.nested(() => {
          write();
          c.emit(set(this.item, i32.add(this.item, 1)));
          if (middle && inner) this.#advance(middle, inner);
          c.emit(brIf(again, i32.ltS(this.item, this.last)));
        }),
      ),
    ]);
    c.emit(step);
  }

  #locate(): void {
    const c = this.#c;
    const [outer, middle, inner] = this.#coordinates as [Local<"i32">, Local<"i32">, Local<"i32">];
    // An empty range has sizes of 0, and no items.
    const guarded = (axis: 0 | 1 | 2): I32 => {
      const size = this.#size(axis);
      return i32.add(size, i32.eqz(size));
    };
    const rows = c.let(i32.divU(this.item, guarded(2)));
    c.emit(
      set(inner, i32.remU(this.item, guarded(2))),
      set(middle, i32.remU(rows, guarded(1))),
      set(outer, i32.divU(rows, guarded(1))),
    );
  }

  #advance(middle: Local<"i32">, inner: Local<"i32">): void {
    const [outer] = this.#coordinates as [Local<"i32">];
    const next = (axis: Local<"i32">) => set(axis, i32.add(axis, 1));
    const wrapMiddle = iff(i32.eq(middle, this.#size(1)), [set(middle, 0), next(outer)]);
    const wrapInner = iff(i32.eq(inner, this.#size(2)), [set(inner, 0), next(middle), wrapMiddle]);
    this.#c.emit(next(inner), wrapInner);
  }

  index({ of, axis }: IndexExpression): I32 {
    if (of === "globalIndex") return axis === undefined ? this.item : this.#coordinate(axis);
    const along = (each: 0 | 1 | 2): I32 => {
      switch (of) {
        case "globalSize":
          return this.#size(each);
        case "groupSize":
          return this.#group(each);
        case "groupIndex":
          return i32.divU(this.#coordinate(each), this.#group(each));
        case "localIndex":
          return i32.remU(this.#coordinate(each), this.#group(each));
      }
    };
    if (axis !== undefined) return along(axis);
    if (of === "globalSize" || of === "groupSize") return AXES.map(along).reduce(product);
    const extent =
      of === "localIndex" ? (k: 0 | 1 | 2) => this.#group(k) : (k: 0 | 1 | 2) => this.#groups(k);
    return i32.add(product(i32.add(product(along(0), extent(1)), along(1)), extent(2)), along(2));
  }

  /** How many groups there are along an axis. */
  #groups(axis: 0 | 1 | 2): I32 {
    const group = this.#group(axis);
    return i32.divU(i32.sub(i32.add(this.#size(axis), group), 1), group);
  }

  #coordinate(axis: 0 | 1 | 2): I32 {
    return this.#coordinates[axis] as I32;
  }
}

const product = (a: I32, b: I32): I32 => i32.mul(a, b);

/** Bytes of scratch memory that private arrays need, and where each begins. */
export function scratchOf(
  arrays: readonly { name: string; dtype: ElementDType; length: number }[],
): {
  bytes: number;
  offsets: ReadonlyMap<string, number>;
} {
  const offsets = new Map<string, number>();
  let bytes = 0;
  for (const { name, dtype, length } of arrays) {
    offsets.set(name, bytes);
    bytes += (length * bytesOf(dtype) + 15) & -16;
  }
  return { bytes, offsets };
}
